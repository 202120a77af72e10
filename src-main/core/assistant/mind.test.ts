import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { openReader, openStore, type Store } from '../store/index.ts';
import { createMind, grantWish, type Mind } from './mind.ts';

let folder: string;
let store: Store;
let mind: Mind | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-mind-'));
  store = await openStore({ file: join(folder, 'memory.db'), durability: 'normal', onFailure: () => {} });
});

afterEach(async () => {
  await mind?.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function openMind(restMs?: number): Mind {
  mind = createMind({
    data: { databaseFile: join(folder, 'memory.db'), defaultLocale: 'en', acceptFrom: 0.9 },
    logger: pino({ enabled: false }),
    // A wish may come when the test is over.
    onWish: (wish) => void grantWish(store, wish).catch(() => {}),
    ...(restMs === undefined ? {} : { restMs }),
  });
  return mind;
}

const ask = (from: Mind) =>
  from.ask('extract', {
    text: 'Please send the report by Friday 3pm',
    reference_time: '2026-11-24T10:00:00Z',
    timezone: 'UTC',
    mode: 'message',
    dry_run: true,
  });

const rowOf = (id: string, content: string, sender_id: string | null = null) => ({
  id,
  external_id: null,
  kind: 'note' as const,
  content,
  created_at: 1,
  sender_id,
  conversation_id: null,
  platform: null,
  subject: null,
  message_id: null,
  metadata: {},
  sensitive: false,
});

/** Threads of this process that run JavaScript beside the main one. */
const threads = () =>
  readdirSync('/proc/self/task').filter((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8') === 'WorkerThread\n')
    .length;

test('its thread is not there before the first question, and leaves after a rest', async ({ task, skip }) => {
  if (process.platform !== 'linux') {
    Object.assign(task.meta, { leftOut: 'threads are counted in /proc, which only Linux has' });
    return skip();
  }
  const before = threads();
  const rested = openMind(100);
  expect(threads()).toBe(before);

  expect((await ask(rested)).todos).toHaveLength(1);
  expect(threads()).toBe(before + 1);

  await vi.waitFor(() => expect(threads()).toBe(before), { timeout: 10_000 });
});

test('where it is told to stay awake its thread is there before the first question, and never rests', async ({
  task,
  skip,
}) => {
  if (process.platform !== 'linux') {
    Object.assign(task.meta, { leftOut: 'threads are counted in /proc, which only Linux has' });
    return skip();
  }
  const before = threads();
  const awake = openMind(1);
  awake.stayAwake();
  await vi.waitFor(() => expect(threads()).toBe(before + 1), { timeout: 10_000 });

  expect((await ask(awake)).todos).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(threads()).toBe(before + 1);
});

test('a question after a rest, or many at once, are answered all the same', async () => {
  const rested = openMind(1);
  for (let turn = 0; turn < 3; turn++) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(rested)));
    expect(answers.map(({ todos }) => todos[0]?.title)).toEqual(answers.map(() => 'Send the report'));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
});

test('a question after the end is refused, and one under way is told', async () => {
  const closing = openMind();
  const told = ask(closing).catch((error: unknown) => error);
  await closing.close();
  expect(await told).toMatchObject({ code: 'SHUTTING_DOWN' });
  await expect(ask(closing)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});

test('a thread that cannot start fails its question, and the next question has a fresh one', async () => {
  await store.close();
  const aside = join(folder, 'aside.db');
  renameSync(join(folder, 'memory.db'), aside);
  const failing = openMind();
  await expect(ask(failing)).rejects.toMatchObject({ code: 'INTERNAL' });

  renameSync(aside, join(folder, 'memory.db'));
  expect((await ask(failing)).todos).toHaveLength(1);
});

test('the words of its memories are indexed between two questions, and kept for the next thread', async () => {
  const rows = Array.from({ length: 18_000 }, (_, at) => rowOf(`m${at}`, `the kettle number ${at}`));
  await store.call('memories.insert', { rows });
  const reader = openReader(join(folder, 'memory.db'));
  const search = { query: MemoryQuery.parse({ query: 'kettle 17999', timezone: 'UTC' }), now: 0 };
  const found = openMind();

  expect((await found.ask('search', search))[0]?.id).toBe('m17999');
  const kept = () => reader.get<{ upto: number }>('SELECT max(upto) AS upto FROM memory_index')?.upto;
  // Two parts, and nobody asks anything after the first.
  await vi.waitFor(() => expect(kept()).toBeGreaterThan(15_000), { timeout: 40_000 });
  expect((await found.ask('search', search))[0]?.id).toBe('m17999');
  reader.close();
});

test('what is stored after the last question is read for facts although nobody asks again', async () => {
  await ask(openMind());
  const reader = openReader(join(folder, 'memory.db'));
  const learnt = () => reader.all<{ value: string }>('SELECT value FROM facts').map(({ value }) => value);
  for (const [id, content] of [
    ['m1', 'I live in Porto'],
    ['m2', 'I am allergic to peanuts'],
  ] as const) {
    await store.call('memories.insert', { rows: [rowOf(id, content, 'ana')] });
    await vi.waitFor(() => expect(learnt()).toHaveLength(id === 'm1' ? 1 : 2), { timeout: 20_000 });
    // Long enough for the thread to see that there is nothing more to read.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  reader.close();
});
