import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { analyseQuery } from '../../language/index.ts';
import { type MemoryRow, openReader, openStore, type Reader, type Store } from '../../store/index.ts';
import { nextLesson } from '../facts/learn.ts';
import { eraseStep, rowOf } from '../test-memory.ts';
import { followTerms, type TermFollower } from './follow.ts';

let folder: string;
let store: Store;
let reader: Reader;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-terms-'));
  const file = join(folder, 'memory.db');
  store = await openStore({ file, durability: 'normal', onFailure: () => {} });
  reader = openReader(file);
});

afterEach(async () => {
  reader.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const follow = (): TermFollower =>
  followTerms(reader, (error) => {
    throw error;
  });

function caughtUp(terms: TermFollower): TermFollower {
  while (terms.work());
  expect(terms.isReady()).toBe(true);
  return terms;
}

/** Numbers of the memories that hold every token of a word. */
function holding({ index }: TermFollower, word: string): number[] {
  const tokens = analyseQuery(word).terms.flatMap((term) => term.tokens.at(-1) ?? []);
  return index
    .matches(tokens)
    .bySegment.flatMap(({ count, slots }, at) =>
      Array.from(slots.subarray(0, count), (slot) => index.segments[at]?.docs.seqs[slot] ?? 0),
    )
    .toSorted((a, b) => a - b);
}

const remember = (...rows: (Partial<MemoryRow> & Pick<MemoryRow, 'id' | 'content'>)[]) =>
  store.call('memories.insert', { rows: rows.map(rowOf) });

const seqOf = (id: string): number =>
  reader.get<{ seq: number }>('SELECT seq FROM memories WHERE id = ?', id)?.seq ?? 0;

test('what is remembered, changed, forgotten, brought back and erased is followed', async () => {
  const terms = caughtUp(follow());
  await remember(
    { id: 'a', content: 'The lantern is in the attic' },
    { id: 'b', content: '灯笼在阁楼里', subject: 'ana' },
  );
  expect(terms.isReady()).toBe(true);
  expect([holding(terms, 'lantern'), holding(terms, '灯笼')]).toEqual([[seqOf('a')], [seqOf('b')]]);

  await store.call('memories.update', { id: 'a', patch: { content: 'The kettle is in the attic' } });
  await store.call('memories.forget', { id: 'b', now: 1 });
  expect(terms.isReady()).toBe(true);
  expect([holding(terms, 'lantern'), holding(terms, 'kettle'), holding(terms, '灯笼')]).toEqual([[], [seqOf('a')], []]);

  await store.call('memories.restore', { id: 'b' });
  expect(terms.isReady()).toBe(true);
  expect(holding(terms, '灯笼')).toEqual([seqOf('b')]);

  await store.call('erasures.step', eraseStep('ana'));
  expect(terms.isReady()).toBe(true);
  expect(holding(terms, '灯笼')).toEqual([]);
  expect(terms.index.size).toBe(1);
});

test('a number that an erased memory had is given again, and the new memory is found', async () => {
  const terms = caughtUp(follow());
  await remember({ id: 'kept', content: 'a kettle' }, { id: 'gone', content: 'a lantern', subject: 'ana' });
  expect(terms.isReady()).toBe(true);
  const number = seqOf('gone');
  await store.call('erasures.step', eraseStep('ana'));
  expect(terms.isReady()).toBe(true);
  await remember({ id: 'new', content: 'a teapot' });
  expect(seqOf('new')).toBe(number);

  expect(terms.isReady()).toBe(true);
  expect([holding(terms, 'teapot'), holding(terms, 'lantern')]).toEqual([[number], []]);
});

test('a new memory is found though its number was erased, and given again, while nobody looked', async () => {
  const terms = caughtUp(follow());
  await remember(
    { id: 'first', content: 'a kettle', subject: 'ana' },
    { id: 'last', content: 'a lantern', subject: 'ben' },
  );
  const number = seqOf('first');
  await store.call('erasures.step', eraseStep('ana'));
  expect(terms.isReady()).toBe(true);
  await store.call('erasures.step', eraseStep('ben'));
  await remember({ id: 'new', content: 'a teapot' });
  expect(seqOf('new')).toBe(number);

  expect(terms.isReady()).toBe(true);
  expect([holding(terms, 'teapot'), holding(terms, 'lantern')]).toEqual([[number], []]);
});

const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => ({
    id: `m${from + at}`,
    content: `note ${from + at} about the kettle`,
    subject: (from + at) % 100 === 7 ? 'ana' : null,
  }));

test('its larger parts are kept in the database and read by the next start, with what changed since', async () => {
  const first = follow();
  await remember(...many(9_000));
  expect(first.isReady()).toBe(false);
  caughtUp(first);
  const part = first.unkept();
  if (!part) throw new Error('there is nothing to keep');
  expect(await store.call('memoryIndex.keep', part)).toBe(true);
  expect(first.unkept()).toBeNull();

  await store.call('memories.update', { id: 'm3', patch: { content: 'a lantern' } });
  await remember({ id: 'later', content: 'a teapot' });
  const next = follow();
  expect(next.isReady()).toBe(false);
  next.work();
  expect(next.index.segments[0]?.range).toEqual({ after: part.after, upto: part.upto });
  caughtUp(next);
  expect([holding(next, 'lantern'), holding(next, 'teapot')]).toEqual([[seqOf('m3')], [seqOf('later')]]);
  expect(holding(next, 'kettle')).toHaveLength(8_999);
});

test('a part goes with an erased memory that it knew, and one made before is no longer taken', async () => {
  const terms = follow();
  await remember(...many(9_000));
  caughtUp(terms);
  const part = terms.unkept();
  if (!part) throw new Error('there is nothing to keep');
  await store.call('memoryIndex.keep', part);
  await store.call('erasures.step', eraseStep('ana'));

  expect(reader.get('SELECT 1 FROM memory_index')).toBeUndefined();
  expect(await store.call('memoryIndex.keep', part)).toBe(false);
  caughtUp(terms);
  const again = terms.unkept();
  expect(again && (await store.call('memoryIndex.keep', again))).toBe(true);
});

test('a part that is not what was written is made again', async () => {
  const terms = follow();
  await remember(...many(9_000));
  const part = caughtUp(terms).unkept();
  if (!part) throw new Error('there is nothing to keep');
  part.image[part.image.length >> 1] = 255 - (part.image[part.image.length >> 1] ?? 0);
  await store.call('memoryIndex.keep', part);

  const next = caughtUp(follow());
  expect(holding(next, 'kettle')).toHaveLength(9_000);
});

test('changes are let go when the index and every part know them, and facts were read, and never the newest', async () => {
  const terms = follow();
  await remember(...many(10));
  caughtUp(terms);
  for (let round = 0; round < 60; round++) {
    const patches = many(10).map(({ id }) => ({ id, patch: { content: `round ${round}` } }));
    for (const patch of patches) await store.call('memories.update', patch);
  }
  expect(terms.isReady()).toBe(true);
  const applied = terms.trimmable();
  if (applied === null) throw new Error('there is nothing to trim');
  await store.call('memoryIndex.trim', { applied });
  // Facts were not yet read out of any of them.
  expect(reader.all('SELECT id FROM memory_changes')).toHaveLength(600);
  for (let lesson = nextLesson(reader); lesson; lesson = nextLesson(reader)) await store.call('facts.learn', lesson);
  await store.call('memoryIndex.trim', { applied });
  expect(reader.all('SELECT id FROM memory_changes')).toEqual([{ id: 600 }]);
  expect(holding(caughtUp(terms), '59')).toHaveLength(10);
});

const step = fc.oneof(
  fc.record({ kind: fc.constant('remember' as const), word: fc.nat(5) }),
  fc.record({
    kind: fc.constantFrom('update' as const, 'forget' as const, 'restore' as const),
    word: fc.nat(5),
    of: fc.nat(30),
  }),
  fc.record({ kind: fc.constant('erase' as const), of: fc.nat(2) }),
  fc.record({ kind: fc.constant('work' as const) }),
);

test('after any changes, in any order, it says what an index made anew says', async () => {
  const words = ['kettle', 'lantern', '灯笼', '阁楼', 'teapot', 'attic'];
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const terms = caughtUp(follow());
      const prefix = `r${run++}-`;
      let count = 0;
      for (const each of steps) {
        const id = 'of' in each ? `${prefix}${each.of}` : '';
        const word = 'word' in each ? (words[each.word] ?? '') : '';
        if (each.kind === 'remember') {
          await remember({ id: `${prefix}${count}`, content: `${word} ${word} x`, subject: `${prefix}${count++ % 3}` });
        } else if (each.kind === 'update') await store.call('memories.update', { id, patch: { content: `${word} y` } });
        else if (each.kind === 'forget') await store.call('memories.forget', { id, now: 1 });
        else if (each.kind === 'restore') await store.call('memories.restore', { id });
        else if (each.kind === 'erase') await store.call('erasures.step', eraseStep(`${prefix}${each.of}`));
        else terms.work();
      }
      expect(terms.isReady()).toBe(true);
      const anew = caughtUp(follow());
      for (const word of words) expect(holding(terms, word)).toEqual(holding(anew, word));
      expect([terms.index.size, terms.index.meanLength]).toEqual([anew.index.size, anew.index.meanLength]);
    }),
    { numRuns: 30 },
  );
});
