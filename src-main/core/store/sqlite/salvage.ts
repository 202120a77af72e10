import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { checkThoroughly, isIndexSound, isSound } from './check.ts';
import { type Copy, flush, flushFolder, stampOf } from './copies.ts';
import { DatabaseCorrupt, openDatabase } from './open.ts';
import { fillFrom } from './salvage-fill.ts';
import { openDamaged } from './salvage-read.ts';
import { reportText } from './salvage-report.ts';
import type { SalvageReport } from './salvage-schema.ts';
import { migrate, readSchemaVersion, schemaVersion } from './schema.ts';
import { remakeTextIndex } from './text-index.ts';

export interface SalvageRequest {
  file: string;
  /** Good copies, newest first. */
  copies: readonly Copy[];
  /** What made us look, in SQLite's words. */
  found: string;
  now: number;
}

/** What is set aside lies beside the database, so that putting it there is a rename. */
export const damagedFolder = (file: string): string => join(dirname(file), 'damaged');

const salvagedName = 'salvaged.db';
const withLog = ['', '-wal', '-shm'];

/**
 * Puts a new database in the place of a damaged one: every row that can still be read and is what was written, and for
 * the places that cannot be read what the newest good copy has there. The damaged one is set aside as it is.
 *
 * @throws DatabaseCorrupt where neither gives anything: an empty database would only look like a working one.
 */
export function salvage(request: SalvageRequest): SalvageReport {
  const { file, now } = request;
  const aside = makeAside(file, now);
  const draft = join(aside, 'salvaging.db');
  try {
    const report = rescue(request, aside, draft);
    writeFileSync(join(aside, 'report.json'), `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
    writeFileSync(report.report, reportText(report), { mode: 0o600 });
    for (const path of [draft, report.report, join(aside, 'report.json')]) flush(path);
    // From here on the new database is whole: whatever ends the process, the next start goes on with what is below.
    renameSync(draft, join(aside, salvagedName));
    flushFolder(aside);
    putInPlace(file, aside);
    return report;
  } catch (error) {
    if (!existsSync(join(aside, salvagedName))) rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Ends a salvage that the process before did not live to end. */
export function finishSalvage(file: string): void {
  for (const name of asideNames(file)) {
    const aside = join(damagedFolder(file), name);
    if (existsSync(join(aside, salvagedName))) putInPlace(file, aside);
    else if (!existsSync(join(aside, 'report.json'))) rmSync(aside, { recursive: true, force: true });
  }
}

/** A log never meets another database than its own: it goes first, and the new one comes when nothing is left. */
function putInPlace(file: string, aside: string): void {
  moveInto(aside, file);
  renameSync(join(aside, salvagedName), file);
  flushFolder(dirname(file));
}

function moveInto(aside: string, file: string): void {
  for (const end of [...withLog].reverse()) {
    if (existsSync(file + end)) renameSync(file + end, join(aside, basename(file) + end));
  }
  flushFolder(aside);
}

/** Puts a file of which nothing can be used where it is out of the way; what comes in its place comes from elsewhere. */
export function setAside(file: string, now: number): void {
  const aside = makeAside(file, now);
  // An empty report tells the next start that this folder is to stay.
  writeFileSync(join(aside, 'report.json'), '{}\n', { mode: 0o600 });
  moveInto(aside, file);
}

function makeAside(file: string, now: number): string {
  const folder = damagedFolder(file);
  const stamp = stampOf(now);
  const taken = asideNames(file);
  let name = stamp;
  for (let turn = 2; taken.includes(name); turn++) name = `${stamp}-${turn}`;
  const aside = join(folder, name);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  if (process.platform !== 'win32') for (const one of [folder, aside]) chmodSync(one, 0o700);
  return aside;
}

/** What was set aside, oldest first. */
export function asideNames(file: string): string[] {
  const folder = damagedFolder(file);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function rescue({ file, copies, found, now }: SalvageRequest, aside: string, draft: string): SalvageReport {
  const damaged = openDamaged(file);
  const source = openCopy(copies);
  const db = openDatabase(draft, 'full');
  try {
    db.pragma('foreign_keys = OFF');
    migrate(db, draft);
    const tables = db
      .transaction(() => {
        const filled = fillFrom(db, damaged, source?.db ?? null);
        remakeTextIndex(db);
        return filled;
      })
      .immediate();
    expectSomething(db, file, found);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const findings = checkThoroughly(db);
    if (!isSound(findings) || !isIndexSound(findings)) {
      throw new DatabaseCorrupt(
        file,
        `${found}; what was saved does not fit together: ${findings.structure.join(', ')}`,
      );
    }
    const copy = source && { path: source.copy.path, made_at: new Date(source.copy.madeAt).toISOString() };
    return { at: new Date(now).toISOString(), aside, report: join(aside, 'report.txt'), found, copy, tables };
  } finally {
    for (const one of [db, damaged, source?.db]) one?.close();
  }
}

function openCopy(copies: readonly Copy[]): { db: Database.Database; copy: Copy } | null {
  for (const copy of copies) {
    const db = openDamaged(copy.path);
    if (db && readSchemaVersion(db) <= schemaVersion && readSchemaVersion(db) > 0) return { db, copy };
    db?.close();
  }
  return null;
}

function expectSomething(db: Database.Database, file: string, found: string): void {
  const rows = db
    .prepare<[], number>(
      'SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM memories) + (SELECT count(*) FROM tasks)',
    )
    .pluck()
    .get();
  if (!rows) throw new DatabaseCorrupt(file, found);
}
