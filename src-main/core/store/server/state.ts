import { randomUUID } from 'node:crypto';
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import { AppError } from '../../foundation/app-error.ts';
import type { Connection, ServerTables } from './connection.ts';
import { batchColumn, columnType, rowKey, type Shape, serverTable } from './tables.ts';

/** The one row by which a server says what it holds. */
export interface ServerState {
  /** Made with the tables, so that a database that was emptied is not taken for the one that was known. */
  server_id: string;
  /** The form of these tables themselves. */
  format: number;
  /** The schema of the working copy that was written here. */
  schema_version: number;
  /** Commits so far. */
  batch: number;
  /** Sessions so far: an earlier one that comes back late is told by its number. */
  epoch: number;
  /** The session of the last commit. */
  written_in: number;
  /** 0 while the first copy is under way. */
  complete: 0 | 1;
  /** What was removed in earlier commits than this is not known any more. */
  forgets_before: number;
}

const format = 1;
const stateTable = serverTable('state');
export const removedTable = serverTable('removed');

/** The tables that are about the others, with their columns; a key is short enough for every server. */
const ownTables = {
  [stateTable]: {
    id: 'integer not null primary key',
    server_id: 'varchar(64) not null',
    format: 'integer not null',
    schema_version: 'integer not null',
    batch: 'bigint not null',
    epoch: 'bigint not null',
    written_in: 'bigint not null',
    complete: 'integer not null',
    forgets_before: 'bigint not null',
  },
  [removedTable]: {
    tbl: 'varchar(64) not null',
    row_key: 'varchar(64) not null',
    key_cells: 'text not null',
    batch: 'bigint not null',
  },
};

/** The same, of a database that may hold nothing of ours yet. */
export async function readStateIfThere(db: Kysely<ServerTables>): Promise<ServerState | null> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name }) => name === stateTable) ? readState(db) : null;
}

export async function readState(db: Kysely<ServerTables>): Promise<ServerState | null> {
  const row = await db.selectFrom(stateTable).selectAll().where('id', '=', 1).executeTakeFirst();
  return row ? asState(row) : null;
}

/** Nobody else writes until the transaction ends. */
export async function lockState(trx: Kysely<ServerTables>): Promise<ServerState> {
  const row = await trx.selectFrom(stateTable).selectAll().where('id', '=', 1).forUpdate().executeTakeFirst();
  if (!row) throw emptied();
  return asState(row);
}

const emptied = () =>
  new AppError(
    'STORE_UNAVAILABLE',
    'The tables of Clawdbot on the database server were emptied while it ran. Restart Clawdbot to find out what there is',
  );

const asState = (row: Record<string, unknown>): ServerState => {
  const { server_id, ...numbers } = row;
  const { id: _id, ...rest } = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)]));
  return { ...rest, server_id: String(server_id) } as ServerState;
};

export async function writeState(db: Kysely<ServerTables>, change: Partial<ServerState>): Promise<void> {
  await db.updateTable(stateTable).set(change).where('id', '=', 1).execute();
}

/**
 * Makes what tables and columns are missing. Both servers make a table at once or not at all, and what is there is left
 * as it is, so a crash in the middle is carried on.
 *
 * @throws AppError DATABASE_NEWER
 */
export async function prepareTables({ db, kind, name }: Connection, shapes: readonly Shape[]): Promise<ServerState> {
  const there = await columnsThere({ db, kind });
  for (const [table, columns] of Object.entries(ownTables)) {
    if (there.has(table)) continue;
    let making: CreateTableBuilder<string, string> = db.schema.createTable(table).ifNotExists();
    for (const [column, type] of Object.entries(columns)) making = making.addColumn(column, sql.raw(type));
    if (table === removedTable) making = making.addPrimaryKeyConstraint(`${table}_key`, ['tbl', 'row_key']);
    await ofEveryText(kind, making).execute();
  }
  const state = (await readState(db)) ?? (await firstState(db));
  if (state.format > format) {
    throw new AppError(
      'DATABASE_NEWER',
      `The database ${name} was written by a newer version of Clawdbot. Install the newer version again, or choose another database`,
      { found: state.format, known: format },
    );
  }
  for (const shape of shapes) await prepareTable({ db, kind }, shape, there.get(shape.serverName));
  return state;
}

/** Whatever the database was made with: a MySQL table holds every character, and tells every two apart. */
const ofEveryText = (kind: Connection['kind'], making: CreateTableBuilder<string, string>) =>
  kind === 'mysql' ? making.modifyEnd(sql`ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`) : making;

async function firstState(db: Kysely<ServerTables>): Promise<ServerState> {
  const state: ServerState = {
    server_id: randomUUID(),
    format,
    schema_version: 0,
    batch: 0,
    epoch: 0,
    written_in: 0,
    complete: 0,
    forgets_before: 0,
  };
  await db
    .insertInto(stateTable)
    .values({ id: 1, ...state })
    .execute();
  return state;
}

/** By name of the table, as it is on this server. */
async function columnsThere({ db, kind }: Pick<Connection, 'db' | 'kind'>): Promise<Map<string, Set<string>>> {
  const here = kind === 'postgresql' ? sql`current_schema()` : sql`database()`;
  const { rows } = await sql<{ t: string; c: string }>`
    SELECT table_name AS t, column_name AS c FROM information_schema.columns
    WHERE table_schema = ${here} AND table_name LIKE 'clawdbot%'`.execute(db);
  const there = new Map<string, Set<string>>();
  for (const { t, c } of rows) there.set(t, (there.get(t) ?? new Set()).add(c));
  return there;
}

async function prepareTable(
  { db, kind }: Pick<Connection, 'db' | 'kind'>,
  shape: Shape,
  there: Set<string> | undefined,
): Promise<void> {
  const table = shape.serverName;
  if (there) {
    for (const { name, type } of shape.columns) {
      if (there.has(name)) continue;
      await db.schema
        .alterTable(table)
        .addColumn(name, sql.raw(columnType(kind, type)))
        .execute();
    }
    return;
  }
  let making: CreateTableBuilder<string, string> = db.schema.createTable(table).ifNotExists();
  if (shape.hasRowKey) making = making.addColumn(rowKey, sql.raw('char(64) not null primary key'));
  for (const { name, type } of shape.columns) {
    const isKey = name === shape.serverKey;
    making = making.addColumn(name, sql.raw(columnType(kind, type) + (isKey ? ' not null primary key' : '')));
  }
  making = making.addColumn(batchColumn, sql.raw('bigint not null'));
  await ofEveryText(kind, making).execute();
  await db.schema.createIndex(`${table}_${batchColumn}`).on(table).column(batchColumn).execute();
}
