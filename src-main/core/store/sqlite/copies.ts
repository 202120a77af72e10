import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { checkThoroughly, type Findings, isSound } from './check.ts';
import { createOwnerOnly } from './owner-only.ts';

/** Why a copy was made: once a day, after the product became another version, or before the schema changes. */
export type CopyReason = 'daily' | 'upgrade' | 'migration';

/** A copy that was looked through and found well, by its file name alone. */
export interface Copy {
  path: string;
  reason: CopyReason;
  /** Milliseconds since the epoch. */
  madeAt: number;
  bytes: number;
}

export interface CopyRequest {
  /** The database, which may be in use. */
  file: string;
  folder: string;
  reason: CopyReason;
  now: number;
  /** Called between steps; a copy in a thread of its own rests there. */
  pause?: () => void;
}

export interface CopyOutcome {
  /** What a look at the copy, page for page the live file, said of both. */
  findings: Findings;
  /** Null where damage was found: a damaged copy is no copy. */
  copy: Copy | null;
}

/** A week of days, and the state before each of the last changes of the schema. */
const kept: Record<'recent' | 'migration', number> = { recent: 7, migration: 3 };
/** Copies together may take this part of what is free with them; the newest stays whatever it takes. */
const shareOfFree = 0.5;
/** What a copy must leave free: room for the live database to go on. */
const roomToLeave = 64 * 1024 * 1024;
const pagesPerStep = 200;

const copyName = /^memory-(\d{8}T\d{6}Z)-(daily|upgrade|migration)\.db$/;

/** Where the copies of a data folder lie. */
export const copiesFolder = (dataDir: string): string => join(dataDir, 'backups');

/** The copies in a folder, newest first. */
export function listCopies(folder: string): Copy[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, stamp, reason] = copyName.exec(name) ?? [];
      const path = join(folder, name);
      const bytes = statSync(path, { throwIfNoEntry: false })?.size;
      if (stamp === undefined || bytes === undefined) return [];
      return [{ path, reason: reason as CopyReason, madeAt: parseStamp(stamp), bytes }];
    })
    .sort((one, other) => other.madeAt - one.madeAt);
}

/**
 * Copies the database while it is in use, page for page from one moment, and looks the copy through before it gets its
 * name. The copy is read from the file and not from the writer's memory, so what is damaged on the disk shows here.
 *
 * @throws AppError STORE_FULL where a copy would leave too little room.
 */
export async function makeCopy({ file, folder, reason, now, pause = () => {} }: CopyRequest): Promise<CopyOutcome> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') chmodSync(folder, 0o700);
  for (const name of namesIn(folder)) if (name.startsWith(unfinished)) rmSync(join(folder, name), { force: true });
  prune(folder);
  expectRoom(file, folder);

  const path = join(folder, `memory-${stampOf(now)}-${reason}.db`);
  const draft = join(folder, `${unfinished}${process.pid}.db`);
  try {
    createOwnerOnly(draft);
    await copyPages(file, draft, pause);
    const findings = lookThrough(draft, pause);
    if (!isSound(findings)) return { findings, copy: null };
    flush(draft);
    renameSync(draft, path);
    flushFolder(folder);
    prune(folder);
    return { findings, copy: { path, reason, madeAt: now, bytes: statSync(path).size } };
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(draft + end, { force: true });
  }
}

const unfinished = '.copying-';

/**
 * Copies the database to `draft` in one read transaction: writes go on beside it, and the copy does not begin anew with
 * each of them.
 */
export async function copyPages(file: string, draft: string, pause: () => void = () => {}): Promise<void> {
  const source = new Database(file, { readonly: true, fileMustExist: true });
  try {
    source.exec('BEGIN');
    source.prepare('SELECT count(*) FROM sqlite_schema').get();
    await source.backup(draft, {
      progress() {
        pause();
        return pagesPerStep;
      },
    });
  } finally {
    source.close();
  }
}

/** Makes a copy one file, and looks it through. */
export function lookThrough(draft: string, pause: () => void = () => {}): Findings {
  const db = new Database(draft);
  try {
    // A copy is one file, whole without a log beside it.
    db.pragma('journal_mode = DELETE');
    return checkThoroughly(db, pause);
  } finally {
    db.close();
  }
}

/** @throws AppError STORE_FULL where a copy in the folder would leave too little room. */
export function expectRoom(file: string, folder: string): void {
  const needed = statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) + roomToLeave;
  const free = freeBytes(folder);
  if (free >= needed) return;
  throw new AppError(
    'STORE_FULL',
    `There is no room for a copy of the database in ${folder}: it needs ${megabytes(needed)} and ${megabytes(free)} are free. Free some space on that disk`,
    { path: folder, needed, free },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Takes away what is beyond the bounds, the oldest first, and never the newest of all. */
function prune(folder: string): void {
  const [newest, ...older] = listCopies(folder);
  if (!newest) return;
  const counts = { recent: newest.reason === 'migration' ? 0 : 1, migration: newest.reason === 'migration' ? 1 : 0 };
  const total = [newest, ...older].reduce((sum, { bytes }) => sum + bytes, 0);
  const most = (total + freeBytes(folder)) * shareOfFree;
  let bytes = newest.bytes;
  for (const copy of older) {
    const kind = copy.reason === 'migration' ? 'migration' : 'recent';
    counts[kind]++;
    bytes += copy.bytes;
    if (counts[kind] <= kept[kind] && bytes <= most) continue;
    rmSync(copy.path, { force: true });
  }
}

/**
 * Takes away every copy that is not younger than a moment, in milliseconds: what was sealed then lies in them in the open.
 * Without a younger one they stay.
 */
export function dropCopiesUntil(folder: string, moment: number): void {
  const copies = listCopies(folder);
  if (!copies.some((copy) => isAfter(copy, moment))) return;
  for (const copy of copies) if (!isAfter(copy, moment)) rmSync(copy.path, { force: true });
}

/** A name tells the second in which a copy was made. */
export const isAfter = ({ madeAt }: Copy, moment: number): boolean => madeAt > moment;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // Something else in its place is told by whoever makes a copy.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

export function flush(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Without this a rename may be lost at a power cut. Windows has no way to flush a folder. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** `20261125T013225Z`: sorts as time does and is a file name everywhere. */
export const stampOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

const parseStamp = (stamp: string): number =>
  Date.parse(stamp.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'));
