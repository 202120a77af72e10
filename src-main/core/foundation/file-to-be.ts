import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { active, flushFolder, removeLeftovers } from './atomic-file.ts';

/** A large file while it is written: under its own name it is there whole or not at all. */
export interface FileToBe {
  readonly path: string;
  write(content: string | Uint8Array): Promise<void>;
  /** Flushes it and gives it its name. @throws EEXIST where somebody else took the name meanwhile */
  keep(): Promise<void>;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

/**
 * Begins a file that only its owner may read. Unless it is to overwrite, a file of that name stays what it is.
 *
 * @throws EEXIST, and what the file system says
 */
export async function openFileToBe(path: string, { overwrite }: { overwrite: boolean }): Promise<FileToBe> {
  if (!overwrite && (await isThere(path))) throw Object.assign(new Error('it is there already'), { code: 'EEXIST' });
  await removeLeftovers(dirname(path), basename(path));
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  active.add(temporary);
  let isOpen = true;
  const close = async (): Promise<void> => {
    active.delete(temporary);
    if (isOpen) await file.close();
    isOpen = false;
  };
  return {
    path,
    async write(content) {
      await file.writeFile(content);
    },
    async keep() {
      await file.sync();
      await close();
      if (overwrite) await rename(temporary, path);
      else await giveFreeName(temporary, path);
      await flushFolder(dirname(path));
    },
    async drop() {
      await close();
      await rm(temporary, { force: true });
    },
  };
}

/**
 * Unlike a rename, a link never takes the place of a file that came in between. On a disk without links, as a stick mostly
 * is, an empty file takes the name, and only that one is replaced.
 */
async function giveFreeName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await rm(temporary);
  } catch (error) {
    if (!withoutLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await (await open(path, 'wx', 0o600)).close();
    await rename(temporary, path);
  }
}

const withoutLinks = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR', 'EMLINK']);

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
