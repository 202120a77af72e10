import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { filterConditions, type Reader } from '../store/index.ts';

/** What people said of their memories, by number; few have a mark. */
export interface MarkedMemories {
  pinned: ReadonlySet<number>;
  neverUse: ReadonlySet<number>;
}

export function readMarks(reader: Reader): MarkedMemories {
  const rows = reader.all<{ memory_seq: number; pinned: number; never_use: number }>(
    'SELECT memory_seq, pinned, never_use FROM memory_marks',
  );
  const those = (mark: 'pinned' | 'never_use') =>
    new Set(rows.filter((row) => row[mark] === 1).map(({ memory_seq }) => memory_seq));
  return { pinned: those('pinned'), neverUse: those('never_use') };
}

/** Conditions on `memories m`, each with its bound values; the text depends only on which filters are set. */
export interface FilterSql {
  /** `AND …` conditions, or empty when every memory may answer. */
  sql: string;
  values: readonly (string | number)[];
}

const neverUsed = 'NOT EXISTS (SELECT 1 FROM memory_marks n WHERE n.memory_seq = m.seq AND n.never_use = 1)';

/**
 * The hard filters of a query: what does not match them is never a hit. `from` and `to` are both inclusive. What is marked
 * "never use" stays out unless the query asks for it by name.
 */
export function filterSql(query: MemoryQuery, { neverUse }: Pick<MarkedMemories, 'neverUse'>): FilterSql {
  const { from, to, filter } = query;
  const conditions = [
    ...(from === undefined ? [] : [['m.created_at >= ?', [Date.parse(from)]] as const]),
    ...(to === undefined ? [] : [['m.created_at <= ?', [Date.parse(to)]] as const]),
    ...filterConditions(filter ?? {}),
    ...(neverUse.size > 0 && !showsNeverUse(query) ? [[neverUsed, []] as const] : []),
  ];
  return {
    sql: conditions.map(([sql]) => ` AND ${sql}`).join(''),
    values: conditions.flatMap(([, values]) => [...values]),
  };
}

export const showsNeverUse = ({ with_never_use, filter }: MemoryQuery): boolean =>
  with_never_use === true || filter?.never_use === true;

/** Whether a filter names something that the index of words in main memory does not know. */
export const needsDatabase = ({ filter }: MemoryQuery): boolean =>
  filter !== undefined &&
  (['kind', 'pinned', 'sensitive', 'never_use'] as const).some((name) => filter[name] !== undefined);
