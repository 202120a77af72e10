import Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { openDatabase } from '../sqlite/open.ts';
import { readSchemaVersion, schemaVersion } from '../sqlite/schema.ts';
import { parseAddress } from './address.ts';
import { writeTarget } from './capture.ts';
import { type Connection, connect } from './connection.ts';
import { copyAll, verifyAll } from './copy-all.ts';
import { speakingOf } from './faults.ts';
import { type LocalCopy, lookAtCopy } from './local-copy.ts';
import { markComplete } from './replica.ts';
import { prepareTables, type ServerState, writeState } from './state.ts';
import { type KeptTable, shapesOf } from './tables.ts';

export interface MoveOptions {
  /** The database file, which a product may be writing to. */
  file: string;
  /** The address of an empty database on a server, or of one that an earlier move did not fill to its end. */
  to: string;
  /** The server that keeps everything now, by its name for sentences. */
  keptOn: string | null;
  /** Whether nobody writes to the file meanwhile: then the server has all of it in the end, also should the file be lost. */
  isStill: boolean;
  signal: AbortSignal;
  onStep(step: { doing: 'send' | 'compare'; done: number; total: number }): void;
}

export interface MoveReport {
  server: string;
  /** Rows by table, each read back and found the same. */
  rows: Partial<Record<KeptTable, number>>;
  total: number;
  /** What was not there yet. */
  sent: number;
}

/**
 * Copies everything to a database server and reads it all back, as it is at one moment, while the product goes on. What is
 * written meanwhile is sent at the next start on that server, which compares everything once more. Ended in the middle, the
 * next one goes on where this one was.
 *
 * @throws AppError CONFLICT where the database there is not empty or a cell came back otherwise; the reason of `signal`
 */
export async function moveToServer({ file, to, keptOn, isStill, signal, onStep }: MoveOptions): Promise<MoveReport> {
  const address = parseAddress(to);
  const local = lookAtCopy(file);
  if (local.version !== schemaVersion) throw notReady(file);
  const connection = await connect(address, 'copying');
  try {
    return await speakingOf(connection, move(connection, { file, keptOn, isStill, signal, onStep }, local));
  } finally {
    await connection.close();
  }
}

/**
 * Reads everything back from the server that keeps it, and compares.
 *
 * @throws AppError CONFLICT where a cell came back otherwise; the reason of `signal`
 */
export async function compareWithServer({
  file,
  to,
  signal,
  onStep,
}: Pick<MoveOptions, 'file' | 'to' | 'signal' | 'onStep'>): Promise<MoveReport> {
  const connection = await connect(parseAddress(to), 'copying');
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const shapes = shapesOf(db);
    const total = shapes.reduce((sum, { name }) => sum + countOf(db, name), 0);
    const step = ({ looked }: { looked: number }) => onStep({ doing: 'compare', done: looked, total });
    const work = verifyAll({ db, connection, shapes, epoch: 0, signal, onStep: step });
    return { server: connection.name, ...(await speakingOf(connection, work)), sent: 0 };
  } finally {
    db.close();
    await connection.close();
  }
}

async function move(
  connection: Connection,
  { file, keptOn, isStill, signal, onStep }: Omit<MoveOptions, 'to'>,
  local: LocalCopy,
): Promise<MoveReport> {
  const state = await prepareTables(connection, []);
  refuseFull(connection, { state, local, keptOn });
  const epoch = state.epoch + 1;
  await writeState(connection.db, { epoch });
  noteTarget(file, state.server_id);

  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    // One moment of the file, however long this takes.
    db.exec('BEGIN');
    if (readSchemaVersion(db) !== schemaVersion) throw notReady(file);
    const shapes = shapesOf(db);
    await prepareTables(connection, shapes);
    const total = shapes.reduce((sum, { name }) => sum + countOf(db, name), 0);
    const step = (doing: 'send' | 'compare') => ({
      signal,
      onStep: ({ looked }: { looked: number }) => onStep({ doing, done: looked, total }),
    });
    const { sent } = await copyAll({ db, connection, shapes, epoch, ...step('send') });
    const verified = await verifyAll({ db, connection, shapes, epoch, ...step('compare') });
    if (isStill) await markComplete(connection, epoch);
    return { server: connection.name, ...verified, sent };
  } finally {
    db.close();
  }
}

function countOf(db: Database.Database, table: KeptTable): number {
  return db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
}

/** In a short transaction of its own, so that the next one knows what it goes on with. */
function noteTarget(file: string, serverId: string): void {
  const db = openDatabase(file, 'full');
  try {
    db.transaction(() => writeTarget(db, serverId)).immediate();
  } finally {
    db.close();
  }
}

interface Target {
  state: ServerState;
  local: LocalCopy;
  keptOn: string | null;
}

function refuseFull({ name }: Connection, { state, local: { link, target }, keptOn }: Target): void {
  if (keptOn === name) throw new AppError('CONFLICT', `Everything is kept on ${name} already`);
  if (state.batch === 0 || target === state.server_id) return;
  // It was kept there before, and nobody else has written there since.
  if (link?.server_id === state.server_id && link.batch === state.batch) return;
  throw new AppError(
    'CONFLICT',
    `The database ${name} holds data of a Clawdbot already. Name an empty one; nothing was changed`,
  );
}

const notReady = (file: string) =>
  new AppError('CONFLICT', `${file} was not written by this version yet. Start Clawdbot once, then move`);
