import type Database from 'better-sqlite3';
import type { Memory, MemoryFilter, MemoryHit } from '../../../../../src-shared/schema/memory.ts';
import { memoryColumns, memoryTables, type StoredMemory } from '../memory-list.ts';
import type { BlindIndex } from './blind-index.ts';

export interface SealedQuery {
  query: string;
  limit: number;
  /** RFC 3339, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  filter?: MemoryFilter | undefined;
  /** Whether those marked never to be used are shown. */
  with_never_use?: boolean | undefined;
}

/** So many of the best are read before the filter is looked at. */
const maxLookedAt = 500;

/** Sealed memories that hold words of a question, as hits of a search; their score is how much of the question they hold. */
export function findSealed(
  db: Database.Database,
  sought: SealedQuery,
  blind: BlindIndex,
  opened: (row: StoredMemory) => Memory,
): MemoryHit[] {
  const { query, limit, from, to } = sought;
  const byNumber = db.prepare<[number], StoredMemory>(
    `SELECT ${memoryColumns} FROM ${memoryTables} WHERE m.seq = ? AND m.sensitive = 2 AND m.forgotten_at IS NULL`,
  );
  const since = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  const until = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  const hits: MemoryHit[] = [];
  for (const { seq, score, terms } of blind.match(query).slice(0, maxLookedAt)) {
    if (hits.length === limit) break;
    const row = byNumber.get(seq);
    if (!row || row.created_at < since || row.created_at > until || !isLetThrough(row, sought)) continue;
    const { locked, forgotten_at: _forgotten, used: _used, ...memory } = opened(row);
    if (!locked) hits.push({ ...memory, score, terms, matched: ['keyword'], reasons: ['words'], superseded_by: null });
  }
  return hits;
}

function isLetThrough(row: StoredMemory, { filter = {}, with_never_use }: SealedQuery): boolean {
  const { person, pinned, never_use, sensitive } = filter;
  if (sensitive === false || (person !== undefined && row.sender_id !== person && row.subject !== person)) return false;
  if (pinned !== undefined && pinned !== (row.pinned === 1)) return false;
  if (row.never_use === 1 ? never_use !== true && (never_use === false || !with_never_use) : never_use === true)
    return false;
  return (['subject', 'sender_id', 'conversation_id', 'platform', 'kind'] as const).every(
    (key) => filter[key] === undefined || row[key] === filter[key],
  );
}
