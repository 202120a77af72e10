import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { ArchiveRefused } from './archive-refused.ts';
import { createEntryNames } from './entry-names.ts';

export interface ArchiveLimits {
  entries: number;
  /** Of all entries together, unpacked. */
  totalBytes: number;
  entryBytes: number;
  /** Times the packed size. Beyond it is a bomb, however small the pieces. */
  ratio: number;
  timeoutMs: number;
}

export interface ReadEntry {
  name: string;
  content: Buffer;
}

/** So much unpacks to more than its ratio without harm: a few thousand equal lines do. */
const ratioFreeBytes = 1024 * 1024;
/** Gives an entry another name than the one that is checked. */
const unicodePathField = 0x7075;
const isUtf8Flag = 0x0800;
const maskedHeadersFlag = 0x2000;

/** An entry whose content is read when it is asked for, and is nowhere whole. */
export interface OpenEntry {
  name: string;
  /** Unpacked, as the archive says. */
  bytes: number;
  /** @throws ArchiveRefused, also after the last chunk: what came out may be used only once it has ended. */
  chunks(): AsyncGenerator<Buffer, void>;
}

/**
 * Reads a zip, a file or its bytes, entry by entry; folders are checked and left out. What is read is given out before
 * the rest is known to be in order, so whoever uses it does so only once the reading has ended.
 *
 * Nothing is written anywhere, an archive inside an archive is a file like any other, and what is said of a size is
 * checked before the content is read and held to while it is. Unpacking runs in Node's own threads.
 *
 * @throws ArchiveRefused
 */
export async function* readZip(source: string | Buffer, limits: ArchiveLimits): AsyncGenerator<ReadEntry, void> {
  for await (const { name, chunks } of openZip(source, limits)) {
    const content: Buffer[] = [];
    for await (const chunk of chunks()) content.push(chunk);
    yield { name, content: Buffer.concat(content) };
  }
}

/**
 * The same for entries that are too large to be held whole. `wants` names those that are looked at: others are neither
 * judged nor read, since nothing is made of them, and do not count.
 *
 * @throws ArchiveRefused
 */
export async function* openZip(
  source: string | Buffer,
  limits: ArchiveLimits,
  wants: (name: string) => boolean = () => true,
): AsyncGenerator<OpenEntry, void> {
  const zip = await open(source);
  try {
    if (zip.entryCount > limits.entries) throw new ArchiveRefused('size', `it has more than ${limits.entries} entries`);
    const names = createEntryNames();
    const clock = createDeadline(limits.timeoutMs);
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      clock.check();
      if (!wants(entry.fileNameRaw.toString('utf8'))) continue;
      const { name, isFolder } = names.take(entry.fileNameRaw, (entry.generalPurposeBitFlag & isUtf8Flag) !== 0);
      checkKind(entry, isFolder);
      if (isFolder) await checkLocalHeader(zip, entry);
      else
        yield {
          name,
          bytes: entry.uncompressedSize,
          async *chunks() {
            checkSizes(entry, total, limits);
            total += entry.uncompressedSize;
            yield* contentOf(zip, entry, clock);
          },
        };
    }
  } catch (error) {
    throw asRefusal(error);
  } finally {
    zip.close();
  }
}

async function open(source: string | Buffer): Promise<ZipFile> {
  // Names are decoded here: yauzl would take a backslash for a slash, and honour fields that rename.
  const options = { decodeStrings: false, autoClose: false, validateEntrySizes: true };
  try {
    return await (typeof source === 'string' ? openPromise(source, options) : fromBufferPromise(source, options));
  } catch (cause) {
    throw new ArchiveRefused('not an archive', 'it is no zip', { cause });
  }
}

/** Made on Unix, the upper half says what kind of file it is; 0 where the maker did not say. */
function checkKind(entry: Entry, isFolder: boolean): void {
  if (entry.isEncrypted() || (entry.generalPurposeBitFlag & maskedHeadersFlag) !== 0)
    throw new ArchiveRefused('encrypted', 'an entry is encrypted');
  if (!entry.canDecodeFileData()) throw new ArchiveRefused('kind', 'an entry is packed in an unknown way');
  if (entry.extraFields.some(({ id }) => id === unicodePathField))
    throw new ArchiveRefused('name', 'an entry has a second name');
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  const expected = isFolder ? 0o040000 : 0o100000;
  if (kind !== 0 && kind !== expected)
    throw new ArchiveRefused('kind', 'an entry is neither a file nor a folder, or not the one its name says');
  if (isFolder && entry.uncompressedSize !== 0) throw new ArchiveRefused('kind', 'a folder has content');
}

function checkSizes({ compressedSize, uncompressedSize }: Entry, total: number, limits: ArchiveLimits): void {
  if (uncompressedSize > limits.entryBytes) throw new ArchiveRefused('size', 'an entry is too large');
  if (total + uncompressedSize > limits.totalBytes) throw new ArchiveRefused('size', 'it is too large unpacked');
  if (uncompressedSize > ratioFreeBytes && uncompressedSize > compressedSize * limits.ratio)
    throw new ArchiveRefused('size', `an entry unpacks to more than ${limits.ratio} times its size`);
}

/** The name stands twice. Programs differ in which one they believe, so both must say the same. */
async function checkLocalHeader(zip: ZipFile, entry: Entry): Promise<void> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  if (!local.fileName.equals(entry.fileNameRaw) || local.compressionMethod !== entry.compressionMethod)
    throw new ArchiveRefused('damaged', 'an entry says one thing in the list and another in its place');
}

async function* contentOf(zip: ZipFile, entry: Entry, clock: Deadline): AsyncGenerator<Buffer, void> {
  let sum = 0;
  try {
    await checkLocalHeader(zip, entry);
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      clock.check();
      // yauzl ends the stream once there is more than was said, which was checked before.
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw asRefusal(error);
  }
  // yauzl looks at the size alone.
  if (sum !== entry.crc32) throw new ArchiveRefused('damaged', 'the content of an entry is not what was packed');
}

type Deadline = ReturnType<typeof createDeadline>;

function createDeadline(timeoutMs: number) {
  const end = performance.now() + timeoutMs;
  return {
    check(): void {
      if (performance.now() > end) throw new ArchiveRefused('time', `reading it takes longer than ${timeoutMs} ms`);
    },
  };
}

const asRefusal = (error: unknown): ArchiveRefused =>
  error instanceof ArchiveRefused ? error : new ArchiveRefused('damaged', 'it is damaged', { cause: error });
