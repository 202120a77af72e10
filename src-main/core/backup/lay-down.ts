import { mkdir, open, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, isAppError } from '../foundation/app-error.ts';
import { type Looked, lookAtDatabase } from '../store/index.ts';
import { BackupRefused } from './backup-refused.ts';
import type { Sink } from './read-backup.ts';

/** Lays a file of a backup down below a folder, for its owner only, and flushes it. The name was judged before. */
export async function layDown(folder: string, path: string): Promise<Sink> {
  const target = join(folder, ...path.split('/'));
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const file = await open(target, 'wx', 0o600);
  return {
    write: (part) => file.writeFile(part).catch((cause: unknown) => noRoom(folder, cause)),
    async keep() {
      await file.sync().catch((cause: unknown) => noRoom(folder, cause));
      await file.close();
    },
    drop: () => file.close(),
  };
}

const roomToLeave = 64 * 1024 * 1024;

/** @throws AppError STORE_FULL where so much does not fit. */
export async function expectRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + roomToLeave) return;
  throw new AppError(
    'STORE_FULL',
    `There is no room for what the backup holds in ${folder}: it needs ${megabytes(bytes + roomToLeave)} and ${megabytes(free)} are free. Free some space on that disk; nothing was changed`,
    { path: folder },
  );
}

/** Somebody else may fill the disk meanwhile. */
function noRoom(folder: string, cause: unknown): never {
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw cause;
  throw new AppError(
    'STORE_FULL',
    `The disk of ${folder} became full. Free some space and try again; nothing was changed`,
    { path: folder },
    { cause },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** Looks the database of a backup through. @throws BackupRefused where it is damaged, or of a later version */
export async function expectSound(backup: string, file: string, signal: AbortSignal): Promise<Looked> {
  try {
    const looked = await lookAtDatabase(file, signal);
    if (looked.damage !== null) throw new BackupRefused('database', backup, looked.damage);
    return looked;
  } catch (error) {
    if (isAppError(error) && error.code === 'DATABASE_NEWER') {
      throw new BackupRefused('newer', backup, 'its database has a later form', { cause: error });
    }
    throw error;
  }
}
