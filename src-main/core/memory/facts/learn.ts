import { foldText } from '../../language/index.ts';
import type { FactsState, LearnedFact, Lesson, Reader } from '../../store/index.ts';
import { extractFacts } from './extract.ts';
import { isSingle } from './slots.ts';

/** Another reading of texts makes another number: then all memories are read again. */
const factsVersion = '1';
/** So many memories are read in one go: some 20 ms. */
const step = 300;

interface Source {
  seq: number;
  id: string;
  content: string;
  sender_id: string;
  created_at: number;
}

/** How far memories were read for facts. */
export const factsState = (reader: Reader): FactsState | undefined =>
  reader.get<FactsState>('SELECT version, upto, change FROM facts_state');

/**
 * What the memories that are new or changed since the last lesson tell of those who wrote them, for the store to learn;
 * null where there is nothing to read. Reads at most 300 memories; synchronous, for a worker thread.
 */
export function nextLesson(reader: Reader): Lesson | null {
  return reader.snapshot(() => {
    const from = factsState(reader);
    if (!from) return null;
    const lastChange = reader.get<{ id: number | null }>('SELECT max(id) AS id FROM memory_changes')?.id ?? 0;
    if (from.version !== factsVersion)
      return { from, to: { version: factsVersion, upto: 0, change: lastChange }, again: [], facts: [] };
    const changes = reader.all<{ id: number; seq: number }>(
      'SELECT id, memory_seq AS seq FROM memory_changes WHERE id > ? ORDER BY id LIMIT ?',
      from.change,
      step,
    );
    const again = [...new Set(changes.map(({ seq }) => seq))].filter((seq) => seq <= from.upto);
    const fresh = reader.all<{ seq: number }>(
      'SELECT seq FROM memories WHERE seq > ? ORDER BY seq LIMIT ?',
      from.upto,
      step,
    );
    if (changes.length === 0 && fresh.length === 0) return null;
    const to = {
      version: factsVersion,
      upto: fresh.at(-1)?.seq ?? from.upto,
      change: changes.at(-1)?.id ?? from.change,
    };
    const facts = readThese(reader, [...again, ...fresh.map(({ seq }) => seq)]).flatMap(factsOf);
    return { from, to, again, facts };
  });
}

/** Sensitive ones tell nothing: what they hold is kept nowhere else. */
const readThese = (reader: Reader, seqs: readonly number[]): Source[] =>
  reader.all<Source>(
    `SELECT seq, id, content, sender_id, created_at FROM memories
     WHERE seq IN (SELECT value FROM json_each(?)) AND sender_id IS NOT NULL AND sensitive = 0 ORDER BY seq`,
    JSON.stringify(seqs),
  );

const factsOf = ({ seq, id, content, sender_id, created_at }: Source): LearnedFact[] =>
  extractFacts(content).map(({ slot, value, negated }) => ({
    memory_seq: seq,
    memory_id: id,
    person: sender_id,
    slot,
    single: isSingle(slot),
    value,
    value_key: valueKey(value),
    negated,
    said_at: created_at,
  }));

/** What two values have in common that mean the same: "to eat fish" and "Fish", 喝茶 and 茶. */
const valueKey = (value: string): string =>
  foldText(value)
    .replace(/^(?:to\s+)?(?:eat|eating|drink|drinking|have|having)\s+/, '')
    .replace(/^(?:the|a|an|my)\s+/, '')
    .replace(/^[吃喝看听玩](?=\p{Script=Han}{1,})/u, '')
    .replace(/[^\p{L}\p{N}@.+]+/gu, ' ')
    .trim() || foldText(value);
