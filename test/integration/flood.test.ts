import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { type Answer, createSender } from '../fakes/signed-load.ts';
import { balanceOf, statusOf, sumsOf } from '../fakes/status.ts';

const connections = 128;
const floodMs = 4_000;
const queueLimit = 100;
/** The queue itself would fit into a thousandth of it; what would not fit is every message of the flood. */
const roomBytes = 150 * 1024 * 1024;

test('a flood is turned away with the time to come back, loses nothing that was accepted and leaves no mark', {
  timeout: 60_000,
}, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-flood-'));
  const product = await startProduct({ dataDir, config: { app: { queue_limit: queueLimit } } });
  try {
    const before = (await statusOf(product)).process.memory_bytes;
    const [answers, most] = await Promise.all([flood(product), watch(product)]);
    const accepted = answers.filter(({ answer }) => answer?.status === 202);
    const shed = answers.filter(({ answer }) => answer?.status === 429 || answer?.status === 503);
    expect(accepted.length).toBeGreaterThan(0);
    expect(shed.length).toBeGreaterThan(0);
    expect(answers.length).toBe(accepted.length + shed.length);
    expect(shed.filter(({ answer }) => !((answer?.retryAfterS ?? 0) >= 1))).toEqual([]);
    expect(most.waiting).toBeLessThanOrEqual(queueLimit);
    expect(most.memoryBytes - before).toBeLessThan(roomBytes);

    const waiting = async () => {
      const { queue } = await statusOf(product);
      return queue.queued + queue.working;
    };
    while ((await waiting()) > 0) await sleep(50);
    const sender = createSender(product.url, webhookSecret, 1);
    expect(await sender.send(messageOf('afterwards'))).toMatchObject({ status: 202 });
    sender.close();
    while ((await waiting()) > 0) await sleep(50);

    const rest = await statusOf(product);
    expect(sumsOf(rest)).toEqual(balanceOf(rest));
    expect(rest.totals).toMatchObject({
      accepted: accepted.length + 1,
      rejected: shed.length,
      done: accepted.length + 1,
    });
    expect(await product.stop()).toBe(0);
    const stored = storedIn(dataDir);
    expect(accepted.filter(({ externalId }) => !stored.has(externalId))).toEqual([]);
  } finally {
    await product.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

const messageOf = (externalId: string) => ({
  sender_id: externalId,
  external_id: externalId,
  content: 'Please send the quarterly report to Mei by Friday',
});

interface Flooded {
  externalId: string;
  answer: Answer | null;
}

/** Sends without pause, whatever is answered. */
async function flood({ url }: Product): Promise<Flooded[]> {
  const sender = createSender(url, webhookSecret, connections);
  const answers: Flooded[] = [];
  const until = Date.now() + floodMs;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      for (let index = 0; Date.now() < until; index++) {
        const externalId = `flood-${connection}-${index}`;
        answers.push({ externalId, answer: await sender.send(messageOf(externalId)) });
      }
    }),
  );
  sender.close();
  return answers;
}

/** The most that waited and the most memory in use while the flood went on. */
async function watch(product: Product): Promise<{ waiting: number; memoryBytes: number }> {
  const most = { waiting: 0, memoryBytes: 0 };
  for (const until = Date.now() + floodMs; Date.now() < until; await sleep(50)) {
    const { queue, process } = await statusOf(product);
    most.waiting = Math.max(most.waiting, queue.queued + queue.working);
    most.memoryBytes = Math.max(most.memoryBytes, process.memory_bytes);
  }
  return most;
}

function storedIn(dataDir: string): Set<string> {
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const ids = db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all();
  db.close();
  return new Set(ids);
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
