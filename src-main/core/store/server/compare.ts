import type Database from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { rowFinder } from './capture.ts';
import type { ServerTables } from './connection.ts';
import { type Row, rowFromServer, type Shape, sameRow, serverKeyOf } from './tables.ts';

/** How a table of the server differs from that of the working copy. */
export interface Difference {
  /** Rows that the server lacks or has otherwise. */
  rows: Row[];
  /** Rows that only the server has. */
  gone: Row[];
}

const rowsAtOnce = 200;

/**
 * Goes through a table twice, here and on the server, and yields what differs, page by page: rows are compared cell by
 * cell as they were read back, never by a sum that one side only claims.
 */
export async function* differences(
  local: Database.Database,
  server: Kysely<ServerTables>,
  shape: Shape,
): AsyncGenerator<Difference & { looked: number }> {
  for (const page of localPages(local, shape)) {
    const keys = page.map((row) => serverKeyOf(shape, row));
    const found = await server.selectFrom(shape.serverName).selectAll().where(shape.serverKey, 'in', keys).execute();
    const byKey = new Map(found.map((row) => [String(row[shape.serverKey]), row]));
    const rows = page.filter((row, at) => {
      const there = byKey.get(String(keys[at]));
      return !there || !sameRow(shape, row, rowFromServer(shape, there));
    });
    yield { rows, gone: [], looked: page.length };
  }
  const find = rowFinder(local, shape);
  for await (const page of serverPages(server, shape)) {
    const gone = page.filter((row) => !find(shape.key.map((column) => row[column] ?? null)));
    yield { rows: [], gone, looked: 0 };
  }
}

function* localPages(local: Database.Database, { name, key }: Shape): Generator<Row[]> {
  const order = key.join(', ');
  const first = local.prepare<[number], Row>(`SELECT * FROM ${name} ORDER BY ${order} LIMIT ?`);
  const next = local.prepare<unknown[], Row>(
    `SELECT * FROM ${name} WHERE (${order}) > (${key.map(() => '?').join(', ')}) ORDER BY ${order} LIMIT ?`,
  );
  for (let page = first.all(rowsAtOnce); page.length > 0; ) {
    yield page;
    const last = page.at(-1);
    page = next.all(...key.map((column) => last?.[column] ?? null), rowsAtOnce);
  }
}

/** A table of the server in the order of its key; `since`: only what later commits changed. */
export async function* serverPages(server: Kysely<ServerTables>, shape: Shape, since = -1): AsyncGenerator<Row[]> {
  let after: unknown;
  for (;;) {
    let query = server.selectFrom(shape.serverName).selectAll().orderBy(shape.serverKey).limit(rowsAtOnce);
    if (after !== undefined) query = query.where(shape.serverKey, '>', after);
    if (since >= 0) query = query.where('batch', '>', since);
    const found = await query.execute();
    if (found.length > 0) yield found.map((row) => rowFromServer(shape, row));
    if (found.length < rowsAtOnce) return;
    after = found.at(-1)?.[shape.serverKey];
  }
}
