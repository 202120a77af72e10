import type Database from 'better-sqlite3';
import type { Row, Shape } from './tables.ts';

/**
 * What ties a working copy to a server, and the list of rows that the server has not heard of yet. The list is kept by
 * triggers in the file itself, so it holds what any process writes there, also while nobody speaks to the server.
 */
export interface Link {
  /** Of the server's data, not of its address. */
  server_id: string;
  /** The last commit of the server that is in here. */
  batch: number;
  /** The session with the server in which this copy was last written. */
  epoch: number;
  /** Put here by a restore: what it holds goes before what the server holds. */
  restored: 0 | 1;
  /** The folder in which that was so: a backup may be restored into another one. */
  folder: string;
}

const linkTable = `
  CREATE TABLE IF NOT EXISTS server_link(
    id INTEGER PRIMARY KEY CHECK (id IN (1, 2)),
    server_id TEXT NOT NULL,
    batch INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    restored INTEGER NOT NULL DEFAULT 0,
    folder TEXT NOT NULL DEFAULT ''
  ) STRICT`;
const changesTable = `
  CREATE TABLE IF NOT EXISTS server_changes(
    tbl TEXT NOT NULL, k1 ANY NOT NULL, k2 ANY NOT NULL, k3 ANY NOT NULL,
    PRIMARY KEY (tbl, k1, k2, k3)
  ) STRICT, WITHOUT ROWID`;

const has = (db: Database.Database, table: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;

export const readLink = (db: Database.Database): Link | null =>
  has(db, 'server_link')
    ? (db.prepare<[], Link>('SELECT server_id, batch, epoch, restored, folder FROM server_link WHERE id = 1').get() ??
      null)
    : null;

/** The server to which this copy is being moved, while it still goes on where it is. */
export const readTarget = (db: Database.Database): string | null =>
  has(db, 'server_link')
    ? (db.prepare<[], string>('SELECT server_id FROM server_link WHERE id = 2').pluck().get() ?? null)
    : null;

export function writeTarget(db: Database.Database, serverId: string): void {
  db.exec(linkTable);
  db.prepare('INSERT OR REPLACE INTO server_link(id, server_id, batch, epoch) VALUES (2, ?, 0, 0)').run(serverId);
}

/** Whatever it was being moved to: now it is where it is. */
export const clearTarget = (db: Database.Database): void => {
  db.exec('DELETE FROM server_link WHERE id = 2');
};

export function writeLink(db: Database.Database, { server_id, batch, epoch, restored, folder }: Link): void {
  db.prepare(
    'INSERT OR REPLACE INTO server_link(id, server_id, batch, epoch, restored, folder) VALUES (1, ?, ?, ?, ?, ?)',
  ).run(server_id, batch, epoch, restored, folder);
}

/** Whether there are rows that the server has not heard of. */
export const hasUnsent = (db: Database.Database): boolean =>
  has(db, 'server_changes') && db.prepare('SELECT 1 FROM server_changes LIMIT 1').get() !== undefined;

/** Starts the list, for the tables as they are now. Within a transaction, so that no row slips through. */
export function beginCapture(db: Database.Database, shapes: readonly Shape[]): void {
  db.exec(linkTable);
  db.exec(changesTable);
  endTriggers(db);
  for (const shape of shapes) for (const statement of triggersOf(shape)) db.exec(statement);
}

const triggerPrefix = 'server_note_';

function endTriggers(db: Database.Database): void {
  const names = db
    .prepare<[string], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND substr(name, 1, 12) = ?")
    .pluck()
    .all(triggerPrefix);
  for (const name of names) db.exec(`DROP TRIGGER ${name}`);
}

function triggersOf({ name, key }: Shape): string[] {
  // Not OR IGNORE: within a trigger an upsert outside of it would make that an error.
  const note = (side: 'new' | 'old') =>
    `INSERT INTO server_changes VALUES ('${name}', ${keyCells(key.map((column) => `${side}.${column}`))}) ON CONFLICT DO NOTHING`;
  const trigger = (event: string, ...notes: string[]) =>
    `CREATE TRIGGER ${triggerPrefix}${name}_${event.toLowerCase()} AFTER ${event} ON ${name} BEGIN ${notes.join('; ')}; END`;
  return [trigger('INSERT', note('new')), trigger('UPDATE', note('old'), note('new')), trigger('DELETE', note('old'))];
}

/** Every key has three cells in the list; what a table does not need is 0. */
const keyCells = (key: readonly string[]): string => [...key, '0', '0', '0'].slice(0, 3).join(', ');

/** What changed in one table: the rows as they are now, and the keys of those that went. */
export interface Changes {
  shape: Shape;
  rows: Row[];
  gone: Row[];
}

/** Reads the list against the tables as they are now. */
export function readChanges(db: Database.Database, shapes: readonly Shape[]): Changes[] {
  const noted = db
    .prepare<[], { tbl: string; k1: Row[string]; k2: Row[string]; k3: Row[string] }>('SELECT * FROM server_changes')
    .all();
  const byTable = Map.groupBy(noted, ({ tbl }) => tbl);
  return shapes.flatMap((shape) => {
    const keys = byTable.get(shape.name);
    if (!keys) return [];
    const find = rowFinder(db, shape);
    const changes: Changes = { shape, rows: [], gone: [] };
    for (const { k1, k2, k3 } of keys) {
      const cells = [k1, k2, k3].slice(0, shape.key.length);
      const row = find(cells);
      if (row) changes.rows.push(row);
      else changes.gone.push(Object.fromEntries(shape.key.map((column, at) => [column, cells[at] ?? null])));
    }
    return [changes];
  });
}

export const clearChanges = (db: Database.Database): void => {
  db.exec('DELETE FROM server_changes');
};

/** Finds a row of the working copy by its key. */
export function rowFinder(
  db: Database.Database,
  { name, key }: Shape,
): (key: readonly Row[string][]) => Row | undefined {
  const where = key.map((column) => `${column} = ?`).join(' AND ');
  const statement = db.prepare<unknown[], Row>(`SELECT * FROM ${name} WHERE ${where}`);
  return (cells) => statement.get(...cells);
}
