import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';

/**
 * Every row that holds something of people's carries a checksum over all its columns, because SQLite notices only what
 * breaks the shape of a page: of single flipped bits `quick_check` finds about one in ten.
 *
 * A row's sum is that of the columns that never change plus that of the columns that may. A change adds the difference of
 * the latter, so a row that was damaged before stays so: rewriting a part never blesses the rest.
 */
export interface SummedTable {
  readonly name: string;
  /** The columns by which a row is found again, those of its B-tree. */
  readonly key: readonly string[];
  readonly fixed: readonly string[];
  readonly changing: readonly string[];
  /** Every insert brings the sum along: on the way of each message even a trigger that does nothing is felt. */
  readonly bringsSum?: true;
}

/** Those that had sums first, in an order in which a row comes after those it refers to. */
export const firstSummedTables: readonly SummedTable[] = [
  {
    name: 'messages',
    key: ['seq'],
    fixed: [
      'id',
      'platform',
      'channel',
      'external_id',
      'conversation_id',
      'sender_id',
      'content',
      'timestamp',
      'attachments',
      'metadata',
      'direction',
      'in_reply_to',
      'received_at',
      'stored_at',
    ],
    changing: ['state'],
    bringsSum: true,
  },
  {
    name: 'message_events',
    key: ['seq'],
    fixed: ['message_seq', 'at', 'state', 'detail'],
    changing: [],
    bringsSum: true,
  },
  { name: 'message_sources', key: ['message_seq', 'memory_id'], fixed: ['message_seq', 'memory_id'], changing: [] },
  {
    name: 'dead_letters',
    key: ['message_seq'],
    fixed: ['message_seq', 'attempts', 'reason', 'dead_at'],
    changing: [],
  },
  {
    name: 'conversations',
    key: ['channel', 'conversation_id'],
    fixed: ['channel', 'conversation_id', 'platform'],
    changing: ['message_count', 'last_message', 'last_seq', 'last_at'],
  },
  {
    name: 'outbox',
    key: ['seq'],
    fixed: ['idempotency_key', 'message_seq', 'channel', 'conversation_id', 'recipient_id', 'created_at'],
    changing: ['state', 'attempts', 'not_before', 'last_error', 'updated_at'],
  },
  {
    name: 'tasks',
    key: ['seq'],
    fixed: [
      'id',
      'confidence',
      'why',
      'source_message_id',
      'source_start',
      'source_end',
      'source_quote',
      'source_sender_id',
      'source_conversation',
      'source_at',
      'created_at',
    ],
    changing: [
      'title',
      'status',
      'due',
      'due_granularity',
      'rrule',
      'assignee',
      'priority',
      'labels',
      'progress',
      'position',
      'updated_at',
      'done_at',
      'removed_at',
    ],
  },
  {
    name: 'memories',
    key: ['seq'],
    fixed: ['id', 'external_id', 'kind', 'created_at', 'sender_id', 'conversation_id', 'platform', 'message_id'],
    changing: ['content', 'subject', 'metadata', 'sensitive', 'forgotten_at'],
  },
  {
    name: 'tokens',
    key: ['id'],
    fixed: ['id', 'role', 'origin', 'created_at', 'expires_at'],
    changing: ['label', 'revoked_at', 'used_at', 'used_way', 'used_from'],
  },
  {
    name: 'pairing_codes',
    key: ['id'],
    fixed: ['id', 'digest', 'role', 'label', 'granted_by', 'created_at', 'expires_at'],
    changing: ['token_id'],
  },
  { name: 'meta', key: ['key'], fixed: ['key'], changing: ['value'] },
];

/** Which import brought what. */
export const importTables: readonly SummedTable[] = [
  {
    name: 'imports',
    key: ['seq'],
    fixed: ['id', 'name', 'source', 'at'],
    changing: ['memories', 'tasks', 'undone_at'],
  },
  { name: 'import_items', key: ['seq'], fixed: ['import_id', 'kind', 'item_id'], changing: [] },
];

/** What people wanted not to be known of them. */
export const forgottenFactTables: readonly SummedTable[] = [
  {
    name: 'forgotten_facts',
    key: ['memory_id', 'slot', 'value_key'],
    fixed: ['memory_id', 'slot', 'value_key', 'at'],
    changing: [],
  },
];
/** What people said of their memories. */
export const markTables: readonly SummedTable[] = [
  { name: 'memory_marks', key: ['memory_seq'], fixed: ['memory_seq'], changing: ['pinned', 'never_use'] },
];

export type Cell = string | number | null;

/**
 * NULL and an empty text look alike here; their types in the file, 0 and 13, differ in three bits, and neither has bytes
 * of its own. A half of a surrogate pair becomes U+FFFD on its way into SQLite and into the sum alike.
 */
const separator = '\u001f';

/** What a row that is being inserted carries. The name of the table tells rows of the same shape apart. */
export const rowSum = (table: string, fixed: readonly Cell[], changing: readonly Cell[] = []): number =>
  fixedSum(table, fixed) + (changing.length > 0 ? changingSum(changing) : 0);

/** The part of a sum that stays. */
export const fixedSum = (table: string, cells: readonly Cell[]): number =>
  crc32(cells.join(separator), tableSum(table));

/** The part that a change of the row renews. */
export const changingSum = (cells: readonly Cell[]): number => crc32(cells.join(separator));

const tableSums = new Map<string, number>();

function tableSum(table: string): number {
  let sum = tableSums.get(table);
  if (sum === undefined) {
    sum = crc32(table + separator);
    tableSums.set(table, sum);
  }
  return sum;
}

/** Gives the writing connection the function that its triggers call. */
export function defineRowSums(db: Database.Database): void {
  db.function('row_sum', { varargs: true, deterministic: true, directOnly: false }, (...cells: unknown[]) =>
    changingSum(cells as Cell[]),
  );
}

/** Statements that bring checksums to tables which have none, and keep them from then on. */
export function sumStatements(tables: readonly SummedTable[]): string[] {
  return [
    ...tables.map(({ name }) => `ALTER TABLE ${name} ADD COLUMN sum INTEGER`),
    ...tables.map((table) => `UPDATE ${table.name} SET sum = ${wholeSum(table, '')}`),
    ...tables.filter(({ bringsSum }) => !bringsSum).map(sumAtInsert),
    ...tables.filter(({ changing }) => changing.length > 0).map(sumAtUpdate),
  ];
}

const sumAtInsert = (table: SummedTable): string =>
  `CREATE TRIGGER ${table.name}_sum_insert AFTER INSERT ON ${table.name} WHEN new.sum IS NULL BEGIN
     UPDATE ${table.name} SET sum = ${wholeSum(table, 'new.')} WHERE ${sameRow(table)};
   END`;

const sumAtUpdate = (table: SummedTable): string =>
  `CREATE TRIGGER ${table.name}_sum_update AFTER UPDATE OF ${table.changing.join(', ')} ON ${table.name} BEGIN
     UPDATE ${table.name} SET sum = sum + ${partSum(table.changing, 'new.')} - ${partSum(table.changing, 'old.')}
     WHERE ${sameRow(table)};
   END`;

const sameRow = ({ key }: SummedTable): string => key.map((column) => `${column} = new.${column}`).join(' AND ');

const wholeSum = ({ name, fixed, changing }: SummedTable, row: string): string =>
  `row_sum('${name}', ${listed(fixed, row)})${changing.length > 0 ? ` + ${partSum(changing, row)}` : ''}`;

const partSum = (columns: readonly string[], row: string): string => `row_sum(${listed(columns, row)})`;

const listed = (columns: readonly string[], row: string): string => columns.map((name) => `${row}${name}`).join(', ');

/** Whether a row as read from its table is what was written. */
export const isIntact = (table: SummedTable, row: Readonly<Record<string, unknown>>): boolean =>
  row['sum'] === sumOfRow(table, row);

/** The sum that a row as read from its table should carry. */
export function sumOfRow({ name, fixed, changing }: SummedTable, row: Readonly<Record<string, unknown>>): number {
  const cells = (columns: readonly string[]) => columns.map((column) => row[column] as Cell);
  return rowSum(name, cells(fixed), cells(changing));
}
