import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { isAppError } from '../../foundation/app-error.ts';
import { settleAfterRestore } from './after-restore.ts';
import type { BackupJob, BackupJobOutcome, Looked } from './backup-jobs.ts';
import { type Findings, isDamage, isSound } from './check.ts';
import { describeFindings } from './check-record.ts';
import { copyPages, expectRoom, flush, lookThrough } from './copies.ts';
import { openDatabase, sqliteCode } from './open.ts';
import { createOwnerOnly } from './owner-only.ts';
import { migrate, readSchemaVersion, refuseNewer } from './schema.ts';

/** Does one thing to a database that is about a backup, says what came of it, and ends. */
const port = parentPort;
if (!port) throw new Error('the backup jobs run in a worker thread');

async function run(job: BackupJob): Promise<BackupJobOutcome> {
  switch (job.type) {
    case 'snapshot':
      await snapshot(job);
      return { type: 'looked', looked: look(job.to) };
    case 'look':
      return { type: 'looked', looked: look(job.file) };
    case 'settle':
      return { type: 'settled', settlement: settle(job) };
  }
}

async function snapshot({ file, to }: Extract<BackupJob, { type: 'snapshot' }>): Promise<void> {
  expectRoom(file, dirname(to));
  createOwnerOnly(to);
  const wasClosed = !existsSync(`${file}-wal`);
  await copyPages(file, to);
  // Reading leaves an empty log behind, which the next start would take for the sign of an end that was not orderly. The
  // last connection that may write takes it away as it closes.
  if (wasClosed) ask(file, (db) => db.pragma('schema_version'));
}

/** Everything is read: pages, references, the sum of every row, the index. @throws AppError DATABASE_NEWER */
function look(file: string): Looked {
  try {
    // First of all: in a database of a later version rows may have sums over columns that are not known here.
    ask(file, (db) => refuseNewer(db, file));
    const findings = lookThrough(file);
    if (!isSound(findings)) return { ...nothing, damage: describe(findings) };
    return ask(file, (db) => ({ damage: null, bytes: statSync(file).size, ...countsOf(db) }));
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { ...nothing, damage: sqliteCode(error) };
  }
}

const nothing = { bytes: 0, messages: 0, memories: 0 };

const describe = (findings: Findings): string =>
  describeFindings(findings, 0, '').damage ?? 'it does not hold together';

function countsOf(db: Database.Database): Pick<Looked, 'messages' | 'memories'> {
  if (readSchemaVersion(db) === 0) return nothing;
  const count = (table: string) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return { messages: count('messages'), memories: count('memories WHERE forgotten_at IS NULL') };
}

function ask<T>(file: string, question: (db: Database.Database) => T): T {
  const db = new Database(file, { fileMustExist: true });
  try {
    return question(db);
  } finally {
    db.close();
  }
}

function settle({ file, now }: Extract<BackupJob, { type: 'settle' }>) {
  const db = openDatabase(file, 'full');
  try {
    migrate(db, file);
    const settlement = settleAfterRestore(db, now);
    // One file, whole without a log beside it.
    db.pragma('journal_mode = DELETE');
    return settlement;
  } finally {
    db.close();
    flush(file);
  }
}

try {
  port.postMessage(await run(workerData as BackupJob));
} catch (error) {
  const code = isAppError(error) ? error.code : '';
  const reason = sqliteCode(error) || ((error as NodeJS.ErrnoException).code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  port.postMessage({ type: 'failed', code, reason, message } satisfies BackupJobOutcome);
}
