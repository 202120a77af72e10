import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { eraseStep, openTestMemory, rowOf } from '../test-memory.ts';

const day = (number: number): number => Date.UTC(2024, 0, number);

/** "home: Porto", "home: Lyon > Porto" where Lyon was ended by Porto. */
async function facts(memory: Awaited<ReturnType<typeof openTestMemory>>, superseded = false): Promise<string[]> {
  const { items } = await memory.store.call('facts.list', { superseded, limit: 100, offset: 0 });
  return items.map(
    ({ slot, value, negated, times, superseded_by: later }) =>
      `${slot}: ${negated ? 'not ' : ''}${value}${times > 1 ? ` ×${times}` : ''}${later ? ` > ${later.negated ? 'not ' : ''}${later.value}` : ''}`,
  );
}

test('what is said later ends what was said before, and both stay with their dates', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'I live in Porto', sender_id: 'ana', created_at: day(1) },
    { id: 'b', content: 'I love coffee', sender_id: 'ana', created_at: day(2) },
    { id: 'c', content: 'I moved to Lyon', sender_id: 'ana', created_at: day(3) },
    { id: 'd', content: 'I really love coffee!', sender_id: 'ana', created_at: day(4) },
    { id: 'e', content: "I don't drink coffee anymore", sender_id: 'ana', created_at: day(5) },
    { id: 'f', content: 'I live in Porto', sender_id: 'ben', created_at: day(6) },
    { id: 'g', content: 'I also love tea', sender_id: 'ana', created_at: day(6) },
  ]);
  expect(await facts(memory)).toEqual([
    'home: Lyon',
    'home: Porto > Lyon',
    'likes: tea',
    'likes: not coffee',
    'likes: coffee ×2 > not coffee',
    'home: Porto',
  ]);
  expect(await facts(memory, true)).toEqual(['home: Porto > Lyon', 'likes: coffee ×2 > not coffee']);
  const { items } = await memory.store.call('facts.list', {
    person: 'ana',
    slot: 'home',
    superseded: true,
    limit: 9,
    offset: 0,
  });
  expect(items).toMatchObject([
    {
      memory_id: 'a',
      said_at: new Date(day(1)).toISOString(),
      superseded_by: { memory_id: 'c', said_at: new Date(day(3)).toISOString() },
    },
  ]);
});

test('a memory imported later is dated by when it was said', async () => {
  await using memory = await openTestMemory([
    { id: 'new', content: '我搬到了上海', sender_id: 'li', created_at: day(9) },
    { id: 'old', content: '我现在住在杭州', sender_id: 'li', created_at: day(2) },
  ]);
  expect(await facts(memory)).toEqual(['home: 上海', 'home: 杭州 > 上海']);
});

test('a question about how things are is answered by what holds now, the older after it and marked', async () => {
  await using memory = await openTestMemory([
    { id: 'old', content: 'I live in Porto, in a street by the river', sender_id: 'ana', created_at: day(1) },
    { id: 'between', content: 'The river in Porto was high', sender_id: 'ben', created_at: day(2) },
    { id: 'now', content: 'We moved to Lyon', sender_id: 'ana', created_at: day(30) },
  ]);
  const found = memory.search('where does ana live by the river?');
  expect(found.map(({ id, superseded_by: later }) => [id, later?.id])).toEqual([
    ['now', undefined],
    ['old', 'now'],
    ['between', undefined],
  ]);
  expect(memory.search('"by the river"').map(({ id }) => id)).toEqual(['old']);
  expect(memory.search('where did ana live on 1 January 2024').map(({ id }) => id)[0]).toBe('old');
});

test('what is filtered out is not brought in by a fact', async () => {
  await using memory = await openTestMemory([
    { id: 'old', content: 'I live in Porto', sender_id: 'ana', conversation_id: 'one', created_at: day(1) },
    { id: 'now', content: 'I moved to Lyon', sender_id: 'ana', conversation_id: 'two', created_at: day(9) },
  ]);
  const found = memory.search('Porto', { filter: { conversation_id: 'one' } });
  expect(found.map(({ id, superseded_by: later }) => [id, later])).toEqual([['old', null]]);
});

test('a forgotten fact is not learned again from the same message, and comes back when that is wanted', async () => {
  await using memory = await openTestMemory([
    { id: 'a', content: 'I live in Porto', sender_id: 'ana', created_at: day(1) },
    { id: 'b', content: 'I live in Porto', sender_id: 'ana', created_at: day(2) },
  ]);
  const name = { person: 'ana', slot: 'home', value: 'Porto' };
  expect(await memory.store.call('facts.forget', { ...name, now: 1 })).toBe(2);
  expect(await facts(memory)).toEqual([]);

  await memory.store.call('memories.update', { id: 'a', patch: { content: 'I live in Porto!' } });
  await memory.learn();
  expect(await facts(memory)).toEqual([]);

  expect(await memory.store.call('facts.restore', name)).toBe(2);
  expect(await facts(memory)).toEqual(['home: Porto ×2']);
});

test('a fact goes with its memory, its text, and when it becomes sensitive; an old lesson brings nothing back', async () => {
  await using memory = await openTestMemory([
    { id: 'forgotten', content: 'I live in Porto', sender_id: 'ana' },
    { id: 'changed', content: 'I love tea', sender_id: 'ana' },
    { id: 'secret', content: 'My blood type is AB', sender_id: 'ana' },
    { id: 'erased', content: 'I am allergic to nuts', sender_id: 'ana', subject: 'ana' },
  ]);
  const { call } = memory.store;
  await call('facts.forget', { person: 'ana', slot: 'allergy', value: 'nuts', now: 1 });
  await call('memories.forget', { id: 'forgotten', now: 1 });
  await call('memories.update', { id: 'changed', patch: { content: 'I love milk' } });
  await call('memories.update', { id: 'secret', patch: { sensitive: true } });
  await call('memories.erase', { id: 'erased' });
  expect(await facts(memory)).toEqual([]);
  expect(await call('facts.restore', { person: 'ana', slot: 'allergy', value: 'nuts' })).toBe(0);

  await memory.learn();
  expect(await facts(memory)).toEqual(['likes: milk']);
  await call('memories.restore', { id: 'forgotten' });
  expect(await facts(memory)).toEqual(['home: Porto', 'likes: milk']);
  const from = { version: '0', upto: 0, change: 0 };
  expect(await call('facts.learn', { from, to: from, again: [], facts: [] })).toBe(false);
});

const said = ['I live in Porto', 'I live in Lyon', 'I love tea', 'I hate tea', 'nothing of note', 'My name is Ana'];
const step = fc.oneof(
  fc.record({ kind: fc.constant('remember' as const), text: fc.nat(5), person: fc.nat(1) }),
  fc.record({ kind: fc.constant('update' as const), text: fc.nat(5), of: fc.nat(12) }),
  fc.record({ kind: fc.constantFrom('forget' as const, 'restore' as const), of: fc.nat(12) }),
  fc.record({ kind: fc.constant('erase' as const), of: fc.nat(1) }),
  fc.record({ kind: fc.constant('learn' as const) }),
);

test('after any changes, in any order, it knows what reading everything anew would tell', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using memory = await openTestMemory();
      const { call } = memory.store;
      let count = 0;
      for (const each of steps) {
        const id = 'of' in each ? `m${each.of}` : '';
        if (each.kind === 'remember') {
          const person = `p${each.person}`;
          const row = { id: `m${count++}`, content: said[each.text] ?? '', sender_id: person, subject: person };
          await call('memories.insert', { rows: [rowOf({ ...row, created_at: day(count) })] });
        } else if (each.kind === 'update')
          await call('memories.update', { id, patch: { content: said[each.text] ?? '' } });
        else if (each.kind === 'forget') await call('memories.forget', { id, now: 1 });
        else if (each.kind === 'restore') await call('memories.restore', { id });
        else if (each.kind === 'erase') await call('erasures.step', eraseStep(`p${each.of}`));
        else await memory.learn();
      }
      await memory.learn();
      const known = await facts(memory);
      const { version, upto, change } = memory.state();
      const from = { version, upto, change };
      await call('facts.learn', { from, to: { version: 'anew', upto: 0, change: 0 }, again: [], facts: [] });
      await memory.learn();
      expect(known).toEqual(await facts(memory));
    }),
    { numRuns: 15 },
  );
});
