import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { ServerKind } from './address.ts';

/**
 * What the server keeps: everything that people said, wrote or decided, in an order in which a row comes after those it
 * refers to. What can be made anew from it (indexes of words and vectors, facts) stays with the working copy.
 */
export const keptTables = [
  'meta',
  'messages',
  'message_events',
  'inbox',
  'dead_letters',
  'conversations',
  'outbox',
  'tasks',
  'memories',
  'message_sources',
  'tokens',
  'pairing_codes',
  'imports',
  'import_items',
  'forgotten_facts',
  'memory_keys',
  'message_seals',
  'memory_words',
  'memory_marks',
  'erasures',
] as const;
export type KeptTable = (typeof keptTables)[number];

export type CellType = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB';
export type Cell = string | number | Buffer | null;
export type Row = Record<string, Cell>;

/** One table as the working copy has it. */
export interface Shape {
  name: KeptTable;
  /** Its name on the server, where other programs may have tables beside it. */
  serverName: string;
  columns: { name: string; type: CellType }[];
  /** The columns by which a row is found. */
  key: string[];
  /** The one column by which a row is found on the server. */
  serverKey: string;
  /** Whether that is a column of ours: a database server wants keys that are short. */
  hasRowKey: boolean;
}

export const rowKey = 'row_key';
/** Which commit changed a row last. */
export const batchColumn = 'batch';
export const serverTable = (name: string): string => `clawdbot_${name}`;

/** The tables of a working copy that are kept on the server; an older one may not have all of them yet. */
export function shapesOf(db: Database.Database): Shape[] {
  const info = db.prepare<[string], { name: string; type: string; pk: number }>(
    'SELECT name, type, pk FROM pragma_table_info(?)',
  );
  return keptTables.flatMap((name) => {
    const columns = info.all(name);
    if (columns.length === 0) return [];
    const key = columns
      .filter(({ pk }) => pk > 0)
      .sort((one, other) => one.pk - other.pk)
      .map((column) => column.name);
    const only = columns.find((column) => column.name === key[0]);
    const hasRowKey = key.length > 1 || only?.type !== 'INTEGER';
    return {
      name,
      serverName: serverTable(name),
      columns: columns.map((column) => ({ name: column.name, type: column.type as CellType })),
      key,
      serverKey: hasRowKey ? rowKey : (key[0] ?? rowKey),
      hasRowKey,
    };
  });
}

/** The key of a row on the server: its number, or a digest of what it is found by. */
export function serverKeyOf({ key, hasRowKey }: Shape, row: Row): string | number {
  const cells = key.map((column) => row[column] ?? null);
  if (!hasRowKey) return cells[0] as number;
  return createHash('sha256')
    .update(JSON.stringify(cells.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('hex') : cell))))
    .digest('hex');
}

/**
 * PostgreSQL has no U+0000 in texts. It goes there as U+E000 and a zero, and what was U+E000 as two of them; so does
 * everything that goes to the other server, so that both hold the same.
 */
const escape = '\uE000';
const needsEscape = /[\0\uE000]/;

export const toServer = (cell: Cell): Cell =>
  typeof cell === 'string' && needsEscape.test(cell)
    ? cell.replace(/[\0\uE000]/g, (found) => escape + (found === escape ? escape : '0'))
    : cell;

export function fromServer(cell: unknown, type: CellType): Cell {
  if (cell === null || cell === undefined) return null;
  if (type === 'INTEGER' || type === 'REAL') return Number(cell);
  if (type === 'BLOB') return Buffer.from(cell as Uint8Array);
  const text = cell as string;
  return text.includes(escape) ? text.replace(/\uE000([\s\S])/g, (_, next) => (next === escape ? escape : '\0')) : text;
}

/** A row of the working copy as the server takes it. */
export function rowToServer(shape: Shape, row: Row, batch: number): Record<string, Cell> {
  const cells = Object.fromEntries(shape.columns.map(({ name }) => [name, toServer(row[name] ?? null)]));
  if (shape.hasRowKey) cells[rowKey] = serverKeyOf(shape, row);
  return { ...cells, [batchColumn]: batch };
}

/** A row of the server as the working copy has it. */
export const rowFromServer = (shape: Shape, row: Record<string, unknown>): Row =>
  Object.fromEntries(shape.columns.map(({ name, type }) => [name, fromServer(row[name], type)]));

/** What a column is on a server. A text on MySQL has no length of its own up to 4 GB, and differs by every byte. */
export function columnType(kind: ServerKind, type: CellType): string {
  const types: Record<ServerKind, Record<CellType, string>> = {
    postgresql: { INTEGER: 'bigint', REAL: 'double precision', TEXT: 'text', BLOB: 'bytea' },
    mysql: { INTEGER: 'bigint', REAL: 'double', TEXT: 'longtext', BLOB: 'longblob' },
  };
  return types[kind][type];
}

/** Whether two rows say the same. */
export const sameRow = (shape: Shape, one: Row, other: Row): boolean =>
  shape.columns.every(({ name }) => sameCell(one[name] ?? null, other[name] ?? null));

const sameCell = (one: Cell, other: Cell): boolean =>
  Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : one === other;
