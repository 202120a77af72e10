import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../../foundation/app-error.ts';
import { hexDigestsEqual } from '../../foundation/digest.ts';
import { BackupRefused } from '../backup-refused.ts';
import { openChunk } from './chunks.ts';
import { boundBytes, chunkBytes, type Header, headerBytes, payloadOf, readHeader, tagBytes } from './header.ts';
import { deriveKeys } from './keys.ts';

/** A backup whose header is in order and whose passphrase is not known yet. */
export interface Container {
  readonly path: string;
  readonly fileBytes: number;
  /** Names this one backup; every backup has another. */
  readonly id: string;
  /** @throws BackupRefused where the passphrase is another */
  unlock(passphrase: string): Promise<Unlocked>;
  close(): Promise<void>;
}

export interface Unlocked {
  readonly payload: number;
  /** The content in order, each piece only after it was found to be what was sealed. @throws BackupRefused */
  pieces(signal: AbortSignal): AsyncGenerator<Buffer, void>;
}

/** Opens a file and judges its header; nothing is computed for one that is out of bounds. @throws BackupRefused, AppError */
export async function openContainer(path: string): Promise<Container> {
  const file = await openFile(path);
  try {
    const info = await file.stat();
    if (!info.isFile()) throw new BackupRefused('not_a_backup', path, '');
    const head = await readAt(file, 0, Math.min(headerBytes, info.size));
    const header = readHeader(head, { path, fileBytes: info.size });
    return {
      path,
      fileBytes: header.fileBytes,
      id: header.salt.toString('hex'),
      unlock: (passphrase) => unlock(file, path, header, passphrase),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Non-blocking: a pipe in the place of the file must not hold the command up.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    const remedy =
      code === 'ENOENT' ? 'is not there; check the name' : `cannot be read (${code}); check its permissions`;
    throw new AppError('BAD_REQUEST', `${JSON.stringify(path.slice(-200))} ${remedy}`, {}, { cause });
  }
}

async function unlock(file: FileHandle, path: string, header: Header, passphrase: string): Promise<Unlocked> {
  const { logN, salt, bytes, fileBytes } = header;
  const keys = await deriveKeys(passphrase, { logN, salt, bound: bytes.subarray(0, boundBytes) });
  if (!hexDigestsEqual(keys.proof.toString('hex'), header.proof.toString('hex'))) {
    throw new BackupRefused('passphrase', path, '');
  }
  return {
    payload: payloadOf(fileBytes) ?? 0,
    async *pieces(signal) {
      let number = 0;
      for (let at = headerBytes; at < fileBytes; number++) {
        signal.throwIfAborted();
        const length = Math.min(chunkBytes + tagBytes, fileBytes - at);
        const sealed = await readAt(file, at, length);
        if (sealed.length < length) throw new BackupRefused('cut', path, 'it became shorter while it was read');
        const plain = openChunk(keys.content, number, at + length === fileBytes, sealed);
        if (plain === null) throw new BackupRefused('damaged', path, `in the ${length} bytes from byte ${at} on`);
        at += length;
        yield plain;
      }
    },
  };
}

/** As many bytes as are there. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
