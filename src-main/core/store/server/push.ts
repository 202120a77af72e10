import { type Kysely, sql } from 'kysely';
import { AppError } from '../../foundation/app-error.ts';
import type { Changes } from './capture.ts';
import type { Connection, ServerTables } from './connection.ts';
import { isConflict } from './faults.ts';
import { lockState, removedTable, type ServerState, writeState } from './state.ts';
import { batchColumn, type Cell, type Row, rowToServer, type Shape, serverKeyOf } from './tables.ts';

/** One statement carries so many rows and so much text at most: below what either server takes at once. */
const rowsAtOnce = 500;
const charactersAtOnce = 2_000_000;
const cellsAtOnce = 30_000;
const attempts = 5;

/** What is removed is remembered for so many commits, for a working copy that is behind. */
const rememberedRemovals = 10_000;
const forgetEvery = 1_000;

/**
 * Runs `work` in a transaction of the server in which nobody else writes, and makes it its next commit. A transaction
 * that the server undid because of another is run again.
 *
 * @throws AppError STORE_UNAVAILABLE when somebody else has taken the database over since `epoch`
 */
export async function asNextCommit(
  { db, name }: Connection,
  epoch: number,
  work: (trx: Kysely<ServerTables>, batch: number, state: ServerState) => Promise<void>,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(async (trx) => {
        const state = await lockState(trx);
        if (state.epoch !== epoch) throw takenOver(name);
        const batch = state.batch + 1;
        await work(trx, batch, state);
        await writeState(trx, { batch, written_in: epoch });
        if (batch % forgetEvery === 0) await forgetRemovals(trx, batch - rememberedRemovals);
        return batch;
      });
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
  }
}

const takenOver = (name: string) =>
  new AppError(
    'STORE_UNAVAILABLE',
    `Another Clawdbot has taken the database ${name} over. This one stores nothing any more; stop it`,
    { reason: 'taken_over', server: name },
  );

async function forgetRemovals(trx: Kysely<ServerTables>, before: number): Promise<void> {
  if (before <= 0) return;
  await trx.deleteFrom(removedTable).where('batch', '<', before).execute();
  await writeState(trx, { forgets_before: before });
}

/** Makes the server's rows what the working copy's are. */
export async function pushChanges(
  trx: Kysely<ServerTables>,
  kind: Connection['kind'],
  changes: readonly Changes[],
  batch: number,
): Promise<void> {
  for (const { shape, rows, gone } of changes) {
    await putRows(trx, kind, shape, rows, batch);
    await removeRows(trx, kind, shape, gone, batch);
  }
}

/** Adds rows, or makes those that are there what these are. */
export async function putRows(
  trx: Kysely<ServerTables>,
  kind: Connection['kind'],
  shape: Shape,
  rows: readonly Row[],
  batch: number,
): Promise<void> {
  const columns = [...shape.columns.map(({ name }) => name), batchColumn];
  for (const part of portions(rows, columns.length + 1)) {
    const values = part.map((row) => rowToServer(shape, row, batch));
    const insert = trx.insertInto(shape.serverName).values(values);
    const changing = columns.filter((column) => column !== shape.serverKey);
    await (kind === 'postgresql'
      ? insert.onConflict((clash) =>
          clash
            .column(shape.serverKey)
            .doUpdateSet(Object.fromEntries(changing.map((name) => [name, sql`excluded.${sql.ref(name)}`]))),
        )
      : insert.onDuplicateKeyUpdate(Object.fromEntries(changing.map((name) => [name, sql`values(${sql.ref(name)})`])))
    ).execute();
  }
}

/** Takes rows away, and remembers that they went. `gone` holds their keys. */
export async function removeRows(
  trx: Kysely<ServerTables>,
  kind: Connection['kind'],
  shape: Shape,
  gone: readonly Row[],
  batch: number,
): Promise<void> {
  for (const part of portions(gone, 4)) {
    const keys = part.map((row) => serverKeyOf(shape, row));
    await trx.deleteFrom(shape.serverName).where(shape.serverKey, 'in', keys).execute();
    const values = part.map((row, at) => ({
      tbl: shape.name,
      row_key: String(keys[at]),
      key_cells: JSON.stringify(shape.key.map((column) => cellToJson(row[column] ?? null))),
      batch,
    }));
    const insert = trx.insertInto(removedTable).values(values);
    await (kind === 'postgresql'
      ? insert.onConflict((clash) => clash.columns(['tbl', 'row_key']).doUpdateSet({ batch }))
      : insert.onDuplicateKeyUpdate({ batch })
    ).execute();
  }
}

const cellToJson = (cell: Cell): unknown => (Buffer.isBuffer(cell) ? { hex: cell.toString('hex') } : cell);

export const cellFromJson = (cell: unknown): Cell =>
  typeof cell === 'object' && cell !== null && 'hex' in cell ? Buffer.from(String(cell.hex), 'hex') : (cell as Cell);

/** Parts rows into what one statement may carry. */
export function* portions(rows: readonly Row[], cellsEach: number): Generator<Row[]> {
  let part: Row[] = [];
  let size = 0;
  for (const row of rows) {
    const length = sizeOf(row);
    const isFull = part.length === rowsAtOnce || (part.length + 1) * cellsEach > cellsAtOnce;
    if (part.length > 0 && (isFull || size + length > charactersAtOnce)) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(row);
    size += length;
  }
  if (part.length > 0) yield part;
}

function sizeOf(row: Row): number {
  let size = 0;
  for (const cell of Object.values(row)) size += typeof cell === 'string' || Buffer.isBuffer(cell) ? cell.length : 8;
  return size;
}
