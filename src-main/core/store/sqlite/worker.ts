import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { AppError, isAppError } from '../../foundation/app-error.ts';
import type { Op } from './op.ts';
import { openDatabase, quickCheck, readSettings, sqliteCode } from './open.ts';
import { createOps } from './ops.ts';
import type { Call, CallError, CallResult, FromStore, StoreWorkerData, ToStore } from './protocol.ts';
import { migrate } from './schema.ts';
import type { Queue } from './work.ts';

/**
 * The store's thread: the one writer. A batch is whatever waited while the last commit ran, and is committed with one
 * fsync (natural group commit; a timed window was measured slower). Answers leave after the commit, never before.
 */
const port = parentPort;
if (!port) throw new Error('the store worker runs in a worker thread');
const { file, durability } = workerData as StoreWorkerData;

type Table = Record<string, Op<unknown, unknown>>;

interface Connection {
  db: Database.Database;
  ops: Table;
  queue: Queue;
}

function connect(): Connection & { checked: boolean } {
  // A -wal file left behind means that the last writer did not close: look for damage before building on it.
  const unclean = existsSync(`${file}-wal`);
  const db = openDatabase(file, durability);
  if (unclean) quickCheck(db, file);
  migrate(db, file);
  const queue: Queue = { waiting: countWaiting(db) };
  return { db, queue, ops: createOps(db, queue) as unknown as Table, checked: unclean };
}

const countWaiting = (db: Database.Database): number =>
  db.prepare<[], { waiting: number }>('SELECT count(*) AS waiting FROM inbox').get()?.waiting ?? 0;

let connection: Connection;

function runCall(call: Call): unknown {
  const [name, args] = call;
  const op = connection.ops[name];
  if (!op) throw new Error(`no store operation ${name}`);
  return op.run(args) ?? null;
}

/** All writes of the batch in one transaction; when one of them fails, each in its own, so only that one fails. */
function runBatch(calls: Call[]): CallResult[] {
  const { db, ops } = connection;
  if (!calls.some((call) => ops[call[0]]?.kind === 'write')) return calls.map(runAlone);
  try {
    db.exec('BEGIN IMMEDIATE');
    const results = calls.map((call) => ({ ok: runCall(call) }));
    db.exec('COMMIT');
    return results;
  } catch (error) {
    rollBack();
    if (isDiskFault(error)) return failAll(calls, error);
    return calls.map((call) => (ops[call[0]]?.kind === 'write' ? runInTransaction(call) : runAlone(call)));
  }
}

function runInTransaction(call: Call): CallResult {
  const { db } = connection;
  try {
    db.exec('BEGIN IMMEDIATE');
    const ok = runCall(call);
    db.exec('COMMIT');
    return { ok };
  } catch (error) {
    rollBack();
    return { error: describeError(error) };
  }
}

/** The queue's count was moved on by calls that are now undone, so it is read anew. */
function rollBack(): void {
  const { db, queue } = connection;
  if (db.inTransaction) db.exec('ROLLBACK');
  queue.waiting = countWaiting(db);
}

function runAlone(call: Call): CallResult {
  try {
    return { ok: runCall(call) };
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** After a failed write or fsync the pages in memory cannot be trusted: drop the handle and read the file anew. */
function failAll(calls: Call[], cause: unknown): CallResult[] {
  const error = describeError(cause);
  try {
    connection.db.close();
    connection = connect();
  } catch (reopenError) {
    tell({ type: 'failed', error: describeError(reopenError) });
  }
  return calls.map(() => ({ error }));
}

const isDiskFault = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_IOERR');

function describeError(error: unknown): CallError {
  const known = isAppError(error) ? error : fromSqlite(error);
  if (known) return { code: known.code, message: known.message, data: known.data };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: '', message, data: {}, ...(stack === undefined ? {} : { stack }) };
}

function fromSqlite(error: unknown): AppError | null {
  const code = sqliteCode(error);
  if (code === 'SQLITE_FULL') {
    return new AppError('STORE_FULL', 'The disk is full. Free some space; nothing that was accepted is lost', {
      retry_after_s: 30,
    });
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_BUSY') {
    return new AppError('STORE_UNAVAILABLE', `The database cannot be written at the moment (${code})`, {
      retry_after_s: 5,
      reason: code,
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new AppError(
      'DATABASE_CORRUPT',
      `The database ${file} is damaged (${code}); stop the product and restore a backup`,
      { file, found: code },
    );
  }
  return null;
}

function answer(results: CallResult[]): void {
  const errors: [number, CallError][] = [];
  const values = results.map((result, place) => {
    if ('ok' in result) return result.ok;
    errors.push([place, result.error]);
    return null;
  });
  tell({ type: 'done', values, errors, waiting: connection.queue.waiting });
}

const tell = (message: FromStore) => port.postMessage(message);

try {
  const opened = connect();
  connection = opened;
  tell({ type: 'open', settings: readSettings(opened.db), waiting: opened.queue.waiting, checked: opened.checked });
  port.on('message', (message: ToStore) => {
    if (message.type === 'close') {
      connection.db.close();
      tell({ type: 'closed' });
      port.close();
      return;
    }
    answer(runBatch(message.calls));
  });
} catch (error) {
  tell({ type: 'failed', error: describeError(error) });
  port.close();
}
