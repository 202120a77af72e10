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

/** The product in a zone of the world, with a wall clock that the test moves. */
async function startOnMovableClock({ by = 0, timezone = 'UTC' }: { by?: number; timezone?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-clock-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const offset = join(folder, 'offset');
  const moveTo = (ms: number) => writeFileSync(offset, String(Math.round(ms)));
  moveTo(by);
  const receiver = await startReceiver();
  const product = await startProduct({
    from: 'bundle',
    nodeArgs: ['--import', jumpClock],
    env: { CLOCK_OFFSET: offset, TZ: timezone },
    config: { app: { timezone }, platforms: { webhook: { reply_url: receiver.url } } },
  });
  cleanups.push(() => product.stop());
  return { product, receiver, moveTo };
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
    const { product, receiver, moveTo } = await startOnMovableClock({});
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
    moveTo(by);
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

const nine = 'Please call number N tomorrow at 9 am';
const one = 'Please call number N today at 1 pm';

interface Moment {
  what: string;
  timezone: string;
  at: string;
  /** When what is said a minute before is due. */
  before: Record<string, string>;
  after: Record<string, string>;
}

// Each begins a moment before the calendar or the local clock makes its jump, and goes on after it.
test.each<Moment>([
  {
    what: 'the local clock goes forward',
    timezone: 'Europe/Berlin',
    at: '2027-03-28T01:00:00Z',
    before: { [one]: '2027-03-28T11:00:00Z', [nine]: '2027-03-29T07:00:00Z' },
    after: { [one]: '2027-03-28T11:00:00Z', [nine]: '2027-03-29T07:00:00Z' },
  },
  {
    what: 'the local clock goes back',
    timezone: 'Europe/Berlin',
    at: '2027-10-31T01:00:00Z',
    before: { [one]: '2027-10-31T12:00:00Z', [nine]: '2027-11-01T08:00:00Z' },
    after: { [one]: '2027-10-31T12:00:00Z', [nine]: '2027-11-01T08:00:00Z' },
  },
  {
    what: 'a leap day begins',
    timezone: 'Asia/Shanghai',
    at: '2028-02-28T16:00:00Z',
    before: { [nine]: '2028-02-29T01:00:00Z' },
    after: { [one]: '2028-02-29T05:00:00Z', [nine]: '2028-03-01T01:00:00Z' },
  },
  {
    what: 'a leap day ends',
    timezone: 'Asia/Shanghai',
    at: '2028-02-29T16:00:00Z',
    before: { [nine]: '2028-03-01T01:00:00Z' },
    after: { [one]: '2028-03-01T05:00:00Z', [nine]: '2028-03-02T01:00:00Z' },
  },
])(
  'while $what no reply is lost or doubled, and todos are due when they should be',
  { timeout: 60_000 },
  async (moment) => {
    const { timezone, at } = moment;
    const turn = Date.parse(at);
    const by = turn - Date.now() - 60_000;
    const { product, receiver, moveTo } = await startOnMovableClock({ by, timezone });
    const { url, token } = product;
    // One token that ends a day after the moment, however many hours the local day has.
    const minted = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'viewer', label: 'a day', ttl_seconds: 86_400 }),
    });
    const { token: dayLong } = (await minted.json()) as { token: string };

    const sender = createSender(url, webhookSecret, 4);
    cleanups.push(() => sender.close());
    const wanted = new Map<string, string>();
    async function say(when: 'before' | 'after', texts: Record<string, string>): Promise<void> {
      for (const [text, due] of Object.entries(texts)) {
        for (let copy = 0; copy < 5; copy++) {
          const id = `${wanted.size + 100}`;
          wanted.set(id, new Date(due).toISOString());
          const answer = await sender.send({
            sender_id: `${when} ${copy}`,
            external_id: id,
            content: text.replace('N', id),
          });
          expect(answer).toMatchObject({ status: 202 });
        }
      }
    }
    await say('before', moment.before);
    while (receiver.tried.size < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    // What is under way and put off now goes through the moment.
    moveTo(turn - Date.now() - 1_000);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await say('after', moment.after);

    for (;;) {
      const { totals, outbox } = await statusOf({ url, token });
      if (totals.done === wanted.size && outbox.pending === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(receiver.taken).toHaveLength(wanted.size);
    expect(new Set(receiver.taken).size).toBe(wanted.size);
    const response = await fetch(`${url}/api/v1/tasks?limit=100`, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (await response.json()) as { items: { title: string; due: string | null }[] };
    const found = items.map(({ title, due }) => [/\d+/.exec(title)?.[0], due && new Date(due).toISOString()]);
    expect(found).toHaveLength(wanted.size);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));

    moveTo(turn - Date.now() + day - 120_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await statusCode(url, dayLong)).toBe(200);
    moveTo(turn - Date.now() + day + 1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await statusCode(url, dayLong)).toBe(401);
  },
);
