import type Database from 'better-sqlite3';
import type { Memory, MemoryFilter, MemoryHit } from '../../../../../src-shared/schema/memory.ts';
import type { BlindIndex } from './blind-index.ts';
import { memoryColumns, type StoredRow } from './memory-rows.ts';

export interface SealedQuery {
  query: string;
  limit: number;
  /** RFC 3339, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
  filter?: MemoryFilter | undefined;
}

/** So many of the best are read before the filter is looked at. */
const maxLookedAt = 500;

/** Sealed memories that hold words of a question, as hits of a search; their score is how much of the question they hold. */
export function findSealed(
  db: Database.Database,
  { query, limit, from, to, filter }: SealedQuery,
  blind: BlindIndex,
  memoryOf: (row: StoredRow) => Memory,
): MemoryHit[] {
  const byNumber = db.prepare<[number], StoredRow>(
    `SELECT ${memoryColumns} FROM memories WHERE seq = ? AND sensitive = 2 AND forgotten_at IS NULL`,
  );
  const since = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  const until = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  const hits: MemoryHit[] = [];
  for (const { seq, score, terms } of blind.match(query).slice(0, maxLookedAt)) {
    if (hits.length === limit) break;
    const row = byNumber.get(seq);
    if (!row || row.created_at < since || row.created_at > until || !isLetThrough(row, filter)) continue;
    const { locked, kind: _kind, subject: _subject, sensitive: _sensitive, ...memory } = memoryOf(row);
    if (!locked) hits.push({ ...memory, score, terms, matched: ['keyword'], superseded_by: null });
  }
  return hits;
}

const isLetThrough = (row: StoredRow, filter: MemoryFilter = {}): boolean =>
  (['subject', 'sender_id', 'conversation_id', 'platform'] as const).every(
    (key) => filter[key] === undefined || row[key] === filter[key],
  );
