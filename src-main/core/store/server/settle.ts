import { AppError, isAppError } from '../../foundation/app-error.ts';
import { openDatabase } from '../sqlite/open.ts';
import { setAside } from '../sqlite/salvage.ts';
import { schemaVersion } from '../sqlite/schema.ts';
import type { ServerAddress } from './address.ts';
import { type Connection, connect } from './connection.ts';
import { speakingOf } from './faults.ts';
import { folderOf, type LocalCopy, lookAtCopy, nothing } from './local-copy.ts';
import { catchUp, type Fetched, fetchCopy } from './pull.ts';
import { prepareTables, type ServerState, writeState } from './state.ts';
import { shapesOf } from './tables.ts';

/**
 * What a working copy and a server come to agree on at the start:
 * `copy` everything goes there (a first time, or after a restore here), `fetch` everything comes from there, `catch_up`
 * what is missing here comes from there, `go_on` both are where they were.
 */
export type Plan = 'copy' | 'fetch' | 'catch_up' | 'go_on';

export interface Settled {
  connection: Connection;
  state: ServerState;
  plan: Plan;
  fetched: Fetched;
}

const patienceMs = 20_000;
const pauseMs = 1_000;

/** The file as it was found. */
export interface WorkingCopy {
  file: string;
  now: number;
  /** It was damaged, and only a part of it could be saved: what is whole on the server goes before it. */
  salvaged: boolean;
  /** Why nothing could be saved of it. */
  unusable: Error | null;
}

/**
 * Brings the file of a working copy to where the server is, before anything else opens it. Which of the two goes before
 * the other is decided by what both say of themselves; where that is not certain nothing is done.
 *
 * @throws AppError STORE_UNAVAILABLE, CONFLICT where both hold what the other does not, DATABASE_NEWER
 */
export async function settle(address: ServerAddress, copy: WorkingCopy): Promise<Settled> {
  const connection = await connectPatiently(address);
  try {
    const work = settleOver(connection, copy);
    return { connection, ...(await speakingOf(connection, work)) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function settleOver(
  connection: Connection,
  { file, now, salvaged, unusable }: WorkingCopy,
): Promise<Omit<Settled, 'connection'>> {
  const local = unusable ? nothing : lookAtCopy(file);
  // What is not there yet is made once the file is open, with the columns that it has.
  const found = await prepareTables(connection, []);
  if (found.schema_version > schemaVersion) throw newer(connection, found);
  const plan = planFor({ local, state: found, salvaged, folder: folderOf(file), name: connection.name });
  if (unusable) {
    if (plan !== 'fetch') throw unusable;
    setAside(file, now);
  }
  const state = { ...found, epoch: found.epoch + 1 };
  await writeState(connection.db, { epoch: state.epoch });
  let fetched: Fetched = { rows: 0, altered: 0 };
  if (plan === 'fetch') fetched = await fetchCopy(connection, state, file);
  if (plan === 'catch_up') fetched = await catchUpFile(connection, state, file);
  return { state, plan, fetched };
}

async function catchUpFile(connection: Connection, state: ServerState, file: string): Promise<Fetched> {
  const { link } = lookAtCopy(file);
  if (!link) throw new Error('a working copy without a link was to catch up');
  const db = openDatabase(file, 'full');
  try {
    return await catchUp(db, connection, shapesOf(db), link, state);
  } finally {
    db.close();
  }
}

interface Situation {
  local: LocalCopy;
  state: ServerState;
  salvaged: boolean;
  /** Where the working copy lies. */
  folder: string;
  name: string;
}

export function planFor({ local, state, salvaged, folder, name }: Situation): Plan {
  const { link } = local;
  const knowsIt = link?.server_id === state.server_id;
  if (!state.complete) {
    if (state.batch === 0 || knowsIt || local.target === state.server_id) return 'copy';
    throw refuse(
      `A copy of everything to ${name} was begun from another data folder and has not ended. End it there, or empty that database`,
    );
  }
  if (salvaged || local.empty) return 'fetch';
  // It was moved there, or back there, and this is its first start on that server.
  if (local.target === state.server_id) return 'copy';
  if (!link || !knowsIt) {
    throw refuse(
      `Both ${name} and the database file in the data folder hold data, and they are not copies of each other. To go on with what the server holds, move the file (memory.db_path) aside and start again; to go on with the file, name an empty database in memory.url`,
    );
  }
  if (link.restored && link.folder !== folder) {
    throw refuse(
      `The data folder holds a backup of what another folder keeps on ${name}; what came after the backup would be lost there. To go on with what the server holds, move the file (memory.db_path) aside and start again; to go on with the backup, name an empty database in memory.url, or set memory.storage_type to sqlite`,
    );
  }
  if (link.restored || link.batch > state.batch) return 'copy';
  if (link.batch === state.batch) return 'go_on';
  if (!local.unsent)
    return local.version === state.schema_version && link.batch >= state.forgets_before ? 'catch_up' : 'fetch';
  if (link.epoch === state.written_in && local.version === state.schema_version) return 'catch_up';
  throw refuse(
    `Another data folder has written to ${name} since this one did, and this one holds changes that ${name} has not seen. To go on with what the server holds, move the file (memory.db_path) aside and start again; to go on with the file, name an empty database in memory.url`,
  );
}

const refuse = (message: string) => new AppError('CONFLICT', message);

const newer = ({ name }: Connection, { schema_version }: ServerState) =>
  new AppError(
    'DATABASE_NEWER',
    `The database ${name} was written by a newer version of Clawdbot (schema ${schema_version}, this one knows ${schemaVersion}). Install the newer version again, or choose another database`,
    { found: schema_version, known: schemaVersion },
  );

/** A server that starts together with this machine, or a place that was held a moment ago. */
async function connectPatiently(address: ServerAddress): Promise<Connection> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await connect(address, 'copying');
    } catch (error) {
      const mayPass = isAppError(error) && error.code === 'STORE_UNAVAILABLE' && error.data['lasts'] !== true;
      if (!mayPass || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
