import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { DataFolderUnusable } from '../../foundation/data-folder-unusable.ts';
import { createOwnerOnly } from './owner-only.ts';

/** Another running instance works on this data folder. `pid` is null where the holder has not said its name yet. */
export class DataFolderInUse extends AppError<'DATA_FOLDER_IN_USE'> {
  constructor(data: { path: string; pid: number | null }, options?: ErrorOptions) {
    const holder = data.pid === null ? 'another Clawdbot' : `another Clawdbot (process ${data.pid})`;
    const remedy = 'Use that one, stop it first, or start this one with another folder (--data DIR).';
    super('DATA_FOLDER_IN_USE', `${data.path} is in use by ${holder}. ${remedy}`, data, options);
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the only one that works on the data folder, until `release` or its end, however it ends: the
 * lock is SQLite's own on an empty `lock.db`, which the operating system gives back at kill -9, so no stale lock can
 * keep the product from starting. `lock.json` beside it says who holds it.
 *
 * POSIX locks go when the process closes any descriptor of the file: nothing in this process may open `lock.db`, so
 * copies of the data folder leave it out.
 *
 * Throws DataFolderInUse, or DataFolderUnusable where no lock can be taken in the folder.
 */
export function lockDataFolder(dataDir: string): FolderLock {
  const holderFile = join(dataDir, 'lock.json');
  const db = openLock(dataDir);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw unusable(dataDir, cause);
    throw new DataFolderInUse({ path: dataDir, pid: readHolder(holderFile) }, { cause });
  }

  try {
    writeFileSync(holderFile, `${JSON.stringify({ pid: process.pid })}\n`, { mode: 0o600 });
  } catch (cause) {
    db.close();
    throw unusable(dataDir, cause);
  }

  return {
    release() {
      if (!db.open) return;
      // Before the lock goes: afterwards the file may already be the next holder's.
      rmSync(holderFile, { force: true });
      db.close();
    },
  };
}

/** The process that works on the data folder, or null when none does. Looks without touching the lock. */
export function runningOn(dataDir: string): number | null {
  const pid = readHolder(join(dataDir, 'lock.json'));
  return pid !== null && isAlive(pid) ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It belongs to somebody else, so it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function openLock(dataDir: string): Database.Database {
  const file = join(dataDir, 'lock.db');
  try {
    createOwnerOnly(file);
    return new Database(file, { timeout: 0 });
  } catch (cause) {
    throw unusable(dataDir, cause);
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');

function readHolder(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // The holder has the lock but has not written its name yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pid = /"pid":(\d+)/.exec(text)?.[1];
  return pid === undefined ? null : Number(pid);
}

const unusable = (dataDir: string, cause: unknown): DataFolderUnusable =>
  new DataFolderUnusable(
    {
      path: dataDir,
      reason: `no lock can be taken in it (${cause instanceof Error ? cause.message : String(cause)})`,
      remedy:
        'Check that the folder exists on a local disk, has free space and belongs to you, or choose another (--data DIR).',
    },
    { cause },
  );
