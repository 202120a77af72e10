import type Database from 'better-sqlite3';
import { analyseQuery, indexTokens, isGram } from '../../../language/index.ts';
import { blindWord } from './field-cipher.ts';
import { isSealed } from './memory-cells.ts';
import type { Sealing } from './sealing.ts';

/** A memory that holds words of a question, and what they say for it: the share of what all of them would say, up to 1. */
export interface BlindMatch {
  seq: number;
  score: number;
  terms: string[];
  /** Whether it holds every term. */
  all: boolean;
}

/** A word that stands in more sealed memories than this finds the newest of them. */
const maxPerWord = 2_000;

export type BlindIndex = ReturnType<typeof createBlindIndex>;

/**
 * Finds sealed memories by whole words, without their texts: beside each memory stand keyed digests of its words. Pairs of
 * characters are left out, because so few of them exist that how often each comes would tell them.
 */
export function createBlindIndex(db: Database.Database, sealing: Sealing) {
  const add = db.prepare('INSERT OR IGNORE INTO memory_words(word, memory_seq) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM memory_words WHERE memory_seq = ?');
  const holders = db
    .prepare<[Buffer, number], number>(
      'SELECT memory_seq FROM memory_words WHERE word = ? ORDER BY memory_seq DESC LIMIT ?',
    )
    .pluck();
  const count = db.prepare<[], number>(`SELECT count(*) FROM memories WHERE ${isSealed}`).pluck();

  const holding = (word: string): Set<number> => {
    const found = new Set<number>();
    for (const [, keys] of sealing.vault.versions())
      for (const seq of holders.all(blindWord(keys, word), maxPerWord)) found.add(seq);
    return found;
  };

  const holdingAll = (words: readonly string[]): Set<number> => {
    const [first, ...rest] = words.map(holding).sort((one, other) => one.size - other.size);
    const found = first ?? new Set<number>();
    return new Set([...found].filter((seq) => rest.every((other) => other.has(seq))));
  };

  return {
    /** The words of a memory in place of those it had. */
    put(seq: number | bigint, content: string): void {
      const keys = sealing.vault.keysOf(sealing.current());
      if (!keys) return;
      remove.run(seq);
      for (const word of wordsOf(content)) add.run(blindWord(keys, word), seq);
    },
    remove: (seq: number) => void remove.run(seq),
    /** Sealed memories, forgotten ones too, that hold at least one of the question's words; the best first. */
    match(question: string): BlindMatch[] {
      const terms = analyseQuery(question).terms.map(({ text }) => ({ text, found: holdingAll(wordsOf(text)) }));
      if (terms.every(({ found }) => found.size === 0)) return [];
      const total = count.get() ?? 0;
      const weighed = terms.map((term) => ({ ...term, weight: Math.log(1 + total / (0.5 + term.found.size)) }));
      const whole = weighed.reduce((sum, { weight }) => sum + weight, 0);
      const matches = new Map<number, BlindMatch>();
      for (const { text, found, weight } of weighed) {
        for (const seq of found) {
          const match = matches.get(seq) ?? { seq, score: 0, terms: [], all: false };
          match.score += weight / whole;
          match.terms.push(text);
          matches.set(seq, match);
        }
      }
      for (const match of matches.values()) match.all = match.terms.length === terms.length;
      return [...matches.values()].sort((one, other) => other.score - one.score || other.seq - one.seq);
    },
  };
}

/** Each word once, folded: as a dictionary cuts Chinese, as written otherwise. */
const wordsOf = (text: string): string[] => [...new Set(indexTokens(text).filter((token) => !isGram(token)))];
