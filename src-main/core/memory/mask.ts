import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import type { Reader } from '../store/index.ts';
import { filterSql, needsDatabase, readMarks, showsNeverUse } from './filter.ts';
import { maskOf } from './term-evidence.ts';
import type { TermFollower } from './terms/follow.ts';
import { NumberMask } from './vectors/number-mask.ts';

/**
 * Which memories a query's filter lets answer, by their numbers; null where it lets all. From the index of words where that
 * is ready, which has all it takes in main memory, else from the database.
 */
export function maskOfQuery(
  query: MemoryQuery,
  { reader, terms }: { reader: Reader; terms?: Pick<TermFollower, 'isReady' | 'index'> | undefined },
): NumberMask | null {
  const marks = readMarks(reader);
  const { sql, values } = filterSql(query, marks);
  if (sql === '') return null;
  if (!needsDatabase(query) && terms?.isReady()) {
    const leftOut = showsNeverUse(query) ? null : marks.neverUse;
    const numbers: number[] = [];
    for (const segment of terms.index.segments) {
      const mask = maskOf(segment, query);
      segment.docs.seqs.forEach((seq, slot) => {
        if (segment.docs.live[slot] && mask?.[slot] !== 0 && !leftOut?.has(seq)) numbers.push(seq);
      });
    }
    return new NumberMask(numbers);
  }
  const rows = reader.all<{ seq: number }>(
    `SELECT m.seq FROM memories m WHERE m.forgotten_at IS NULL${sql}`,
    ...values,
  );
  return new NumberMask(rows.map(({ seq }) => seq));
}
