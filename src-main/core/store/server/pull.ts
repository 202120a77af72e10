import { renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { openDatabase } from '../sqlite/open.ts';
import { sumOfRow } from '../sqlite/row-sums.ts';
import { migrate, readSchemaVersion, summedIn } from '../sqlite/schema.ts';
import { mendFromFront, mendTextIndex, remakeTextIndex } from '../sqlite/text-index.ts';
import { beginCapture, clearChanges, type Link, writeLink } from './capture.ts';
import { serverPages } from './compare.ts';
import type { Connection } from './connection.ts';
import { folderOf } from './local-copy.ts';
import { cellFromJson } from './push.ts';
import { removedTable, type ServerState } from './state.ts';
import { type Cell, type Row, type Shape, shapesOf } from './tables.ts';

/** What came from the server. */
export interface Fetched {
  rows: number;
  /** Rows that somebody changed on the server by other means than Clawdbot. */
  altered: number;
}

/**
 * Makes a working copy of what a server holds, in the schema in which it was written, and puts it in the place of `file`.
 * Until it is whole `file` stays as it is.
 *
 * @throws AppError STORE_FULL, DATABASE_CORRUPT where rows are about others that are not there
 */
export async function fetchCopy(connection: Connection, state: ServerState, file: string): Promise<Fetched> {
  const making = `${file}.fetching`;
  removeDatabase(making);
  const db = openDatabase(making, 'normal');
  const fetched: Fetched = { rows: 0, altered: 0 };
  try {
    migrate(db, making, { upTo: state.schema_version });
    // Rows come table by table; what they refer to is looked at in the end.
    db.pragma('foreign_keys = OFF');
    const shapes = shapesOf(db);
    for (const shape of shapes) {
      db.exec(`DELETE FROM ${shape.name}`);
      const put = rowPutter(db, shape, fetched);
      for await (const page of serverPages(connection.db, shape)) db.transaction(() => page.forEach(put))();
    }
    const orphans = db.pragma('foreign_key_check') as unknown[];
    if (orphans.length > 0) throw incomplete(connection, orphans.length);
    remakeTextIndex(db);
    db.transaction(() => {
      beginCapture(db, shapes);
      writeLink(db, {
        server_id: state.server_id,
        batch: state.batch,
        epoch: state.epoch,
        restored: 0,
        folder: folderOf(file),
      });
    })();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
  removeDatabase(file);
  renameSync(making, file);
  return fetched;
}

const incomplete = ({ name }: Connection, count: number) =>
  new AppError(
    'DATABASE_CORRUPT',
    `The database ${name} lacks rows that ${count} others are about. Put back a backup of that database; nothing here was changed`,
    { server: name, found: `${count} orphans` },
  );

function removeDatabase(file: string): void {
  for (const each of [`${file}-wal`, `${file}-shm`, file]) rmSync(each, { force: true });
}

/** Brings a working copy that is some commits behind up to date, in one transaction. What it has not sent yet stays. */
export async function catchUp(
  db: Database.Database,
  { db: server }: Connection,
  shapes: readonly Shape[],
  link: Link,
  state: ServerState,
): Promise<Fetched> {
  const fetched: Fetched = { rows: 0, altered: 0 };
  const removed = await server.selectFrom(removedTable).selectAll().where('batch', '>', link.batch).execute();
  const pages: { shape: Shape; rows: Row[] }[] = [];
  for (const shape of shapes)
    for await (const rows of serverPages(server, shape, link.batch)) pages.push({ shape, rows });

  db.exec('BEGIN IMMEDIATE');
  try {
    db.pragma('defer_foreign_keys = ON');
    const unsent = db.prepare<[], [string, Cell, Cell, Cell]>('SELECT tbl, k1, k2, k3 FROM server_changes').raw().all();
    const isUnsent = ownChanges(unsent);
    for (const shape of [...shapes].reverse()) {
      const keys = removed.filter(({ tbl }) => tbl === shape.name).map(({ key_cells }) => keyOf(String(key_cells)));
      removeHere(
        db,
        shape,
        keys.filter((key) => !isUnsent(shape, key)),
      );
    }
    const memories = new Set<number>();
    for (const { shape, rows } of pages) {
      const put = rowPutter(db, shape, fetched);
      for (const row of rows) {
        if (
          isUnsent(
            shape,
            shape.key.map((column) => row[column] ?? null),
          )
        )
          continue;
        put(row);
        if (shape.name === 'memories') memories.add(Number(row['seq']));
      }
    }
    indexAnew(db, memories);
    clearChanges(db);
    const note = db.prepare('INSERT INTO server_changes VALUES (?, ?, ?, ?)');
    for (const cells of unsent) note.run(...cells);
    writeLink(db, { ...link, batch: state.batch });
    db.exec('COMMIT');
    return fetched;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

const keyOf = (text: string): Cell[] => (JSON.parse(text) as unknown[]).map(cellFromJson);

function ownChanges(unsent: readonly [string, Cell, Cell, Cell][]): (shape: Shape, key: readonly Cell[]) => boolean {
  const cells = (key: readonly Cell[]) =>
    JSON.stringify([...key, 0, 0, 0].slice(0, 3).map((cell) => (Buffer.isBuffer(cell) ? cell.toString('hex') : cell)));
  const keys = new Set(unsent.map(([table, ...key]) => table + cells(key)));
  return ({ name }, key) => keys.has(name + cells(key));
}

function removeHere(db: Database.Database, { name, key }: Shape, keys: readonly Cell[][]): void {
  const remove = db.prepare(`DELETE FROM ${name} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`);
  for (const cells of keys) remove.run(...cells);
}

/** What the text index says of memories that may have changed is thrown away and made anew. */
function indexAnew(db: Database.Database, memories: ReadonlySet<number>): void {
  if (memories.size === 0) return;
  const remove = db.prepare('DELETE FROM memory_fts WHERE rowid = ?');
  for (const seq of memories) remove.run(seq);
  for (let after: number | null = mendFromFront; after !== null; )
    after = mendTextIndex(db, { after, limit: 1_000, anew: false }).next;
}

/**
 * Puts rows of the server here as they are. A row's sum is that of what it says now: whoever changed it on the server by
 * hand meant to, and it is counted.
 */
function rowPutter(db: Database.Database, { name, columns, key }: Shape, fetched: Fetched): (row: Row) => void {
  const names = columns.map((column) => column.name);
  const others = names.filter((column) => !key.includes(column));
  const changes = others.map((column) => `${column} = excluded.${column}`).join(', ');
  const put = db.prepare(
    `INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
     ON CONFLICT (${key.join(', ')}) DO ${changes === '' ? 'NOTHING' : `UPDATE SET ${changes}`}`,
  );
  const summed = summedIn(readSchemaVersion(db)).find((table) => table.name === name);
  // The triggers moved the sum by the difference to what was there.
  const setSum = summed
    ? db.prepare(`UPDATE ${name} SET sum = ? WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`)
    : null;
  return (row) => {
    put.run(...names.map((column) => row[column] ?? null));
    fetched.rows++;
    if (!summed || !setSum) return;
    const sum = sumOfRow(summed, row);
    if (row['sum'] !== sum) fetched.altered++;
    setSum.run(sum, ...key.map((column) => row[column] ?? null));
  };
}
