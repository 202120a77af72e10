import { createReadStream } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type ArchiveLimits, ArchiveRefused, openZip } from '../../foundation/archive/index.ts';
import { ImportRefused } from './found.ts';
import { isWorkspaceFile } from './notes.ts';

/** A file with something to read in it: one by itself, or one of an archive or a folder. */
export interface Piece {
  name: string;
  /** The name again where there are others beside it. */
  file: string | null;
  chunks(): AsyncIterable<Buffer>;
}

export interface Pieces {
  /** Of the whole, to tell how far the reading is. */
  bytes: number;
  read(onBytes: (count: number) => void): AsyncGenerator<Piece, void>;
}

const archiveLimits: ArchiveLimits = {
  entries: 200_000,
  entryBytes: 2 * 1024 ** 3,
  totalBytes: 4 * 1024 ** 3,
  ratio: 200,
  timeoutMs: 60 * 60_000,
};
const mostFiles = 10_000;
const deepestFolder = 8;

/** Files of an archive or a folder that can hold memories; pictures, pages and the rest stay unread. */
export function isOfUse(name: string): boolean {
  if (/(?:^|\/)(?:__MACOSX\/|\.)/.test(name)) return false;
  const base = posix.basename(name);
  return /^conversations(?:[-_]\d+)?\.json$|^memor(?:y|ies)\.json$|\.jsonl$|\.csv$/.test(base) || isWorkspaceFile(name);
}

/** @throws ImportRefused, or what the file system says */
export async function openPieces(path: string, name: string): Promise<Pieces> {
  const { size, isFolder } = await stat(path).then((found) => ({ size: found.size, isFolder: found.isDirectory() }));
  if (isFolder) return openFolder(path);
  if (await beginsWithZip(path)) return { bytes: size, read: (onBytes) => readArchive(path, size, onBytes) };
  return {
    bytes: size,
    async *read(onBytes) {
      yield { name, file: null, chunks: () => counted(createReadStream(path), onBytes) };
    },
  };
}

async function beginsWithZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    return head.equals(Buffer.from('PK\u0003\u0004', 'latin1')) || head.equals(Buffer.from('PK\u0005\u0006', 'latin1'));
  } finally {
    await file.close();
  }
}

async function* readArchive(path: string, size: number, onBytes: (count: number) => void): AsyncGenerator<Piece, void> {
  try {
    for await (const { name, chunks } of openZip(path, archiveLimits, isOfUse))
      yield { name, file: name, chunks: () => refusing(chunks()) };
  } catch (error) {
    throw asImportRefused(error);
  }
  // What is packed is read out of order, so an archive is told as read when it is.
  onBytes(size);
}

async function* refusing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  try {
    yield* chunks;
  } catch (error) {
    throw asImportRefused(error);
  }
}

const asImportRefused = (error: unknown): unknown =>
  error instanceof ArchiveRefused ? new ImportRefused('archive', { cause: error }) : error;

async function openFolder(folder: string): Promise<Pieces> {
  const found: { path: string; name: string; bytes: number }[] = [];
  await list(folder, '', 0, found);
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    bytes: found.reduce((total, { bytes }) => total + bytes, 0),
    async *read(onBytes) {
      for (const { path, name } of found)
        yield { name, file: name, chunks: () => counted(createReadStream(path), onBytes) };
    },
  };
}

/** Links are not followed: they may lead anywhere. */
async function list(
  folder: string,
  below: string,
  depth: number,
  found: { path: string; name: string; bytes: number }[],
): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const name = posix.join(below, entry.name);
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepestFolder && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      await list(path, name, depth + 1, found);
    else if (entry.isFile() && isOfUse(name)) {
      if (found.length >= mostFiles) throw new ImportRefused('too_many');
      found.push({ path, name, bytes: (await stat(path)).size });
    }
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (count: number) => void): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}
