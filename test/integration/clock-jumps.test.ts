import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

const jumpClock = fileURLToPath(new URL('../fixtures/jump-clock.ts', import.meta.url));
const day = 86_400_000;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** Fails the first delivery of each reply and counts those that it takes. */
async function startReceiver() {
  const tried = new Set<string>();
  const taken: string[] = [];
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    request.resume().on('end', () => {
      if (tried.has(key)) taken.push(key);
      response.writeHead(tried.has(key) ? 200 : 503).end();
      tried.add(key);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, tried, taken };
}

async function statusCode(url: string, token: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
}

test.each([
  { jump: 'seven days back', by: -7 * day, monthLong: 200 },
  { jump: '400 days on', by: 400 * day, monthLong: 401 },
])(
  'a clock that jumps $jump under load loses, doubles and holds up nothing',
  { timeout: 60_000 },
  async ({ by, monthLong }) => {
    const folder = mkdtempSync(join(tmpdir(), 'clawdbot-clock-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const offset = join(folder, 'offset');
    writeFileSync(offset, '0');
    const receiver = await startReceiver();
    const product = await startProduct({
      from: 'bundle',
      nodeArgs: ['--import', jumpClock],
      env: { CLOCK_OFFSET: offset },
      config: { platforms: { webhook: { reply_url: receiver.url } } },
    });
    cleanups.push(() => product.stop());
    const { url } = product;
    const lasting = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'admin', label: 'ten years', ttl_seconds: 3650 * 86_400 }),
    });
    const { token } = (await lasting.json()) as { token: string };
    expect(await statusCode(url, token)).toBe(200);
    for (let guess = 0; guess < 11; guess++) await statusCode(url, `guess ${guess}`);

    const sender = createSender(url, webhookSecret, 8);
    const send = (at: number) =>
      sender.send({
        sender_id: `s${at}`,
        external_id: `m${at}`,
        timestamp: 1_800_000_000,
        content: `Please call number ${at} tomorrow`,
      });
    const first = Array.from({ length: 20 }, (_, at) => at);
    for (const answer of await Promise.all(first.map(send))) expect(answer).toMatchObject({ status: 202 });
    // Some replies have failed once and are put off by the clock as it is now.
    while (receiver.tried.size < 5) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 200));
    writeFileSync(offset, String(by));
    const later = first.map((at) => at + first.length);
    for (const answer of await Promise.all(later.map(send))) expect(answer).toMatchObject({ status: 202 });
    for (const answer of await Promise.all(first.map(send)))
      expect(answer).toMatchObject({ status: 200, duplicate: true });
    sender.close();

    // A lock against guessing is neither ended nor made longer by it, and a token holds as long as its date says.
    expect(await statusCode(url, 'another guess')).toBe(429);
    expect(await statusCode(url, token)).toBe(200);
    for (;;) {
      const { totals, outbox } = await statusOf({ url, token });
      if (totals.done === 40 && outbox.pending === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { totals, queue, outbox } = await statusOf({ url, token });
    expect({ messages: totals.messages, tasks: totals.tasks, dead: queue.dead }).toEqual({
      messages: 40,
      tasks: 40,
      dead: 0,
    });
    expect(outbox).toEqual({ pending: 0, failed: 0, unknown: 0 });
    expect(receiver.taken).toHaveLength(40);
    expect(new Set(receiver.taken).size).toBe(40);
    expect([monthLong, 429]).toContain(await statusCode(url, product.token));
  },
);
