import { expect, test } from 'vitest';
import type { MemoryInput } from '../../../src-shared/schema/memory.ts';
import type { ChangeEvent } from '../../../src-shared/schema/status.ts';
import { systemClock } from '../foundation/clock.ts';
import { createEventBus } from '../foundation/events.ts';
import { createIds } from '../foundation/ids.ts';
import { createMemories } from './memories.ts';
import { openTestMemory } from './test-memory.ts';

const note = (content: string, more: Partial<MemoryInput> = {}): MemoryInput => ({
  content,
  sensitive: false,
  ...more,
});

async function openMemories() {
  const memory = await openTestMemory();
  const events = createEventBus();
  const told: ChangeEvent[] = [];
  events.on((event) => told.push(event));
  const memories = createMemories({
    store: memory.store,
    search: async ({ query, k }) => memory.search(query, { k }),
    ids: createIds(() => 1_700_000_000_000),
    clock: { ...systemClock, now: () => Date.UTC(2024, 5, 1) },
    events,
  });
  return { memories, told, [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose]() };
}

test('what was remembered is found as soon as that is answered', async () => {
  await using app = await openMemories();

  const memory = await app.memories.create(note('护照在书架第二层', { subject: '我' }));

  expect(memory).toMatchObject({
    kind: 'note',
    created_at: '2024-06-01T00:00:00.000Z',
    subject: '我',
    message_id: null,
  });
  expect((await app.memories.search({ query: '护照', k: 5 }))[0]?.id).toBe(memory.id);
  expect(app.told).toEqual([{ type: 'memory', id: memory.id }]);
});

test('an import repeated answers the same ids and tells of nothing new', async () => {
  await using app = await openMemories();
  const items = [
    note('one', { external_id: 'x1' }),
    note('two', { external_id: 'x2', created_at: '2024-01-01T08:00:00+08:00' }),
  ];

  const first = await app.memories.createBatch(items);
  const told = app.told.length;

  expect(await app.memories.createBatch(items)).toEqual(first);
  expect(app.told).toHaveLength(told);
  expect((await app.memories.get(first[1] ?? '')).created_at).toBe('2024-01-01T00:00:00.000Z');
});

test('a large import is told as one change', async () => {
  await using app = await openMemories();

  await app.memories.createBatch(Array.from({ length: 1000 }, (_, index) => note(`note ${index}`)));

  expect(app.told).toEqual([{ type: 'resync' }]);
  expect((await app.memories.list({ limit: 2 })).items.map(({ content }) => content)).toEqual(['note 999', 'note 998']);
});

test('a memory is corrected, forgotten and restored, and each change is told', async () => {
  await using app = await openMemories();
  const { id } = await app.memories.create(note('the code is 1111'));

  expect((await app.memories.update(id, { content: 'the code is 2222' })).content).toBe('the code is 2222');
  await app.memories.forget(id);
  await expect(app.memories.get(id)).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND', data: { id } });
  expect((await app.memories.restore(id)).content).toBe('the code is 2222');

  expect(app.told).toEqual(Array(4).fill({ type: 'memory', id }));
});

test('a memory that is not there is named in the answer', async () => {
  await using app = await openMemories();
  const { memories } = app;

  for (const call of [
    memories.get,
    memories.forget,
    memories.restore,
    (id: string) => memories.update(id, { sensitive: true }),
  ]) {
    await expect(call('nope')).rejects.toMatchObject({
      code: 'MEMORY_NOT_FOUND',
      message: expect.stringContaining('nope'),
    });
  }
  expect(app.told).toEqual([]);
});

test('erasing a person erases all about them and nothing else', async () => {
  await using app = await openMemories();
  await app.memories.createBatch([
    note('likes tea', { subject: 'Ann' }),
    note('likes jazz', { subject: 'Ann' }),
    note('likes chess', { subject: 'Bob' }),
  ]);

  expect(await app.memories.eraseSubject('Ann')).toEqual({ erased: 2 });

  expect((await app.memories.list({ limit: 9 })).items.map(({ content }) => content)).toEqual(['likes chess']);
  expect(await app.memories.search({ query: 'tea', k: 5 })).toEqual([]);
  expect(app.told.at(-1)).toEqual({ type: 'resync' });
});
