import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { openFailingDisk } from '../fakes/failing-disk.ts';
import { whyNoTmpfs } from '../fakes/filling-disk.ts';
import { runFullDiskRounds } from '../fakes/full-disk-rounds.ts';
import { leaveOut } from '../fakes/leave-out.ts';
import { type Product, StartFailed, startProduct, webhookSecret } from '../fakes/product.ts';
import { openReplySink } from '../fakes/reply-sink.ts';
import { type Answer, createSender } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

const missing =
  process.platform !== 'linux' || spawnSync('cc', ['--version']).status !== 0
    ? 'needs Linux and a C compiler to make a disk fail'
    : null;
const minutes = 60_000;
/** Few, so that a message has commits of its own. */
const clients = 2;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** The product on a disk that fails on order, and a receiver for its replies. */
async function startOnFailingDisk() {
  const workshop = mkdtempSync(join(tmpdir(), 'clawdbot-disk-'));
  cleanups.push(() => rmSync(workshop, { recursive: true, force: true }));
  const disk = await openFailingDisk(workshop);
  const sink = await openReplySink();
  cleanups.push(() => sink.close());
  const config = { platforms: { webhook: { reply_url: sink.url }, socket: { enabled: false } } };
  const start = (env = {}) => startProduct({ dataDir: disk.dataDir, config, from: 'bundle', env });
  const product = await start(disk.env);
  cleanups.push(() => product.kill());
  return { disk, sink, product, start };
}

/** Sends messages, and keeps what was acknowledged and what was said instead. */
function sendTo({ url }: Product) {
  const sender = createSender(url, webhookSecret, clients);
  cleanups.push(() => sender.close());
  const acknowledged: string[] = [];
  const refusals: Answer[] = [];
  let made = 0;
  return {
    acknowledged,
    refusals,
    /** One message of each client; whether one of them was taken. */
    async some(): Promise<boolean> {
      const answers = await Promise.all(
        Array.from({ length: clients }, async () => {
          const id = `m${made++}`;
          // Now and then a long one, so that the log is carried over into the database many times.
          const content = `Please call number ${id} tomorrow${made % 50 === 0 ? ' x'.repeat(40_000) : ''}`;
          const answer = await sender.send({ sender_id: `s${made % 40}`, external_id: id, content });
          if (answer?.status === 202) acknowledged.push(id);
          else if (answer) refusals.push(answer);
          return answer?.status;
        }),
      );
      return answers.includes(202);
    },
  };
}

/** External ids that are stored, and what SQLite finds in the file. */
function look(dataDir: string) {
  const db = new Database(join(dataDir, 'memory.db'));
  const stored = new Set(
    db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all(),
  );
  const found = db.pragma('integrity_check', { simple: true });
  db.close();
  return { stored, found };
}

async function drained(product: Product): Promise<void> {
  for (;;) {
    const { queue, outbox } = await statusOf(product);
    if (queue.queued + queue.working + outbox.pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// A message takes some five fsyncs and some hundred writes, so that each of its steps fails at each of its places.
describe.each([
  ['fsync', 40],
  ['write', 200],
] as const)('a disk whose %s fails', (call, places) => {
  test('200 times, at one place after the other, is told to senders, costs nothing and needs no restart', {
    timeout: 5 * minutes,
  }, async ({ task }) => {
    if (missing) return leaveOut(task, missing);
    const { disk, sink, product, start } = await startOnFailingDisk();
    const { acknowledged, refusals, some } = sendTo(product);
    for (let fault = 0; fault < 200; fault++) {
      disk.fail(call, 1 + (fault % places));
      while (disk.failed === 0) await some();
      while (!(await some()));
    }
    disk.works();
    expect(disk.trusted).toBe(0);
    expect(refusals.length).toBeGreaterThan(20);
    expect(refusals.filter(({ status, retryAfterS }) => status !== 503 || retryAfterS === null)).toEqual([]);
    await drained(product);
    const { totals, queue, outbox, trouble } = await statusOf(product);
    expect({ queue: queue.dead, failed: outbox.failed, unknown: outbox.unknown, trouble }).toEqual({
      queue: 0,
      failed: 0,
      unknown: 0,
      trouble: null,
    });
    expect(totals.tasks).toBe(totals.messages);
    expect({ replies: sink.replies, repeats: sink.takeRepeats() }).toEqual({ replies: totals.messages, repeats: 0 });

    // What was refused may be there, as after any answer that got lost; what was acknowledged has to be, on the disk.
    await disk.cut(product);
    await disk.restore();
    const { stored, found } = look(disk.dataDir);
    expect(found).toBe('ok');
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const again = await start();
    cleanups.push(() => again.stop());
    await drained(again);
    expect((await statusOf(again)).totals.messages).toBe(stored.size);
  });

  test('for good refuses with what to do, goes on reading, and takes messages again once it works', {
    timeout: 2 * minutes,
  }, async ({ task }) => {
    if (missing) return leaveOut(task, missing);
    const { disk, product } = await startOnFailingDisk();
    const { acknowledged, refusals, some } = sendTo(product);
    expect(await some()).toBe(true);
    await drained(product);
    disk.fail(call, 1, 1_000_000_000);
    // Long enough for several tries to open the file anew.
    for (const until = performance.now() + 4_000; performance.now() < until; ) {
      expect(await some()).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(refusals.filter(({ status, retryAfterS }) => status !== 503 || retryAfterS === null)).toEqual([]);
    const status = await statusOf(product);
    expect(status.trouble).toBe('STORE_UNAVAILABLE');
    expect(status.errors).toContainEqual(
      expect.objectContaining({ component: 'store', message: expect.stringMatching(/check the disk/) }),
    );
    expect(status.totals.messages).toBeGreaterThanOrEqual(clients);
    const said = product
      .logs()
      .split('\n')
      .filter((line) => line.includes('store.failed'));
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(said[0]).toMatch(/check the disk/);

    expect(disk.trusted).toBe(0);
    disk.works();
    while (!(await some())) await new Promise((resolve) => setTimeout(resolve, 100));
    await drained(product);
    expect((await statusOf(product)).trouble).toBeNull();
    await disk.cut(product);
    await disk.restore();
    const { stored, found } = look(disk.dataDir);
    expect(found).toBe('ok');
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  });

  test('while the product starts either stops it with what to do or is got over', { timeout: 2 * minutes }, async ({
    task,
  }) => {
    if (missing) return leaveOut(task, missing);
    for (const at of [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20]) {
      const workshop = mkdtempSync(join(tmpdir(), 'clawdbot-disk-'));
      cleanups.push(() => rmSync(workshop, { recursive: true, force: true }));
      const disk = await openFailingDisk(workshop);
      disk.fail(call, at);
      const first = await startProduct({ dataDir: disk.dataDir, from: 'bundle', env: disk.env }).catch(
        (error: unknown) => error,
      );
      if (first instanceof StartFailed) {
        expect(first.exitCode).toBe(1);
        expect(first.stderr).toMatch(/disk/);
        expect(first.stderr).not.toMatch(/^\s+at .*\.(ts|js):\d+/m);
        const second = await startProduct({ dataDir: disk.dataDir, from: 'bundle' });
        await second.stop();
      } else if (first instanceof Error) throw first;
      else await (first as Product).stop();
    }
  });
});

test('a disk that is full at 50 random moments is told to senders and on the status, costs nothing and needs no restart', {
  timeout: 4 * minutes,
}, async ({ task }) => {
  const noDisk = whyNoTmpfs();
  if (noDisk) return leaveOut(task, noDisk);
  const result = await runFullDiskRounds(50);
  expect(result.refused).toBeGreaterThanOrEqual(50);
  expect(result).toMatchObject({ oddAnswers: 0, untold: 0, lost: 0, unanswered: 0, integrity: 'ok' });
});
