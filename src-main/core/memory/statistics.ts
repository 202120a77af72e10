import type { MemoryKind, MemoryStatistics } from '../../../src-shared/schema/memory.ts';
import type { Reader } from '../store/index.ts';

/** So many memories are counted in one go: some 20 to 40 ms, so that a question asked meanwhile is not kept waiting. */
const step = 10_000;
const mostPeople = 100;
const mostPlatforms = 50;
const mostMonths = 240;

/** One pile of memories that are alike in everything that is counted. */
interface Pile {
  kind: MemoryKind;
  sender_id: string | null;
  subject: string | null;
  platform: string | null;
  month: string;
  sensitive: number;
  forgotten: number;
  pinned: number;
  never_use: number;
  count: number;
  bytes: number;
}

export interface CountedStep {
  piles: Pile[];
  /** Where the next step begins; null at the end. */
  next: number | null;
}

/** Counts the memories with the next numbers above `after`. For a worker thread with its own connection. */
export function countMemories(reader: Reader, after: number): CountedStep {
  const last = reader.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM memories')?.seq ?? 0;
  const upto = after + step;
  const piles = reader.all<Pile>(
    `SELECT m.kind, m.sender_id COLLATE BINARY AS sender_id, m.subject, m.platform,
       coalesce(strftime('%Y-%m', m.created_at / 1000, 'unixepoch'), '') AS month, m.sensitive > 0 AS sensitive,
       m.forgotten_at IS NOT NULL AS forgotten, coalesce(k.pinned, 0) AS pinned, coalesce(k.never_use, 0) AS never_use,
       count(*) AS count, sum(CASE WHEN m.sensitive = 2 THEN ${sealedBytes} ELSE octet_length(m.content) END) AS bytes
     FROM memories m LEFT JOIN memory_marks k ON k.memory_seq = m.seq
     WHERE m.seq > ? AND m.seq <= ? GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`,
    after,
    upto,
  );
  return { piles, next: upto < last ? upto : null };
}

/** A sealed text is its version, a point, and in base64url a nonce of 12 bytes, the text and a tag of 16. */
const sealedBytes = "(octet_length(m.content) - instr(m.content, '.')) * 3 / 4 - 28";

/** Puts all steps together. `count` asks for one step after the other, so that others may ask in between. */
export async function statisticsOf(count: (after: number) => Promise<CountedStep>): Promise<MemoryStatistics> {
  const people = createTally();
  const platforms = createTally();
  const kinds = createTally<MemoryKind>();
  const months = createTally();
  const totals = { total: 0, forgotten: 0, pinned: 0, sensitive: 0, never_use: 0, text_bytes: 0 };
  for (let after: number | null = 0; after !== null; ) {
    const { piles, next } = await count(after);
    for (const pile of piles) {
      if (pile.forgotten === 1) totals.forgotten += pile.count;
      else {
        totals.total += pile.count;
        totals.text_bytes += pile.bytes;
        for (const mark of ['pinned', 'sensitive', 'never_use'] as const)
          if (pile[mark] === 1) totals[mark] += pile.count;
        // Who speaks of oneself is one person.
        for (const name of new Set([pile.sender_id, pile.subject])) people.add(name, pile.count);
        platforms.add(pile.platform, pile.count);
        kinds.add(pile.kind, pile.count);
        months.add(pile.month, pile.count);
      }
    }
    after = next;
  }
  return {
    ...totals,
    people: people.most(mostPeople).map(([name, most]) => ({ name, count: most })),
    platforms: platforms.most(mostPlatforms).map(([name, most]) => ({ name, count: most })),
    kinds: kinds.most(2).map(([kind, most]) => ({ kind, count: most })),
    months: months
      .all()
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(-mostMonths)
      .map(([month, most]) => ({ month, count: most })),
  };
}

function createTally<K extends string>() {
  const counts = new Map<K, number>();
  return {
    add(name: K | null, count: number): void {
      if (name !== null && name !== '') counts.set(name, (counts.get(name) ?? 0) + count);
    },
    all: (): [K, number][] => [...counts],
    most: (limit: number): [K, number][] =>
      [...counts].toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)).slice(0, limit),
  };
}
