import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';

/** Conditions on `memories m`, each with its bound values; the text depends only on which filters are set. */
export interface FilterSql {
  /** `AND …` conditions, or empty when every memory may answer. */
  sql: string;
  values: readonly (string | number)[];
}

/** The hard filters of a query: what does not match them is never a hit. `from` and `to` are both inclusive. */
export function filterSql({ from, to, filter }: MemoryQuery): FilterSql {
  const conditions: [string, string | number | undefined][] = [
    ['m.created_at >= ?', from === undefined ? undefined : Date.parse(from)],
    ['m.created_at <= ?', to === undefined ? undefined : Date.parse(to)],
    ['m.subject = ?', filter?.subject],
    ['m.sender_id = ? COLLATE BINARY', filter?.sender_id],
    ['m.conversation_id = ?', filter?.conversation_id],
    ['m.platform = ?', filter?.platform],
  ];
  const set = conditions.filter((condition): condition is [string, string | number] => condition[1] !== undefined);
  return { sql: set.map(([sql]) => ` AND ${sql}`).join(''), values: set.map(([, value]) => value) };
}
