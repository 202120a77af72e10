import { expect, test } from 'vitest';
import type { MemoryInput } from '../../../src-shared/schema/memory.ts';
import type { ChangeEvent } from '../../../src-shared/schema/status.ts';
import { systemClock } from '../foundation/clock.ts';
import { createEventBus } from '../foundation/events.ts';
import { createIds } from '../foundation/ids.ts';
import { listMemories } from '../store/index.ts';
import { createMemories } from './memories.ts';
import { countMemories } from './statistics.ts';
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
    browse: async (query) => listMemories(memory.reader, query),
    count: async (after) => countMemories(memory.reader, after),
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

test('statistics count by person, platform, kind and month, and leave out what was forgotten', async () => {
  await using app = await openMemories();
  const [first = '', , third = ''] = await app.memories.createBatch([
    note('盒子', { sender_id: '老王', subject: '老王', platform: 'mail', created_at: '2024-01-31T23:59:59Z' }),
    note('the red box', { sender_id: 'ana', created_at: '2024-03-01T00:00:00Z', sensitive: true }),
    note('gone', { sender_id: 'ana', created_at: '2024-03-02T00:00:00Z' }),
  ]);
  await app.memories.update(first, { pinned: true });
  await app.memories.forget(third);

  expect(await app.memories.statistics()).toEqual({
    total: 2,
    forgotten: 1,
    pinned: 1,
    sensitive: 1,
    never_use: 0,
    text_bytes: 6 + 11,
    people: [
      { name: 'ana', count: 1 },
      { name: '老王', count: 1 },
    ],
    platforms: [{ name: 'mail', count: 1 }],
    kinds: [{ kind: 'note', count: 2 }],
    months: [
      { month: '2024-01', count: 1 },
      { month: '2024-03', count: 1 },
    ],
  });
});

test('a cursor that no page gave is refused before anybody looks', async () => {
  await using app = await openMemories();
  await expect(app.memories.list({ limit: 5, cursor: '1; DROP TABLE memories', kind: 'note' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
});

test('filters narrow a list page by page, and what was forgotten is listed by itself', async () => {
  await using app = await openMemories();
  const said = Array.from({ length: 5 }, (_, at) =>
    note(`said ${at}`, { sender_id: at % 2 === 0 ? 'ana' : 'li', created_at: `2024-02-0${at + 1}T00:00:00Z` }),
  );
  const ids = await app.memories.createBatch([...said, note('about ana', { subject: 'ana' })]);
  await app.memories.forget(ids[0] ?? '');

  const first = await app.memories.list({ limit: 1, person: 'ana' });
  const rest = await app.memories.list({ limit: 5, person: 'ana', cursor: first.next_cursor ?? '' });

  expect([...first.items, ...rest.items].map(({ content }) => content)).toEqual(['about ana', 'said 4', 'said 2']);
  const gone = await app.memories.list({ limit: 5, forgotten: true, q: 'SAID' });
  expect(gone.items).toMatchObject([{ content: 'said 0', forgotten_at: '2024-06-01T00:00:00.000Z' }]);
  expect(await app.memories.list({ limit: 5, forgotten: true, q: 'other' })).toMatchObject({ items: [] });
  await expect(app.memories.get(ids[0] ?? '')).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
  expect(await app.memories.get(ids[0] ?? '', { forgotten: true })).toMatchObject({ content: 'said 0' });
});
