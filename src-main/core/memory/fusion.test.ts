import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearnessOf, withBestOfEach } from './fusion.ts';
import { openTestMemory } from './test-memory.ts';

test('the nearest counts most, the least near a little, and one alone fully', () => {
  const nearness = nearnessOf([
    { id: 4, score: 0.9 },
    { id: 2, score: 0.7 },
    { id: 9, score: 0.5 },
  ]);
  expect([...nearness.keys()]).toEqual([4, 2, 9]);
  expect([...nearness.values()].map((value) => Number(value.toFixed(3)))).toEqual([1, 0.55, 0.1]);
  expect([...nearnessOf([{ id: 1, score: 0.4 }])]).toEqual([[1, 1]]);
});

test('the best of each level is among the first, whatever the others say, and the order stays', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(numbers, numbers, numbers, fc.integer({ min: 1, max: 12 }), (together, words, meaning, count) => {
      const found = withBestOfEach(
        together.map((seq) => ({ turn: { seq } })),
        [words, meaning],
        count,
      ).map(({ turn }) => turn.seq);
      expect(found).toHaveLength(Math.min(count, together.length));
      expect(found[0]).toBe(together[0]);
      expect(found).toEqual(together.filter((seq) => found.includes(seq)));
      for (const level of [words, meaning]) {
        const best = level.find((seq) => together.includes(seq));
        if (best !== undefined && count > 2) expect(found).toContain(best);
      }
    }),
  );
});

test('a memory that shares no word with the question is found by its meaning, and says so', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'The automobile broke down on the bridge' },
    { id: 'b', content: 'The car park opens at nine' },
    { id: 'c', content: 'A kettle for the office' },
  ]);
  expect(memory.search('car').map(({ id }) => id)).toEqual(['b']);
  const hits = memory.search('car', { near: [{ id: 1, score: 0.8 }] });
  expect(hits.map(({ id, matched }) => ({ id, matched }))).toEqual([
    { id: 'b', matched: ['keyword'] },
    { id: 'a', matched: ['semantic'] },
  ]);
  expect(memory.search('car', { near: [] })).toEqual(memory.search('car'));
});

test('meaning pushes out no memory that holds the words, and no filter lets it through', async () => {
  const others = Array.from({ length: 30 }, (_, at) => ({
    id: `o${at}`,
    content: `Tea number ${at}`,
    sender_id: 'ben',
  }));
  await using memory = await openTestMemory([
    { id: 'sure', content: 'The passport is in the blue drawer', sender_id: 'ana' },
    ...others,
  ]);
  const near = others.map((_, at) => ({ id: at + 2, score: 0.99 - at / 1_000 }));
  const found = memory.search('where is the passport', { near, k: 3 });
  expect(found.map(({ id }) => id)).toContain('sure');
  expect(found.map(({ id }) => id)).toContain('o0');
  const filtered = memory.search('where is the passport', { near, k: 10, filter: { sender_id: 'ana' } });
  expect(filtered.map(({ id }) => id)).toEqual(['sure']);
  expect(memory.search('"blue drawer"', { near, k: 10 }).map(({ id }) => id)).toEqual(['sure']);
});
