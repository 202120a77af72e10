import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { AppError } from '../foundation/app-error.ts';
import { ArchiveRefused, createEntryNames } from '../foundation/archive/index.ts';
import { isLeftOut } from './folder-names.ts';

/** One file as it goes into a backup. */
export interface FileToPack {
  /** Below the data folder, with slashes. */
  path: string;
  bytes: number;
  /** Gives as many bytes as was said. @throws AppError where it does not */
  read(): AsyncIterable<Buffer>;
}

export interface FolderFiles {
  files: FileToPack[];
  /** What is there and cannot go in, with the reason. */
  skipped: { path: string; why: 'kind' | 'name' }[];
}

/** Small files, settings and keys, are read at once: they may be written anew while a large one is packed. */
const readAtOnce = 1024 * 1024;

/**
 * Everything in a data folder that goes into a backup but `database`, which goes in as a copy of one moment. A link to
 * a file is followed, as the product follows it; one to a folder is not.
 */
export async function filesIn(dataDir: string, database: string): Promise<FolderFiles> {
  const found: FolderFiles = { files: [], skipped: [] };
  const names = createEntryNames();
  names.take(Buffer.from(database), true);
  const isOfDatabase = ofDatabase(database);

  async function walk(folder: string): Promise<void> {
    const entries = await readdir(join(dataDir, folder), { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isLeftOut(path) || isOfDatabase(path)) continue;
      if (entry.isDirectory()) await walk(path);
      else await take(path);
    }
  }

  async function take(path: string): Promise<void> {
    const info = await stat(join(dataDir, path)).catch(gone);
    if (info === null) return;
    if (!info.isFile()) return void found.skipped.push({ path, why: 'kind' });
    try {
      names.take(Buffer.from(path), true);
    } catch (error) {
      if (!(error instanceof ArchiveRefused)) throw error;
      return void found.skipped.push({ path, why: 'name' });
    }
    found.files.push(
      info.size <= readAtOnce ? await wholeFile(dataDir, path) : fileToPack(path, info.size, join(dataDir, path)),
    );
  }

  await walk('');
  return found;
}

/** The name that a database has in a backup: its own, or the usual one where it lies elsewhere. */
export function databaseName(dataDir: string, file: string): string {
  const inside = insideOf(dataDir, file);
  if (inside === null || isLeftOut(inside)) return usualDatabase;
  try {
    createEntryNames().take(Buffer.from(inside), true);
    return inside;
  } catch (error) {
    if (error instanceof ArchiveRefused) return usualDatabase;
    throw error;
  }
}

const usualDatabase = 'memory.db';

/** The path of a file below a folder, with slashes; null where it lies elsewhere. */
export function insideOf(folder: string, file: string): string | null {
  const path = relative(folder, file).split(sep).join('/');
  return path === '' || path === '..' || path.startsWith('../') || /^(?:\/|[a-z]:)/i.test(path) ? null : path;
}

/** The database with its log, and what was set aside beside it. */
function ofDatabase(database: string): (path: string) => boolean {
  const folder = dirname(database);
  const damaged = folder === '.' ? 'damaged' : `${folder}/damaged`;
  const own = new Set(['', '-wal', '-shm', '-journal'].map((end) => database + end));
  return (path) => own.has(path) || path === damaged;
}

async function wholeFile(dataDir: string, path: string): Promise<FileToPack> {
  const file = await open(join(dataDir, path), 'r');
  try {
    return packedText(path, await file.readFile());
  } finally {
    await file.close();
  }
}

export const packedText = (path: string, content: Buffer): FileToPack => ({
  path,
  bytes: content.length,
  async *read() {
    yield content;
  },
});

/** A file that is read when its turn comes; `bytes` is what it has by then. */
export const fileToPack = (path: string, bytes: number, source: string): FileToPack => ({
  path,
  bytes,
  async *read() {
    let read = 0;
    for await (const part of createReadStream(source, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
      read += part.length;
      yield part;
    }
    if (read !== bytes) {
      throw new AppError('CONFLICT', `${source} became shorter while it was backed up. Try again`, { path: source });
    }
  },
});

/** What went between two looks is not there. */
function gone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
