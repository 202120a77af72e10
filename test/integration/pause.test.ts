import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLogger } from '../../src-main/core/foundation/logger.ts';
import { createPause } from '../../src-main/core/ingest/pause.ts';
import { type Product, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { statusOf } from '../fakes/status.ts';

let dataDir: string;
let product: Product | null;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-pause-'));
  product = null;
});
afterEach(async () => {
  await product?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const restOf = ({ url, token }: Product) => connectOverRest({ url, token, signal: new AbortController().signal });
const queued = async (of: Product) => (await statusOf(of)).queue.queued;

test('while it is paused messages are taken and wait, also over a restart, and are answered after a resume', {
  timeout: 90_000,
}, async () => {
  product = await startProduct({ dataDir });
  const rest = restOf(product);
  expect((await statusOf(product)).paused).toBeNull();
  expect(await rest.system.pause({ seconds: null })).toEqual({ paused: { until: null } });
  const { id } = await rest.chat.send({ content: 'Please send the report by Friday', external_id: 'e1' });
  // Longer than a message takes that is not kept waiting.
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await rest.messages.get({ id })).state).toBe('stored');
  expect(await queued(product)).toBe(1);

  await product.stop();
  product = await startProduct({ dataDir });
  const again = restOf(product);
  expect((await statusOf(product)).paused).toEqual({ until: null });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await queued(product)).toBe(1);

  expect(await again.system.resume({})).toEqual({ paused: null });
  await vi.waitFor(async () => expect((await again.messages.get({ id })).state).not.toBe('stored'), 10_000);
  expect((await statusOf(product)).paused).toBeNull();
  expect(await queued(product)).toBe(0);
});

test('a pause names its end, and no length that nobody can mean', { timeout: 60_000 }, async () => {
  product = await startProduct({ dataDir });
  const rest = restOf(product);
  const before = Date.now();
  const { paused } = await rest.system.pause({ seconds: 3600 });
  const until = Date.parse(paused?.until ?? '');
  expect(until).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(until).toBeLessThanOrEqual(Date.now() + 3_600_000);
  for (const seconds of [0, -1, 59, 1e9, 1.5]) await expect(rest.system.pause({ seconds })).rejects.toThrow();
});

/** A clock that a test moves; whoever sleeps wakes when its time has come by either of its hands. */
function handClock() {
  let wall = 1_000_000;
  let run = 0;
  let sleepers: { at: number; wake(): void }[] = [];
  const turn = () => {
    const due = sleepers.filter(({ at }) => at <= run);
    sleepers = sleepers.filter(({ at }) => at > run);
    for (const { wake } of due) wake();
  };
  return {
    now: () => wall,
    monotonicMs: () => run,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((wake, reject) => {
        sleepers.push({ at: run + ms, wake });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
    async move(change: { wallMs: number; runMs: number }) {
      wall += change.wallMs;
      for (let step = 0; step < change.runMs; step += 30_000) {
        run += Math.min(30_000, change.runMs - step);
        turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

function openPause(clock: ReturnType<typeof handClock>) {
  const onChange = vi.fn();
  const pause = createPause({ file: join(dataDir, 'pause.json'), clock, logger: silentLogger, onChange });
  pause.start();
  return { pause, onChange };
}

test('an hour is an hour, whatever happens to the clock on the wall, and what is left counts after a restart', async () => {
  const clock = handClock();
  const { pause, onChange } = openPause(clock);
  await pause.begin(3_600_000);
  await clock.move({ wallMs: 1_800_000, runMs: 1_800_000 });
  expect(pause.isOn()).toBe(true);
  pause.stop();

  const next = openPause(clock);
  expect(next.pause.isOn()).toBe(true);
  await clock.move({ wallMs: 1_800_000, runMs: 1_800_000 });
  expect(next.pause.isOn()).toBe(false);
  expect(next.onChange).toHaveBeenCalledTimes(1);
  expect(onChange).toHaveBeenCalledTimes(1);

  await next.pause.begin(3_600_000);
  // Set back by a day: it does not last a day longer.
  await clock.move({ wallMs: -86_400_000, runMs: 3_600_000 });
  expect(next.pause.isOn()).toBe(false);

  await next.pause.begin(3_600_000);
  // A lid that was closed for two hours.
  await clock.move({ wallMs: 7_200_000, runMs: 30_000 });
  expect(next.pause.isOn()).toBe(false);
});

test('a record that cannot be read goes on being a pause: somebody wanted messages to wait', () => {
  writeFileSync(join(dataDir, 'pause.json'), '{"until":');
  expect(openPause(handClock()).pause.isOn()).toBe(true);
});
