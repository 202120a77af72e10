import type { MemoryRow } from '../../src-main/core/store/index.ts';
import { chance } from './damage.ts';

/** So many different words, as often as words are in a language: the n-th about 1 / n as often as the first. */
const vocabulary = 60_000;
const syllables = [
  'ba',
  'ke',
  'lo',
  'mi',
  'nu',
  'pra',
  'ste',
  'tor',
  'vin',
  'zel',
  'dri',
  'fon',
  'gar',
  'hus',
  'jet',
  'wex',
];
const meanWords = 14;
const start = Date.UTC(2019, 0, 1);

/** Numbers from 0 to 1 that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  const next = chance(seed);
  return () => next(2 ** 32) / 2 ** 32;
}

/** A word that no other number has; the first ones are short, as frequent words are. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / syllables.length))
    word += syllables[rest % syllables.length];
  return word;
}

/** Rank of a word, by how often words are said. */
export const someRank = (random: () => number): number => Math.floor(vocabulary ** random()) - 1;

/**
 * Turns of chats in sittings of some 20, in 40 conversations with two people each, over years: `count` of them from the
 * number `from`, the same for the same numbers.
 */
export function manyMemories(from: number, count: number): MemoryRow[] {
  const random = randomNumbers(from + 1);
  return Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const sitting = Math.floor(number / 20);
    const conversation = (sitting * 7) % 40;
    const words = Array.from({ length: 4 + Math.floor(random() * 2 * (meanWords - 4)) }, () =>
      wordOf(someRank(random)),
    );
    return {
      id: `many-${number}`,
      external_id: null,
      kind: 'note',
      content: `${words.join(' ')}${random() < 0.15 ? '?' : '.'}`,
      created_at: start + sitting * 14_400_000 + (number % 20) * 60_000,
      sender_id: `person ${conversation} ${number % 2}`,
      conversation_id: `chat ${conversation}`,
      platform: 'webhook',
      subject: null,
      message_id: null,
      metadata: {},
      sensitive: false,
    };
  });
}
