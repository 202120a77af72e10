import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { closeToOthers, createOwnerOnly } from './owner-only.ts';
import { defineRowSums } from './row-sums.ts';

export type Durability = 'full' | 'normal';

/** SQLite's numbers for `PRAGMA synchronous`. */
const synchronousLevel: Record<Durability, number> = { normal: 1, full: 2 };

export class DatabaseCorrupt extends AppError<'DATABASE_CORRUPT'> {
  constructor(file: string, found: string, options?: ErrorOptions) {
    super(
      'DATABASE_CORRUPT',
      `The database ${file} is damaged (${found}). It was left as it is. Move it and its -wal file aside and start again for an empty one, or put a backup in its place`,
      { file, found },
      options,
    );
  }
}

/**
 * Opens the database for writing, the one writer of this data folder.
 *
 * Every setting that durability rests on is set and read back at every open: better-sqlite3 is compiled so that a new
 * WAL file starts at FULL but the same file reopened starts at NORMAL, which loses acknowledged messages at power loss.
 */
export function openDatabase(file: string, durability: Durability): Database.Database {
  const existed = existsSync(file);
  let db: Database.Database | undefined;
  try {
    keepToOwner(file, existed);
    db = new Database(file);
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${durability.toUpperCase()}`);
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    db.pragma('cache_size = -8000');
    db.pragma('journal_size_limit = 67108864');
    // 16 MB of log between checkpoints: under load the same pages change again and again before they are copied.
    db.pragma('wal_autocheckpoint = 4000');
    // macOS: fsync alone leaves the data in the drive's cache.
    db.pragma('fullfsync = 1');
    db.pragma('checkpoint_fullfsync = 1');
    assertSettings(db, durability);
    defineRowSums(db);
    return db;
  } catch (error) {
    db?.close();
    throw asOpenError(file, existed, error);
  }
}

/** For looking only, while the disk takes no writes. Writes are prepared here as everywhere, so their triggers call the sums. */
export function openToRead(file: string): Database.Database {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  defineRowSums(db);
  return db;
}

/**
 * After a fault the log may hold what is only in the system's memory, which an fsync does not write a second time. All
 * of it is written anew, into the database, and a write after it shows that the disk takes them again.
 *
 * @throws the SqliteError of the disk that still refuses
 */
export function rewriteLog(db: Database.Database): void {
  const [found] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (found?.busy !== 0) {
    throw new AppError('STORE_UNAVAILABLE', 'The database is being read while it is put right; this takes a moment', {
      retry_after_s: 1,
    });
  }
  db.exec("UPDATE meta SET value = value WHERE key = 'messages_done'");
}

/** SQLite gives its log and its shared memory the mode of the database; those of an earlier end may be there already. */
function keepToOwner(file: string, existed: boolean): void {
  if (!existed) createOwnerOnly(file);
  for (const each of [file, `${file}-wal`, `${file}-shm`]) closeToOthers(each);
}

export interface DatabaseSettings {
  synchronous: number;
  journal_mode: string;
  foreign_keys: number;
}

export function readSettings(db: Database.Database): DatabaseSettings {
  return {
    synchronous: db.pragma('synchronous', { simple: true }) as number,
    journal_mode: db.pragma('journal_mode', { simple: true }) as string,
    foreign_keys: db.pragma('foreign_keys', { simple: true }) as number,
  };
}

function assertSettings(db: Database.Database, durability: Durability): void {
  const found = readSettings(db);
  const wanted: DatabaseSettings = { synchronous: synchronousLevel[durability], journal_mode: 'wal', foreign_keys: 1 };
  for (const key of Object.keys(wanted) as (keyof DatabaseSettings)[]) {
    if (found[key] === wanted[key]) continue;
    throw new AppError(
      'STORE_UNAVAILABLE',
      `SQLite refused ${key} = ${wanted[key]} (it is ${found[key]}); the data folder's file system may not support it, so choose a local disk`,
      { key, wanted: wanted[key], found: found[key] },
    );
  }
}

function asOpenError(file: string, existed: boolean, cause: unknown): unknown {
  const code = sqliteCode(cause) || asSqliteCode(cause);
  const options = { cause };
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return new DatabaseCorrupt(file, code, options);
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return new AppError(
      'DATA_FOLDER_UNUSABLE',
      `The database ${file} cannot be ${existed ? 'written' : 'created'} (${code}). Give this user write access to the folder, or choose another with --data`,
      { path: file, reason: code },
      options,
    );
  }
  if (code === 'SQLITE_FULL') {
    return new AppError(
      'STORE_FULL',
      `No space left for ${file}. Free some space on that disk and start again`,
      { path: file },
      options,
    );
  }
  return cause;
}

/** What the file system said before SQLite could, in SQLite's words. */
function asSqliteCode(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EROFS':
      return 'SQLITE_READONLY';
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return 'SQLITE_CANTOPEN';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'SQLITE_FULL';
    default:
      return '';
  }
}

/** The result code of a better-sqlite3 error, '' for any other. */
export function sqliteCode(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}
