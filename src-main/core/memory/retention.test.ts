import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Clock } from '../foundation/clock.ts';
import { createEventBus } from '../foundation/events.ts';
import { createRetention, type RetentionRules } from './retention.ts';
import { openTestMemory } from './test-memory.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);

/** A clock that a test moves: whoever sleeps wakes when the steady time has passed; the wall clock may be set. */
function createTestClock() {
  let wall = start;
  let steady = 0;
  let sleeping: { until: number; wake(): void; end(): void }[] = [];
  const clock: Clock = {
    now: () => wall,
    monotonicMs: () => steady,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = () => reject(new Error('aborted'));
        signal?.addEventListener('abort', end);
        sleeping.push({ until: steady + ms, wake: resolve, end });
      }),
  };
  /** Whatever it does, it ends in another sleep. */
  const settle = async (): Promise<void> => {
    await expect.poll(() => sleeping.length, { interval: 1, timeout: 30_000 }).toBeGreaterThan(0);
  };
  return {
    clock,
    set: (time: number) => void (wall = time),
    async pass(ms: number): Promise<void> {
      await settle();
      for (const end = steady + ms; steady < end; ) {
        const next = Math.min(end, ...sleeping.map(({ until }) => until));
        wall += next - steady;
        steady = next;
        const due = sleeping.filter(({ until }) => until <= steady);
        sleeping = sleeping.filter(({ until }) => until > steady);
        for (const { wake } of due) wake();
        await settle();
      }
    },
  };
}

const usual: RetentionRules = { forgotten_days: 30, rules: [] };

async function openRetention(rules: RetentionRules = usual) {
  const memory = await openTestMemory();
  const time = createTestClock();
  let isTrusted = true;
  const retention = createRetention({
    store: memory.store,
    rules,
    clock: time.clock,
    events: createEventBus(),
    logger: pino({ enabled: false }),
    isClockTrusted: async () => isTrusted,
  });
  retention.start();
  return {
    ...memory,
    ...time,
    trust: (is: boolean) => void (isTrusted = is),
    ids: () => memory.reader.all<{ id: string }>('SELECT id FROM memories ORDER BY seq').map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      await retention.stop();
      await memory[Symbol.asyncDispose]();
    },
  };
}

test('a forgotten memory is erased after thirty days, and not a day before', async () => {
  await using it = await openRetention();
  await it.remember([
    { id: 'kept', content: 'a kettle' },
    { id: 'gone', content: 'a lantern' },
  ]);
  await it.store.call('memories.forget', { id: 'gone', now: start });
  for (let passed = 0; passed < 29; passed++) await it.pass(day);
  expect(it.ids()).toEqual(['kept', 'gone']);
  await it.pass(2 * day);
  expect(it.ids()).toEqual(['kept']);
});

test('rules take what is old, of their kind and platform', async () => {
  await using it = await openRetention({
    forgotten_days: null,
    rules: [
      { days: 10, kind: 'note', platform: 'mail' },
      { days: 100, kind: null, platform: null },
    ],
  });
  const at = (days: number) => start - days * day;
  await it.remember([
    { id: 'mail', content: 'one', platform: 'mail', created_at: at(11) },
    { id: 'young', content: 'two', platform: 'mail', created_at: at(5) },
    { id: 'other', content: 'three', platform: 'webhook', created_at: at(11) },
    { id: 'ancient', content: 'four', created_at: at(101) },
    ...Array.from({ length: 120 }, (_, n) => ({ id: `n${n}`, content: `many ${n}`, created_at: at(200) })),
  ]);
  await it.pass(day / 2);
  expect(it.ids()).toEqual(['young', 'other']);
});

test('a clock that jumps ahead erases nothing before it was right for an hour, nor while senders say it is wrong', async () => {
  await using it = await openRetention();
  await it.remember([{ id: 'a', content: 'a kettle' }]);
  await it.store.call('memories.forget', { id: 'a', now: start });
  await it.pass(day / 2);

  it.set(start + 400 * day);
  await it.pass(day / 48);
  expect(it.ids()).toEqual(['a']);
  it.set(start + day);
  await it.pass(day);
  expect(it.ids()).toEqual(['a']);

  it.trust(false);
  for (let passed = 0; passed < 5; passed++) await it.pass(day);
  expect(it.ids()).toEqual(['a']);
  it.set(start + 40 * day);
  await it.pass(day);
  expect(it.ids()).toEqual(['a']);
  it.trust(true);
  await it.pass(day);
  expect(it.ids()).toEqual([]);
});
