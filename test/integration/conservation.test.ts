import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src-shared/schema/status.ts';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { sign } from '../fakes/signed-load.ts';
import { balanceOf, statusOf, sumsOf } from '../fakes/status.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

/*
 * Whatever comes in is accounted for: received = accepted + duplicate + rejected + arriving, and accepted = done +
 * queued + working + dead. The first is counted in memory since the start and read at one moment; the second stands in
 * the database and is read in one statement. The two readings lie some milliseconds apart, so between them
 * (`messages` against `accepted`) it is only at rest that they must agree.
 */

type Outcome = 'accepted' | 'duplicate' | 'rejected';
type Book = Record<Outcome, number>;
type Way = 'webhook' | 'api' | 'socket';
type Message = Record<string, unknown>;

const ways = ['webhook', 'api', 'socket'] as const;
const config = { app: { queue_limit: 400, rate_limit_per_minute: 30 } };

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-conservation-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('every message that comes in is accounted for at any time, by every way in', { timeout: 120_000 }, async () => {
  const product = await startProduct({ dataDir, config });
  try {
    const sampler = sample(product);
    const books: Record<Way, Book> = { webhook: emptyBook(), api: emptyBook(), socket: emptyBook() };
    while (sampler.taken() < 25) {
      await Promise.all(ways.map(async (way) => add(books[way], await sendEverything(product, way))));
    }
    const samples = await sampler.stop();

    for (const one of samples) expect(sumsOf(one)).toEqual(balanceOf(one));
    expect(samples.some(({ totals }) => totals.arriving > 0)).toBe(true);
    expect(samples.some(({ queue }) => queue.queued + queue.working > 0)).toBe(true);

    const rest = await statusOf(product);
    expect(sumsOf(rest)).toEqual(balanceOf(rest));
    for (const way of ways) {
      const { accepted = 0, duplicate = 0, rejected = 0 } = rest.channels.find(({ name }) => name === way) ?? {};
      expect({ way, accepted, duplicate, rejected }).toEqual({ way, ...books[way] });
      for (const count of [accepted, duplicate, rejected]) expect(count).toBeGreaterThan(0);
    }
    expect(rest.totals).toMatchObject({ arriving: 0, messages: rest.totals.accepted });
  } finally {
    await product.stop();
  }
});

test('after a kill under load the messages are accounted for, in the database and over HTTP, also those set aside', {
  timeout: 120_000,
}, async () => {
  const first = await startProduct({ dataDir, config });
  const sending = Promise.allSettled(ways.map((way) => sendEverything(first, way)));
  await until(async () => (await statusOf(first)).queue.queued >= 10);
  await first.kill();
  await sending;

  const left = readBooks();
  expect(left.queued).toBeGreaterThan(0);
  expect(left).toMatchObject({ booked: left.done, accepted: left.done + left.queued + left.dead });
  wearOut(3);

  const second = await startProduct({ dataDir, config });
  try {
    const early = await statusOf(second);
    expect(sumsOf(early)).toEqual(balanceOf(early));
    expect(early.totals).toMatchObject({ received: 0, messages: left.accepted });

    const sampler = sample(second);
    const books = await Promise.all(ways.map((way) => sendEverything(second, way)));
    await until(async () => {
      const { queue } = await statusOf(second);
      return queue.queued + queue.working === 0;
    });
    for (const one of await sampler.stop()) expect(sumsOf(one)).toEqual(balanceOf(one));

    const rest = await statusOf(second);
    expect(rest.queue.dead).toBe(3);
    expect(rest.totals.accepted).toBe(books.reduce((sum, { accepted }) => sum + accepted, 0));
    expect(rest.totals.messages).toBe(left.accepted + rest.totals.accepted);
    expect(rest.totals.done).toBe(rest.totals.messages - 3);
  } finally {
    await second.stop();
  }
  const end = readBooks();
  expect(end).toMatchObject({ booked: end.done, queued: 0, dead: 3, accepted: end.done + 3 });
});

/** Looks without pause until stopped. */
function sample(product: Product) {
  const samples: Status[] = [];
  let going = true;
  const done = (async () => {
    while (going) samples.push(await statusOf(product));
  })();
  done.catch(() => {});
  return {
    taken: () => samples.length,
    async stop(): Promise<Status[]> {
      going = false;
      await done;
      return samples;
    },
  };
}

const copies = 50;
const lanes = 8;
const emptyBook = (): Book => ({ accepted: 0, duplicate: 0, rejected: 0 });

function add(to: Book, more: Book): void {
  for (const outcome of ['accepted', 'duplicate', 'rejected'] as const) to[outcome] += more[outcome];
}

/** Messages of every kind at the same time: new, sent twice, malformed, unproven, and more than their sender may send. */
async function sendEverything(product: Product, way: Way): Promise<Book> {
  const book = emptyBook();
  const send = await openWay(product, way);
  const run = Math.random().toString(36).slice(2);
  const one = (index: number, more: Message = {}): Message => ({
    sender_id: `${run}-${index}`,
    external_id: `${run}-${index}`,
    content: 'Please send the quarterly report to Mei by Friday',
    ...more,
  });
  // Before it has proved itself a socket may not say much.
  book[await send.proven(one(copies))]++;
  const indices = Array.from({ length: copies }, (_, index) => index);
  const work = async () => {
    for (let index = indices.pop(); index !== undefined; index = indices.pop()) {
      const outcomes = await Promise.all([
        send.proven(one(index)),
        send.proven(one(index)),
        send.proven(one(index, { external_id: `${run}-${index}-busy`, sender_id: `${run}-busy` })),
        send.proven(one(index, { content: 5 })),
        send.unproven(one(index, { external_id: `${run}-${index}-unproven` })),
      ]);
      for (const outcome of outcomes) if (outcome) book[outcome]++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  send.close();
  return book;
}

interface Sender {
  proven(message: Message): Promise<Outcome>;
  /** Null where the transport turns it away before a channel hears of it. */
  unproven(message: Message): Promise<Outcome | null>;
  close(): void;
}

async function openWay(product: Product, way: Way): Promise<Sender> {
  if (way === 'socket') return openSocketWay(product);
  const url = `${product.url}${way === 'webhook' ? '/api/messages' : '/api/v1/messages'}`;
  const post = async (message: Message, headers: (body: string) => Record<string, string>): Promise<Outcome> => {
    const body = JSON.stringify(message);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(body) },
      body,
    });
    const { duplicate } = (await response.json()) as { duplicate?: boolean };
    if (!response.ok) return 'rejected';
    return duplicate ? 'duplicate' : 'accepted';
  };
  if (way === 'webhook') {
    return {
      proven: (message) => post(message, (body) => ({ 'x-signature': sign(webhookSecret, body) })),
      unproven: (message) => post(message, (body) => ({ 'x-signature': sign('another secret', body) })),
      close: () => {},
    };
  }
  return {
    proven: (message) => post(message, () => ({ authorization: `Bearer ${product.token}` })),
    async unproven(message) {
      await post(message, () => ({ authorization: 'Bearer wrong' }));
      return null;
    },
    close: () => {},
  };
}

async function openSocketWay(product: Product): Promise<Sender> {
  const peer = await openTestSocket(product.wsUrl);
  peer.send({ type: 'auth', token: product.token });
  const waiting = new Map<string, ((outcome: Outcome) => void)[]>();
  let fail = (_error: Error) => {};
  const broken = new Promise<never>((_resolve, reject) => (fail = reject));
  broken.catch(() => {});
  peer.socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8')) as { type: string; external_id?: string; duplicate?: boolean };
    if (frame.type === 'ack') settle(frame.external_id, frame.duplicate ? 'duplicate' : 'accepted');
    if (frame.type === 'error') settle(frame.external_id, 'rejected');
  });
  peer.socket.on('close', () => fail(new Error('the socket closed')));

  function settle(key: string | undefined, outcome: Outcome): void {
    waiting.get(key ?? '')?.shift()?.(outcome);
  }

  return {
    proven(message) {
      const answered = new Promise<Outcome>((resolve) => {
        const key = String(message['external_id']);
        waiting.set(key, [...(waiting.get(key) ?? []), resolve]);
      });
      peer.send(message);
      return Promise.race([answered, broken]);
    },
    unproven: async () => null,
    close: () => peer.socket.terminate(),
  };
}

/** Each counted from its own table, and what is booked as done when it is. */
function readBooks() {
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const one = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? Number.NaN;
  const books = {
    accepted: one("SELECT count(*) FROM messages WHERE direction = 'in'"),
    queued: one('SELECT count(*) FROM inbox'),
    dead: one('SELECT count(*) FROM dead_letters'),
    done: one("SELECT count(DISTINCT in_reply_to) FROM messages WHERE direction = 'out'"),
    booked: one("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'messages_done'"),
  };
  db.close();
  return books;
}

/** As if the product had ended eight times with the first of the queue in hand, so that they are set aside. */
function wearOut(messages: number): void {
  const db = new Database(join(dataDir, 'memory.db'));
  db.prepare(
    'UPDATE inbox SET attempts = 8 WHERE message_seq IN (SELECT message_seq FROM inbox ORDER BY message_seq LIMIT ?)',
  ).run(messages);
  db.close();
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
