import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChannelStatus } from '../../../src-shared/schema/status.ts';
import { type Clock, systemClock } from '../foundation/clock.ts';
import { createEventBus } from '../foundation/events.ts';
import { createIds } from '../foundation/ids.ts';
import { silentLogger } from '../foundation/logger.ts';
import { type Lease, openStore, type Store } from '../store/index.ts';
import { createDelivery } from './delivery.ts';
import { createInbox, type InboxService } from './inbox.ts';
import { type Channel, DeliveryFailure, type Outbound } from './types.ts';
import { createWorkLoop, type Outcome, retryDelayMs } from './work-loop.ts';

let folder: string;
let store: Store;
let closers: (() => Promise<void>)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-pipeline-'));
  store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => expect.fail(String(error)),
  });
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A clock whose wall time can be moved on; waiting is real but short. */
function movableClock(): Clock & { move(ms: number): void } {
  let offset = 0;
  return {
    now: () => systemClock.now() + offset,
    monotonicMs: () => systemClock.monotonicMs() + offset,
    sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal),
    move: (ms) => (offset += ms),
  };
}

function makeInbox(change: Partial<Parameters<typeof createInbox>[0]> = {}): InboxService {
  return createInbox({
    store,
    ids: createIds(Date.now),
    clock: systemClock,
    events: createEventBus(),
    queueLimit: 1000,
    ratePerMinute: 60_000,
    onStored: () => {},
    ...change,
  });
}

let made = 0;
const incoming = (content: string, conversation_id = 'c', external_id = `e${made++}`) => ({
  channel: 'webhook',
  platform: 'webhook',
  external_id,
  message: { sender_id: 'ana', content, conversation_id },
});

const answerWith = (lease: Lease, text: string, deliver = false): Outcome => ({
  ok: {
    routed_at: Date.now(),
    route: 'note',
    reply: {
      id: `r-${lease.message.id}`,
      platform: lease.message.platform,
      channel: lease.message.channel,
      external_id: `reply:${lease.message.id}`,
      conversation_id: lease.message.conversation_id,
      sender_id: 'clawdbot',
      content: text,
      timestamp: 1,
      attachments: '[]',
      metadata: '{}',
      received_at: Date.now(),
      deliver,
    },
    tasks: [],
    memories: [],
    forget: [],
    sources: [],
  },
});

interface LoopOptions {
  work(leases: Lease[]): Promise<Outcome[]>;
  clock?: Clock;
  inbox?: InboxService;
}

function startLoop({ work, clock = systemClock, inbox }: LoopOptions) {
  const finished: string[] = [];
  const buried: { id: string; reason: string }[] = [];
  const loop = createWorkLoop({
    store,
    clock,
    logger: silentLogger,
    work,
    onFinished: (done) => {
      finished.push(done.message_id);
      inbox?.settleWaiters(done.message_id);
    },
    onBuried: (id, _conversation, reason) => buried.push({ id, reason }),
    isBusy: () => false,
    isPaused: () => false,
  });
  closers.push(() => loop.stop());
  return { loop, finished, buried };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect.fail('it did not come about');
}

test('a conversation is answered in order while others go on beside it', async () => {
  const inbox = makeInbox();
  const seen: string[] = [];
  const { loop, finished } = startLoop({
    work: async (leases) => {
      seen.push(...leases.map(({ message }) => message.content));
      return leases.map((lease) => answerWith(lease, 'ok'));
    },
  });
  const sent = Array.from({ length: 120 }, (_, index) =>
    incoming(`${index % 4}:${Math.floor(index / 4)}`, `c${index % 4}`),
  );
  for (const one of sent) await inbox.accept(one);
  await loop.start();
  await until(() => finished.length === 120);
  for (let conversation = 0; conversation < 4; conversation++) {
    const order = seen.filter((text) => text.startsWith(`${conversation}:`)).map((text) => Number(text.split(':')[1]));
    expect(order).toEqual(Array.from({ length: 30 }, (_, index) => index));
  }
});

test('a message that fails is tried again later, and those after it wait for it', async () => {
  const clock = movableClock();
  const inbox = makeInbox();
  const order: string[] = [];
  let failures = 2;
  const { loop, finished } = startLoop({
    clock,
    work: async (leases) =>
      leases.map((lease) => {
        order.push(lease.message.content);
        if (lease.message.content === 'first' && failures-- > 0) return { error: new Error('not today') };
        return answerWith(lease, 'ok');
      }),
  });
  for (const text of ['first', 'second']) await inbox.accept(incoming(text));
  await loop.start();
  await until(() => order.length >= 2);
  clock.move(retryDelayMs(1));
  loop.wake();
  await until(
    async () =>
      (await store.call('work.nextDue', null)) !== null && order.filter((text) => text === 'first').length === 2,
  );
  clock.move(retryDelayMs(2));
  loop.wake();
  await until(() => finished.length === 2);
  const kept = await store.call('messages.get', { id: finished[0] ?? '' });
  expect(kept?.content).toBe('first');
  expect(kept?.timeline.filter(({ state }) => state === 'retrying')).toHaveLength(2);
});

test('a message that always fails is set aside with its reason, and those after it go on', async () => {
  const clock = movableClock();
  const inbox = makeInbox();
  const { loop, finished, buried } = startLoop({
    clock,
    work: async (leases) =>
      leases.map((lease) =>
        lease.message.content === 'poison' ? { error: new RangeError('secret text') } : answerWith(lease, 'ok'),
      ),
  });
  await inbox.accept(incoming('poison'));
  await inbox.accept(incoming('after it'));
  await loop.start();
  await until(() => {
    clock.move(10 * 60_000);
    loop.wake();
    return buried.length === 1 && finished.length === 1;
  });
  expect(buried[0]?.reason).toBe('unexpected failure (RangeError)');
});

test('a batch that kills its worker is taken apart until the guilty message is found', async () => {
  const clock = movableClock();
  const inbox = makeInbox();
  const { loop, finished, buried } = startLoop({
    clock,
    work: async (leases) => {
      if (leases.some(({ message }) => message.content === 'poison')) throw new Error('the worker died');
      return leases.map((lease) => answerWith(lease, 'ok'));
    },
  });
  for (const text of ['a', 'poison', 'b']) await inbox.accept(incoming(text, text));
  await loop.start();
  await until(() => finished.length === 2);
  await until(() => {
    clock.move(10 * 60_000);
    loop.wake();
    return buried.length === 1;
  });
});

test('stopping hands back what was not worked, without counting it as an attempt', async () => {
  const inbox = makeInbox();
  let started = false;
  const { loop } = startLoop({
    work: (leases) =>
      new Promise((_resolve, reject) => {
        started = leases.length > 0;
        setTimeout(() => reject(new Error('the worker was stopped')), 50);
      }),
  });
  await inbox.accept(incoming('hello'));
  await loop.start();
  await until(() => started);
  await loop.stop();
  const [lease] = await store.call('work.lease', { limit: 1, now: Date.now(), leaseMs: 1000, busy: [] });
  expect(lease?.attempts).toBe(1);
});

test('someone who waits gets the reply, also when it was there before they asked', async () => {
  const inbox = makeInbox();
  const { loop, finished } = startLoop({
    inbox,
    work: async (leases) => leases.map((lease) => answerWith(lease, `re: ${lease.message.content}`)),
  });
  await loop.start();
  const { id } = await inbox.accept(incoming('hello'));
  loop.wake();
  expect((await inbox.waitForReply(id, 5000))?.content).toBe('re: hello');
  expect(finished).toEqual([id]);
  expect((await inbox.waitForReply(id, 5000))?.content).toBe('re: hello');
});

test('everyone who waits is told when the product stops, and no new message is taken', async () => {
  const inbox = makeInbox();
  const { id } = await inbox.accept(incoming('hello'));
  const waiting = [inbox.waitForReply(id, 60_000), inbox.waitForReply(id, 60_000)];
  await new Promise((resolve) => setTimeout(resolve, 20));
  await inbox.close();
  expect(await Promise.all(waiting)).toEqual([null, null]);
  await expect(inbox.accept(incoming('too late'))).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});

test('a full queue refuses with the time to come back, and what it refused is not stored', async () => {
  const inbox = makeInbox({ queueLimit: 3 });
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => inbox.accept(incoming('hello'))));
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(7);
  for (const { reason } of refused)
    expect(reason).toMatchObject({ code: 'QUEUE_FULL', data: { retry_after_s: expect.any(Number) } });
  expect(await store.call('store.totals', null)).toMatchObject({ messages_in: 3 });
});

test('a sender beyond its rate is told to wait while another goes on', async () => {
  const clock = movableClock();
  const inbox = makeInbox({ ratePerMinute: 2, clock });
  const from = (sender_id: string) => ({ ...incoming('hello'), message: { sender_id, content: 'hello' } });
  await inbox.accept(from('ana'));
  await inbox.accept(from('ana'));
  await expect(inbox.accept(from('ana'))).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { retry_after_s: 30 } });
  expect(await inbox.accept(from('bo'))).toMatchObject({ duplicate: false });
  clock.move(31_000);
  expect(await inbox.accept(from('ana'))).toMatchObject({ duplicate: false });
});

test('each of many at once is stored, a duplicate or refused, and what was stored is what was told', async () => {
  const inbox = makeInbox({ queueLimit: 5 });
  const same = await Promise.allSettled(Array.from({ length: 4 }, () => inbox.accept(incoming('hello', 'c', 'same'))));
  const others = await Promise.allSettled(Array.from({ length: 9 }, () => inbox.accept(incoming('hello'))));
  const told = [...same, ...others].filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  expect(told.filter(({ duplicate }) => duplicate)).toHaveLength(3);
  const stored = told.filter(({ duplicate }) => !duplicate);
  expect(stored).toHaveLength(5);
  expect((await store.call('store.totals', null)).messages_in).toBe(stored.length);
});

const status = (): ChannelStatus => ({
  name: 'webhook',
  kind: 'webhook',
  state: 'ready',
  address: null,
  why: null,
  last_in_at: null,
  received: 0,
  arriving: 0,
  accepted: 0,
  duplicate: 0,
  rejected: 0,
  strangers: 0,
});

/** Conversations of which it was told that a reply did not arrive. */
const undelivered: string[] = [];

function startDelivery(deliver: (outbound: Outbound) => Promise<void>, clock: Clock = systemClock) {
  const channel: Channel = {
    name: 'webhook',
    kind: 'webhook',
    httpRoutes: [],
    socketRoute: null,
    status,
    deliver,
    close: async () => {},
  };
  const delivery = createDelivery({
    store,
    clock,
    events: createEventBus(),
    logger: silentLogger,
    channel: () => channel,
    isPaused: () => false,
    onUndelivered: (conversation) => undelivered.push(conversation),
  });
  closers.push(() => delivery.stop());
  return delivery;
}

async function answered(texts: string[]): Promise<string[]> {
  const inbox = makeInbox();
  const ids: string[] = [];
  for (const text of texts) ids.push((await inbox.accept(incoming(text))).id);
  const leases = await store.call('work.lease', { limit: 50, now: Date.now(), leaseMs: 60_000, busy: [] });
  const effects = leases.map((lease) => {
    const outcome = answerWith(lease, `re: ${lease.message.content}`, true);
    if (!('ok' in outcome)) throw outcome.error;
    return { ...outcome.ok, message_seq: lease.message.seq, attempts: 1 };
  });
  await store.call('work.finish', { effects, now: Date.now() });
  return ids;
}

test('replies are sent once, in order, and the messages say so', async () => {
  const ids = await answered(['a', 'b', 'c']);
  const sent: string[] = [];
  await startDelivery(async (outbound) => void sent.push(outbound.message.content)).start();
  await until(() => sent.length === 3);
  expect(sent).toEqual(['re: a', 're: b', 're: c']);
  await until(async () => (await store.call('messages.get', { id: ids[2] ?? '' }))?.state === 'sent');
});

test('a receiver that asks for patience gets the same message later, and the next one only after it', async () => {
  const clock = movableClock();
  await answered(['a', 'b']);
  const tries: string[] = [];
  const delivery = startDelivery(async ({ message }) => {
    tries.push(message.content);
    if (tries.length === 1) throw new DeliveryFailure('rate_limited', 'slow down', 60_000);
  }, clock);
  await delivery.start();
  await until(() => tries.length === 1);
  clock.move(59_000);
  delivery.wake();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(tries).toEqual(['re: a']);
  clock.move(2000);
  delivery.wake();
  await until(() => tries.length === 3);
  expect(tries).toEqual(['re: a', 're: a', 're: b']);
});

test('a delivery that may have arrived is marked so and never sent again', async () => {
  const [id] = await answered(['a']);
  let tries = 0;
  const delivery = startDelivery(async () => {
    tries++;
    throw new DeliveryFailure('unknown', 'the connection broke while the answer was awaited');
  });
  await delivery.start();
  await until(async () => (await store.call('messages.get', { id: id ?? '' }))?.state === 'failed');
  delivery.wake();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(tries).toBe(1);
  expect((await store.call('messages.get', { id: id ?? '' }))?.timeline.at(-1)?.detail).toMatch(/unknown after send/);
  expect(undelivered.splice(0)).toHaveLength(1);
});
