import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { DataFolderUnusable } from '../../foundation/data-folder-unusable.ts';
import { createOwnerOnly } from './owner-only.ts';

/** Another running instance works on this data folder. `pid` is null where the holder has not said its name yet. */
export class DataFolderInUse extends AppError<'DATA_FOLDER_IN_USE'> {
  constructor(data: { path: string; pid: number | null; machine?: string }, options?: ErrorOptions) {
    const { path, pid, machine } = data;
    const holder = pid === null ? 'another Clawdbot' : `another Clawdbot (process ${pid})`;
    const message =
      machine === undefined
        ? `${path} is in use by ${holder}. Use that one, stop it first, or start this one with another folder (--data DIR).`
        : `${path} is in use by a Clawdbot on another machine (${machine}), as far as was copied here. Stop that one and wait until all is copied; if it is gone for good, delete ${join(path, holderName)}.`;
    super('DATA_FOLDER_IN_USE', message, data, options);
  }
}

const holderName = 'lock.json';

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
 * No lock reaches another machine. Where a program copies the folder between machines (`isShared`), the copy of the
 * other one's `lock.json` is all that can be seen of it, and is believed.
 *
 * Throws DataFolderInUse, or DataFolderUnusable where no lock can be taken in the folder.
 */
export function lockDataFolder(
  dataDir: string,
  { isShared = false, machine = hostname() }: { isShared?: boolean; machine?: string } = {},
): FolderLock {
  const holderFile = join(dataDir, holderName);
  const db = openLock(dataDir);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw unusable(dataDir, cause);
    throw new DataFolderInUse({ path: dataDir, pid: readHolder(holderFile)?.pid ?? null }, { cause });
  }

  const before = isShared ? readHolder(holderFile) : null;
  if (before?.machine !== undefined && before.machine !== machine) {
    db.close();
    throw new DataFolderInUse({ path: dataDir, ...before });
  }

  try {
    writeFileSync(holderFile, `${JSON.stringify({ pid: process.pid, machine })}\n`, { mode: 0o600 });
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
  const holder = readHolder(join(dataDir, holderName));
  return holder !== null && isAlive(holder.pid) ? holder.pid : null;
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

interface Holder {
  pid: number;
  machine?: string;
}

function readHolder(file: string): Holder | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // The holder has the lock but has not written its name yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  // Written by another process, perhaps at this moment: what it does not say yet is not known.
  const pid = /"pid":(\d+)/.exec(text)?.[1];
  const machine = /"machine":"([^"\\]{1,255})"/.exec(text)?.[1];
  return pid === undefined ? null : { pid: Number(pid), ...(machine === undefined ? {} : { machine }) };
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
