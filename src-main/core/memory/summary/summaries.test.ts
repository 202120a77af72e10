import { expect, test } from 'vitest';
import { openTestMemory } from '../test-memory.ts';
import { keyTurns } from './key-turns.ts';
import { summariesOf } from './summaries.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5, 9);

const small = ['Hi there', 'Good morning', 'Ok', 'Thanks', 'How are you?', 'Fine', 'And you?', 'Sure', 'Bye'];
const told =
  'The landlord wants the deposit of 900 euros before the first of March, otherwise somebody else gets the flat';
const plan = 'I moved the painter to Thursday because the plaster in the hall is still wet and needs two more days';

/** A talk of small words with what matters in the middle, a minute apart. */
const talk = (day: number, matters: readonly string[]) =>
  [...small.slice(0, 4), ...matters, ...small.slice(4)].map((content, at) => ({
    id: `d${day}-${at}`,
    content,
    kind: 'message' as const,
    message_id: `msg-${day}-${at}`,
    sender_id: at % 2 === 0 ? 'ana' : 'ben',
    conversation_id: 'webhook:flat',
    platform: 'webhook',
    created_at: start + day * 24 * hour + at * 60_000,
  }));

test('the turns that tell something are chosen, in their order, and what was said twice is there once', () => {
  const texts = [...small.slice(0, 4), told, ...small.slice(4), plan, `${plan}!`];
  expect(keyTurns(texts, 2)).toEqual([4, 10]);
  expect(keyTurns(['好的', '房东要求三月一日之前付清九百欧的押金，否则房子就给别人了', '谢谢', '嗯'], 1)).toEqual([1]);
  expect(keyTurns([], 3)).toEqual([]);
  expect(keyTurns(['one'], 3)).toEqual([0]);
});

test('each long talk of a conversation has a summary, the latest first; a short one and another conversation have none', async () => {
  await using memory = await openTestMemory([
    ...talk(0, [told]),
    ...talk(3, [plan]),
    {
      id: 'short',
      content: 'One more thing',
      kind: 'message',
      conversation_id: 'webhook:flat',
      created_at: start + 9 * 24 * hour,
    },
    ...talk(1, ['elsewhere']).map((row) => ({
      ...row,
      id: `x${row.id}`,
      message_id: null,
      conversation_id: 'mail:other',
    })),
  ]);
  const summaries = summariesOf(memory.reader, { conversation: 'webhook:flat', before: null, limit: 5 });
  expect(summaries.map(({ begun_at, turns }) => [begun_at.slice(0, 10), turns])).toEqual([
    ['2026-01-08', 10],
    ['2026-01-05', 10],
  ]);
  expect(summaries[1]?.points).toContainEqual({
    memory_id: 'd0-4',
    message_id: 'msg-0-4',
    sender_id: 'ana',
    at: new Date(start + 4 * 60_000).toISOString(),
    text: told,
  });
  expect(summaries.map(({ points }) => points.map(({ text }) => text))).toEqual([[plan], [told]]);

  const earlier = { conversation: 'webhook:flat', before: Date.parse(summaries[0]?.begun_at ?? ''), limit: 5 };
  expect(summariesOf(memory.reader, earlier)).toEqual([summaries[1]]);
  expect(summariesOf(memory.reader, { ...earlier, before: null, limit: 1 })).toEqual([summaries[0]]);
  expect(summariesOf(memory.reader, { ...earlier, conversation: 'nowhere' })).toEqual([]);
});

test('what is forgotten or becomes sensitive is in no summary, and what is corrected stands there as it is now', async () => {
  await using memory = await openTestMemory(talk(0, [told, plan, `${plan} and this too`]));
  const texts = () =>
    summariesOf(memory.reader, { conversation: 'webhook:flat', before: null, limit: 5 }).flatMap(({ points }) =>
      points.map(({ text }) => text),
    );
  expect(texts()).toContain(told);
  await memory.store.call('memories.forget', { id: 'd0-4', now: 1 });
  expect(texts()).not.toContain(told);
  await memory.store.call('memories.update', { id: 'd0-5', patch: { sensitive: true } });
  expect(texts()).not.toContain(plan);
  await memory.store.call('memories.update', { id: 'd0-6', patch: { content: `${told}, corrected` } });
  expect(texts()).toContain(`${told}, corrected`);
});
