import type { Memory, MemoryFilter } from '../../../../src-shared/schema/memory.ts';
import { AppError } from '../../foundation/app-error.ts';
import { isoTime } from '../../foundation/clock.ts';
import { analyseQuery } from '../../language/index.ts';
import type { Reader } from './reader.ts';
import { marks } from './sealing/memory-cells.ts';

export interface MemoryListQuery extends MemoryFilter {
  cursor?: string | undefined;
  limit: number;
  /** Words that all have to be in it; of forgotten ones, which no index knows, a passage letter by letter. */
  q?: string | undefined;
  /** RFC 3339, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  /** True: only those that were forgotten. Else only those that were not. */
  forgotten?: boolean | undefined;
  /** Numbers of sealed memories that hold the words; no other index knows them. */
  sealed?: readonly number[] | undefined;
}

export interface MemoryPage {
  items: Memory[];
  next_cursor: string | null;
}

export interface StoredMemory
  extends Omit<Memory, 'created_at' | 'metadata' | 'sensitive' | 'locked' | 'pinned' | 'never_use' | 'forgotten_at'> {
  seq: number;
  created_at: number;
  metadata: string;
  sensitive: number;
  pinned: number | null;
  never_use: number | null;
  forgotten_at: number | null;
}

const fields =
  'seq, id, external_id, kind, content, created_at, sender_id, conversation_id, platform, subject, message_id, metadata, sensitive, forgotten_at';

/** What `memoryOf` reads, of `memories m LEFT JOIN memory_marks k`. */
export const memoryColumns = `${fields.replaceAll(/\w+/g, 'm.$&')}, k.pinned, k.never_use,
  (SELECT count(*) FROM message_sources u WHERE u.memory_id = m.id) AS used`;
export const memoryTables = 'memories m LEFT JOIN memory_marks k ON k.memory_seq = m.seq';

/** What the columns of a row say that may be sealed. */
export type TextsOf = (row: StoredMemory) => Pick<Memory, 'content' | 'metadata' | 'locked'>;

/** For whoever has no key. */
export const withoutKey: TextsOf = ({ content, metadata, sensitive }) =>
  sensitive === marks.sealed
    ? { content: '', metadata: {}, locked: 'no_key' }
    : { content, metadata: JSON.parse(metadata) as Memory['metadata'] };

export function memoryOf(row: StoredMemory, textsOf: TextsOf): Memory {
  return {
    id: row.id,
    external_id: row.external_id,
    kind: row.kind,
    created_at: isoTime(row.created_at),
    sender_id: row.sender_id,
    conversation_id: row.conversation_id,
    platform: row.platform,
    subject: row.subject,
    message_id: row.message_id,
    sensitive: row.sensitive !== marks.open,
    pinned: row.pinned === 1,
    never_use: row.never_use === 1,
    forgotten_at: row.forgotten_at === null ? null : isoTime(row.forgotten_at),
    used: row.used,
    ...textsOf(row),
  };
}

type Value = string | number;

/**
 * Conditions on `memories m` for each part of a filter that is set; whoever is asked for by a filter is compared letter by
 * letter. The text depends only on which parts are set.
 */
export function filterConditions({ person, ...filter }: MemoryFilter): [sql: string, values: Value[]][] {
  const one = (sql: string, value: Value | undefined): [string, Value[]][] =>
    value === undefined ? [] : [[sql, [value]]];
  // Few memories have a mark, so those that have it are looked up by their numbers.
  const marked = (mark: string, wanted: boolean | undefined): [string, Value[]][] =>
    wanted === undefined
      ? []
      : [[`m.seq ${wanted ? '' : 'NOT '}IN (SELECT memory_seq FROM memory_marks WHERE ${mark} = 1)`, []]];
  return [
    ...one('m.subject = ?', filter.subject),
    ...one('m.sender_id = ? COLLATE BINARY', filter.sender_id),
    ...one('m.conversation_id = ?', filter.conversation_id),
    ...one('m.platform = ?', filter.platform),
    ...(person === undefined
      ? []
      : [['(m.sender_id = ? COLLATE BINARY OR m.subject = ?)', [person, person]] as [string, Value[]]]),
    ...one('m.kind = ?', filter.kind),
    // Written out, because an index that holds only these serves no bound value.
    ...(filter.sensitive === undefined
      ? []
      : [[`m.sensitive ${filter.sensitive ? '>' : '='} 0`, []] as [string, Value[]]]),
    ...marked('pinned', filter.pinned),
    ...marked('never_use', filter.never_use),
  ];
}

/** Memories, the latest first, a page at a time. */
export function listMemories(
  reader: Pick<Reader, 'all'>,
  query: MemoryListQuery,
  textsOf: TextsOf = withoutKey,
): MemoryPage {
  const { cursor, limit, q, from, to, forgotten = false, sealed = [], ...filter } = query;
  const conditions = [`m.forgotten_at IS ${forgotten ? 'NOT ' : ''}NULL`];
  const values: Value[] = [];
  const where = (condition: string, ...bound: Value[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (from !== undefined) where('m.created_at >= ?', Date.parse(from));
  if (to !== undefined) where('m.created_at <= ?', Date.parse(to));
  if (cursor !== undefined) where('(m.created_at, m.seq) < (?, ?)', ...parseListCursor(cursor));
  for (const [condition, bound] of filterConditions(filter)) where(condition, ...bound);
  if (q?.trim()) {
    if (forgotten) where('instr(lower(m.content), lower(?)) > 0', q.trim());
    else {
      const { terms } = analyseQuery(q);
      if (terms.length === 0) return { items: [], next_cursor: null };
      where(
        `(m.seq IN (SELECT rowid FROM memory_fts WHERE memory_fts MATCH ?)
          OR m.seq IN (SELECT value FROM json_each(?)))`,
        terms.map(({ match }) => match).join(' AND '),
        JSON.stringify(sealed),
      );
    }
  }
  const rows = reader.all<StoredMemory>(
    `SELECT ${memoryColumns} FROM ${memoryTables} WHERE ${conditions.join(' AND ')}
     ORDER BY m.created_at DESC, m.seq DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => memoryOf(row, textsOf)),
    next_cursor: rows.length > limit && last ? `${last.created_at}.${last.seq}` : null,
  };
}

/** @throws AppError BAD_REQUEST for a cursor that no page gave. */
export function parseListCursor(cursor: string): [createdAt: number, seq: number] {
  const parts = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor);
  if (!parts) {
    throw new AppError(
      'BAD_REQUEST',
      'the cursor of the memory list is not one that a page gave; start without cursor',
      { parameter: 'cursor' },
    );
  }
  return [Number(parts[1]), Number(parts[2])];
}
