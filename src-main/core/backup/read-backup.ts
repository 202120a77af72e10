import { createHash } from 'node:crypto';
import { hexDigestsEqual } from '../foundation/digest.ts';
import { BackupRefused } from './backup-refused.ts';
import type { Container, Unlocked } from './container/read-container.ts';
import { checksumBytes, type Manifest, type ManifestFile, mostManifestBytes, readManifest } from './manifest.ts';
import type { Step } from './step.ts';

/** Takes what one file of a backup holds. */
export interface Sink {
  write(part: Buffer): Promise<void>;
  /** All of it was written, and is what was packed. */
  keep(): Promise<void>;
  /** It will not be whole. */
  drop(): Promise<void>;
}

export interface ReadRequest {
  container: Container;
  unlocked: Unlocked;
  signal: AbortSignal;
  onStep(step: Step): void;
  /** Called once the list of files is known and found harmless. */
  begin?(manifest: Manifest): Promise<void>;
  /** Where the content of a file goes; null where it is only to be checked. */
  sinkOf(file: ManifestFile, manifest: Manifest): Promise<Sink | null>;
}

/** Reads a backup to its end and checks all of it: each chunk, the list of files, the checksum of each. @throws BackupRefused */
export async function readBackup({
  container,
  unlocked,
  signal,
  onStep,
  begin,
  sinkOf,
}: ReadRequest): Promise<Manifest> {
  const { path } = container;
  const { payload } = unlocked;
  const content = createContent(unlocked.pieces(signal), (done) => onStep({ doing: 'read', done, total: payload }));
  const hostile = (detail: string) => new BackupRefused('hostile', path, detail);

  if (payload < 4) throw hostile('its length');
  const length = (await content.exactly(4)).readUInt32BE();
  if (length > mostManifestBytes || length > payload - 4) throw hostile('the length of its list');
  const manifest = readManifest(await content.exactly(length), { path, payload });
  await begin?.(manifest);

  for (const file of manifest.files) {
    const sink = await sinkOf(file, manifest);
    try {
      const sum = createHash('sha256');
      for await (const part of content.next(file.bytes)) {
        sum.update(part);
        await sink?.write(part);
      }
      const told = await content.exactly(checksumBytes);
      // Against faults of the machine that made the file: what the chunks prove is only who wrote them.
      if (!hexDigestsEqual(sum.digest('hex'), told.toString('hex')))
        throw new BackupRefused('damaged', path, `in ${JSON.stringify(file.path)}`);
      await sink?.keep();
    } catch (error) {
      await sink?.drop();
      throw error;
    }
  }
  return manifest;
}

/** The content of a backup as one stream, of which as much is taken as is asked for. */
function createContent(pieces: AsyncGenerator<Buffer, void>, onProgress: (done: number) => void) {
  let rest: Buffer = Buffer.alloc(0);
  let done = 0;

  async function* next(bytes: number): AsyncGenerator<Buffer, void> {
    for (let left = bytes; left > 0; ) {
      if (rest.length === 0) {
        const { value } = await pieces.next();
        // The sizes were found to add up to what the file holds, so there is always more.
        if (!value) throw new Error('the content ended before the last file');
        rest = value;
        done += value.length;
        onProgress(done);
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async function exactly(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of next(bytes)) parts.push(part);
    return Buffer.concat(parts);
  }

  return { next, exactly };
}
