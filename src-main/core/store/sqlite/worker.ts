import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { AppError, isAppError } from '../../foundation/app-error.ts';
import type { ServerAddress } from '../server/address.ts';
import { isServerFault } from '../server/faults.ts';
import type { Replica } from '../server/replica.ts';
import type { Settled } from '../server/settle.ts';
import { asRefusal, describeFault, isDiskFault } from './describe-fault.ts';
import type { Op } from './op.ts';
import { openDatabase, openToRead, readSettings, rewriteLog, sqliteCode } from './open.ts';
import { createOps } from './ops.ts';
import { type Prepared, prepareDatabase } from './prepare.ts';
import type { Call, CallError, CallResult, FromStore, ServerOpened, StoreWorkerData, ToStore } from './protocol.ts';
import { migrate } from './schema.ts';
import { isSealed } from './sealing/memory-cells.ts';
import type { SealDeps } from './sealing/sealing.ts';
import { createSensitivity } from './sealing/sensitivity.ts';
import { createVault } from './sealing/vault.ts';
import type { Queue } from './work.ts';

/**
 * The store's thread: the one writer. A batch is whatever waited while the last commit ran, and is committed with one
 * fsync (natural group commit; a timed window was measured slower). Answers leave after the commit, never before.
 */
const port = parentPort;
if (!port) throw new Error('the store worker runs in a worker thread');
const { file, durability, copies, repair, now, sensitive, server } = workerData as StoreWorkerData;
/** Kept over every reopening of the file. */
const seals: SealDeps = { vault: createVault(), sensitivity: createSensitivity(sensitive) };

type Table = Record<string, Op<unknown, unknown>>;

interface Connection {
  db: Database.Database;
  ops: Table;
  queue: Queue;
  hasSealed(): boolean;
}

function connect(): Connection {
  const db = openDatabase(file, durability);
  try {
    migrate(db, file);
    const queue: Queue = { waiting: countWaiting(db) };
    return connectionOf(db, queue);
  } catch (error) {
    db.close();
    throw error;
  }
}

function connectionOf(db: Database.Database, queue: Queue): Connection {
  const anySealed = db.prepare<[], number>(`SELECT 1 FROM memories WHERE ${isSealed} LIMIT 1`).pluck();
  const ops = createOps(db, queue, seals) as unknown as Table;
  return { db, queue, ops, hasSealed: () => anySealed.get() !== undefined };
}

const countWaiting = (db: Database.Database): number =>
  db.prepare<[], { waiting: number }>('SELECT count(*) AS waiting FROM inbox').get()?.waiting ?? 0;

/** Null while the file cannot even be read. */
let connection: Connection | null = null;
/** While the disk takes no writes: why, and what tries it again. */
let outage: { refusal: AppError; pauseMs: number; timer: NodeJS.Timeout } | null = null;
let full: { refusedAt: number } | null = null;
/** The database server's side of what is written here. */
let replica: Replica | null = null;
/** Why it takes nothing at present. */
let serverTrouble: string | null = null;

const isWrite = ([name]: Call): boolean => connection?.ops[name]?.kind === 'write';

function inUse(): Connection {
  if (connection) return connection;
  throw outage?.refusal ?? new Error('the store is closed');
}

function runCall(call: Call): unknown {
  const [name, args] = call;
  const op = inUse().ops[name];
  if (!op) throw new Error(`no store operation ${name}`);
  return op.run(args) ?? null;
}

/** All writes of the batch in one transaction; when one of them fails, each in its own, so only that one fails. */
async function runBatch(calls: Call[]): Promise<CallResult[]> {
  if (!calls.some(isWrite)) return calls.map(runAlone);
  try {
    return await inTransaction(() => calls.map((call) => ({ ok: runCall(call) })));
  } catch (error) {
    if (isServerFault(error)) {
      const failed = fail(error);
      return calls.map((call) => (isWrite(call) ? failed : runAlone(call)));
    }
    if (isDiskFault(error)) {
      const failed = fail(error);
      return calls.map(() => failed);
    }
    const results: CallResult[] = [];
    for (const call of calls) results.push(isWrite(call) ? await runInTransaction(call) : runAlone(call));
    return results;
  }
}

async function inTransaction<T>(run: () => T): Promise<T> {
  if (outage) throw outage.refusal;
  const { db, queue } = inUse();
  if (await replica?.ready()) queue.waiting = countWaiting(db);
  try {
    db.exec('BEGIN IMMEDIATE');
    const result = run();
    await replica?.send();
    db.exec('COMMIT');
    replica?.kept();
    noteServerBack();
    noteRoom();
    return result;
  } catch (error) {
    replica?.undone();
    // After a fault of the disk nothing is asked of this handle any more, not even to roll back.
    if (!isDiskFault(error)) rollBack();
    throw error;
  }
}

/** The queue's count was moved on by calls that are now undone, so it is read anew. */
function rollBack(): void {
  const { db, queue } = inUse();
  if (db.inTransaction) db.exec('ROLLBACK');
  queue.waiting = countWaiting(db);
}

async function runInTransaction(call: Call): Promise<CallResult> {
  try {
    return { ok: await inTransaction(() => runCall(call)) };
  } catch (error) {
    return fail(error);
  }
}

function runAlone(call: Call): CallResult {
  try {
    return { ok: runCall(call) };
  } catch (error) {
    return fail(error);
  }
}

function fail(error: unknown): { error: CallError } {
  if (isServerFault(error)) noteServer(error);
  else if (isDiskFault(error)) reopen(error);
  else if (sqliteCode(error) === 'SQLITE_FULL') noteFull(error);
  return { error: describeFault(error, file) };
}

function noteServer(error: unknown): void {
  const trouble = describeFault(error, file);
  const { lasts, reason } = trouble.data;
  // A server that ends says so in more than one way; that it is away is told once.
  const kind = `${trouble.code} ${String(lasts ?? reason)}`;
  if (serverTrouble !== kind) tell({ type: 'trouble', error: trouble });
  serverTrouble = kind;
}

function noteServerBack(): void {
  if (serverTrouble === null) return;
  serverTrouble = null;
  tell({ type: 'recovered', error: null });
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * After a failed write or fsync the system may have forgotten what it could not write, and the next fsync would call it
 * written: the handle is dropped, never asked again, and the file read anew. Until a write is seen to reach the disk
 * what is there can be read and nothing is taken.
 */
function reopen(cause: unknown): void {
  const pauseMs = outage ? Math.min(longestPauseMs, outage.pauseMs * 2) : firstPauseMs;
  clearTimeout(outage?.timer);
  // Before the other goes: the last connection that closes asks its handle once more, to carry the log over.
  const toRead = connectToRead();
  connection?.db.close();
  connection = null;
  try {
    connection = connectAfterFault();
    replica?.reopened(connection.db);
    toRead?.db.close();
    outage = null;
    tell({ type: 'recovered', error: describeFault(cause, file) });
  } catch (error) {
    const refusal = asRefusal(error, file);
    if (outage?.refusal.message !== refusal.message) tell({ type: 'trouble', error: describeFault(refusal, file) });
    outage = { refusal, pauseMs, timer: setTimeout(() => reopen(cause), pauseMs) };
    connection = toRead;
  }
}

/** @throws whatever shows that the disk still takes no writes */
function connectAfterFault(): Connection {
  // Who wrote last is known, and everyone waits: damage is looked for at the next start.
  const opened = connect();
  try {
    rewriteLog(opened.db);
    return opened;
  } catch (error) {
    opened.db.close();
    throw error;
  }
}

/** What is there can still be looked at, as long as it can be read. */
function connectToRead(): Connection | null {
  let db: Database.Database | undefined;
  try {
    db = openToRead(file);
    const queue: Queue = { waiting: countWaiting(db) };
    return connectionOf(db, queue);
  } catch {
    // Why the disk is out of use was told already; this is a part of it.
    db?.close();
    return null;
  }
}

/** Room for a small message does not mean that the next large one fits, so a full disk is told of for a while. */
const fullForMs = 10_000;

function noteFull(error: unknown): void {
  if (!full) tell({ type: 'trouble', error: describeFault(error, file) });
  full = { refusedAt: performance.now() };
}

function noteRoom(): void {
  if (!full || performance.now() - full.refusedAt < fullForMs) return;
  full = null;
  tell({ type: 'recovered', error: null });
}

function answer(results: CallResult[]): void {
  const errors: [number, CallError][] = [];
  const values = results.map((result, place) => {
    if ('ok' in result) return result.ok;
    errors.push([place, result.error]);
    return null;
  });
  tell({ type: 'done', values, errors, waiting: connection?.queue.waiting ?? 0, hasSealed: hasSealed() });
}

/** Whoever reads at the moment holds the log; then it is tried after the next batch. */
function cutLog(): boolean {
  if (outage || !connection) return false;
  const { db } = connection;
  try {
    db.pragma('busy_timeout = 0');
    const [found] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    db.pragma('busy_timeout = 5000');
    return found?.busy === 0;
  } catch {
    // A disk that fails shows at the next write.
    return false;
  }
}

/** A file that cannot be read shows in the answers of the calls themselves. */
function hasSealed(): boolean {
  try {
    return connection?.hasSealed() ?? false;
  } catch {
    return false;
  }
}

const tell = (message: FromStore) => port.postMessage(message);

/** How often rows are looked for that another process wrote into the file. */
const lookMs = 2_000;
/** How often a server that nothing is sent to is asked for a sign of life. */
const pingEvery = 8;
let looks = 0;

/** What came into the file by another way than a call is sent as well; and who has nothing to send asks now and then. */
async function tendServer(): Promise<void> {
  const current = replica;
  if (!current || outage || !connection) return;
  looks++;
  try {
    if (current.hasUnsent()) await inTransaction(() => {});
    else if (serverTrouble !== null || looks % pingEvery === 0) await current.ping();
    noteServerBack();
  } catch (error) {
    fail(error);
  }
}

/** Batches and what is done between them wait for each other. */
let lastWork: Promise<void> = Promise.resolve();
function inTurn(work: () => Promise<void>): void {
  lastWork = lastWork.then(work);
}

async function handle(message: ToStore): Promise<void> {
  if (message.type === 'close') {
    clearTimeout(outage?.timer);
    clearInterval(tending);
    connection?.db.close();
    await replica?.close();
    tell({ type: 'closed' });
    port?.close();
    return;
  }
  answer(await runBatch(message.calls));
  seals.vault.cutLog(cutLog);
}

interface Found extends Prepared {
  /** Why nothing of the file can be used, where a server may have all of it. */
  unusable: Error | null;
}

async function prepare(): Promise<Found> {
  try {
    return { ...(await prepareDatabase({ file, copies, repair, now })), unusable: null };
  } catch (error) {
    if (server === null || !repair || !isAppError(error) || error.code !== 'DATABASE_CORRUPT') throw error;
    return { checked: true, salvage: null, unusable: error };
  }
}

async function settled({ salvage, unusable }: Found): Promise<{ address: ServerAddress; found: Settled } | null> {
  if (server === null) return null;
  const { parseAddress } = await import('../server/address.ts');
  const { settle } = await import('../server/settle.ts');
  const address = parseAddress(server);
  return { address, found: await settle(address, { file, now, salvaged: salvage !== null, unusable }) };
}

const serverOpened = ({ address, found }: { address: ServerAddress; found: Settled }): ServerOpened => ({
  name: address.name,
  plan: found.plan,
  fetched: found.fetched.rows,
  altered: found.fetched.altered,
});

let tending: NodeJS.Timeout | undefined;
try {
  const found = await prepare();
  const agreed = await settled(found);
  const opened = connect();
  connection = opened;
  if (agreed) {
    const { beginReplica } = await import('../server/replica.ts');
    replica = await beginReplica(opened.db, agreed.address, agreed.found);
    if (replica.hasUnsent()) await inTransaction(() => {});
    tending = setInterval(() => inTurn(tendServer), lookMs);
  }
  const { queue } = opened;
  tell({
    type: 'open',
    settings: readSettings(opened.db),
    waiting: queue.waiting,
    checked: found.checked,
    salvage: found.salvage,
    hasSealed: opened.hasSealed(),
    server: agreed && serverOpened(agreed),
  });
  port.on('message', (message: ToStore) => inTurn(() => handle(message)));
} catch (error) {
  tell({ type: 'failed', error: describeFault(error, file) });
  port.close();
}
