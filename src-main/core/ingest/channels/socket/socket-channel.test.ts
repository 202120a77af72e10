import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../../../../src-shared/schema/access.ts';
import { AppError } from '../../../foundation/app-error.ts';
import { systemClock } from '../../../foundation/clock.ts';
import { createEventBus } from '../../../foundation/events.ts';
import { createIds } from '../../../foundation/ids.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { SocketConnection } from '../../../foundation/socket-route.ts';
import { openStore, type Store } from '../../../store/index.ts';
import { createInbox } from '../../inbox.ts';
import type { Channel, Inbox, Outbound } from '../../types.ts';
import { createSocketChannel } from './index.ts';

const ids = createIds(Date.now);
let folder: string;
let store: Store;
let inbox: Inbox;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-socket-'));
  store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => expect.fail(String(error)),
  });
  inbox = createInbox({
    store,
    ids,
    clock: systemClock,
    events: createEventBus(),
    queueLimit: 100_000,
    ratePerMinute: 1_000_000,
    onStored: () => {},
  });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Frame = Record<string, unknown>;

interface Peer {
  frames: Frame[];
  closedWith: number | null;
  /** What `send` does instead of arriving. */
  sending: (() => Promise<void>) | null;
  say(frame: unknown): void;
  leave(): void;
  connection: SocketConnection;
}

/** A peer with a proven token, as the transport hands it over. */
function makePeer(tokenId = 'token-a', role: Role = 'operator'): Peer {
  const frames: Frame[] = [];
  let take: (frame: unknown) => void = () => {};
  const closers: (() => void)[] = [];
  const peer: Peer = {
    frames,
    closedWith: null,
    sending: null,
    say: (frame: unknown) => take(frame),
    leave: () => closers.splice(0).forEach((close) => close()),
    connection: {
      principal: { tokenId, role, label: 'test' },
      remote: '127.0.0.1',
      send: async (frame) => {
        if (peer.sending) return peer.sending();
        frames.push(frame as Frame);
      },
      onFrame: (listener) => (take = listener),
      onClose: (done) => closers.push(done),
      close: (code) => {
        peer.closedWith = code;
        peer.leave();
      },
    },
  };
  return peer;
}

function open(behind: Inbox = inbox, onReachable = () => {}): Channel & { join(peer: Peer): void } {
  const channel = createSocketChannel({
    address: '/ws',
    inbox: behind,
    ids,
    clock: systemClock,
    logger: silentLogger,
    findMessage: (id) => store.call('messages.get', { id }),
    onReachable,
  });
  return { ...channel, join: (peer) => channel.socketRoute?.accept(peer.connection) };
}

const until = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5_000, interval: 5 });
let made = 0;
const hello = (more: Frame = {}): Frame => ({ sender_id: 'ann', content: 'hello', external_id: `s${made++}`, ...more });

async function askedBy(peer: Peer, conversation_id: string): Promise<Outbound> {
  const before = peer.frames.length;
  peer.say(hello({ conversation_id }));
  await until(() => peer.frames.length > before);
  const { id, external_id } = peer.frames.at(-1) as { id: string; external_id: string };
  const question = await store.call('messages.get', { id });
  if (!question) throw new Error('the question is not stored');
  return {
    idempotency_key: `reply:${id}`,
    channel: 'socket',
    conversation_id,
    recipient_id: 'ann',
    in_reply_to: { id, external_id },
    message: { ...question, id: `r-${id}`, content: '你好 😀', direction: 'out', in_reply_to: id },
  };
}

const never = new AbortController().signal;

describe('a message over a socket', () => {
  test('is acknowledged once it is stored, with or without a type', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    peer.say(hello({ type: 'message', external_id: 'typed', metadata: { mood: 'good', token_id: 'forged' } }));
    peer.say(hello({ external_id: 'plain' }));
    await until(() => peer.frames.length === 2);

    expect(peer.frames).toMatchObject([
      { type: 'ack', external_id: 'typed', duplicate: false },
      { type: 'ack', external_id: 'plain', duplicate: false },
    ]);
    expect(await store.call('messages.get', { id: String(peer.frames[0]?.['id']) })).toMatchObject({
      platform: 'socket',
      channel: 'socket',
      metadata: { mood: 'good', token_id: 'token-a' },
    });
  });

  test('sent again is told to be the same one', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    const message = hello();
    for (let i = 0; i < 3; i++) peer.say(message);
    await until(() => peer.frames.length === 3);
    expect(new Set(peer.frames.map(({ id }) => id)).size).toBe(1);
    expect(peer.frames.filter(({ duplicate }) => duplicate === false)).toHaveLength(1);
    expect(channel.status()).toMatchObject({ state: 'ready', accepted: 1, duplicate: 2 });
  });

  test('without an id is given one, which the acknowledgement names', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    peer.say({ sender_id: 'ann', content: 'hello' });
    await until(() => peer.frames.length === 1);
    const { id, external_id } = peer.frames[0] as { id: string; external_id: string };
    expect(await store.call('messages.get', { id })).toMatchObject({ external_id });
  });

  test('keeps its place among those that came with it', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    for (let i = 0; i < 200; i++) peer.say(hello({ content: String(i), conversation_id: 'in order' }));
    await until(() => peer.frames.length === 200);
    const page = await store.call('messages.ofConversation', {
      id: 'socket:in order',
      cursor: Number.MAX_SAFE_INTEGER,
      limit: 500,
    });
    expect(page?.items.map(({ content }) => content).reverse()).toEqual(
      Array.from({ length: 200 }, (_, i) => String(i)),
    );
  });

  const refusals: [string, unknown, RegExp][] = [
    ['a list', [], /^the body: /],
    ['null', null, /^the body: /],
    ['text', 'hello', /^the body: /],
    ['another type', { type: 'auth', token: 'x' }, /^type: /],
    ['no content', { sender_id: 'ann', external_id: 'bad' }, /^content: /],
    ['a message of the chat', { ...hello(), platform: 'chat' }, /^platform: /],
  ];
  test.each(refusals)('%s is refused by name and costs no connection', async (_what, frame, says) => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    peer.say(frame);
    peer.say(hello());
    await until(() => peer.frames.length === 2);
    expect(peer.frames.find(({ type }) => type === 'error')).toMatchObject({
      code: 'MESSAGE_INVALID',
      detail: expect.stringMatching(says),
    });
    expect(peer.frames.filter(({ type }) => type === 'ack')).toHaveLength(1);
    expect(peer.closedWith).toBeNull();
    expect(channel.status()).toMatchObject({ accepted: 1, rejected: 1 });
  });

  test('a refusal says which message is meant', async () => {
    const peer = makePeer();
    open().join(peer);
    peer.say({ sender_id: 'ann', external_id: 'bad' });
    await until(() => peer.frames.length === 1);
    expect(peer.frames[0]).toMatchObject({ type: 'error', external_id: 'bad' });
  });

  test('is not taken from a token that may only read', async () => {
    const peer = makePeer('reader', 'viewer');
    open().join(peer);
    peer.say(hello());
    await until(() => peer.frames.length === 1);
    expect(peer.frames[0]).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
  });

  test('that finds no room is asked to come back, and why is not told of anything unexpected', async () => {
    const failures = [new AppError('QUEUE_FULL', 'full', { retry_after_s: 2 }), new Error('private words')];
    const peer = makePeer();
    open({ ...inbox, accept: () => Promise.reject(failures.shift()) }).join(peer);
    peer.say(hello({ external_id: 'again' }));
    peer.say(hello());
    await until(() => peer.frames.length === 2);
    expect(peer.frames).toMatchObject([
      { type: 'error', code: 'QUEUE_FULL', external_id: 'again', retry_after_s: 2 },
      { type: 'error', code: 'INTERNAL' },
    ]);
    expect(JSON.stringify(peer.frames)).not.toContain('private');
  });
});

describe('a peer that floods', () => {
  /** An inbox whose disk stands still until it is let go. */
  function stalled() {
    let release = () => {};
    const moving = new Promise<void>((resolve) => (release = resolve));
    let [inFlight, most] = [0, 0];
    const behind: Inbox = {
      ...inbox,
      async accept(incoming) {
        most = Math.max(most, ++inFlight);
        await moving;
        inFlight--;
        return { id: incoming.external_id, duplicate: false };
      },
    };
    return { behind, release: () => release(), most: () => most };
  }

  test('has 32 messages under way, 256 waiting, and is asked to slow down beyond', async () => {
    const { behind, release, most } = stalled();
    const channel = open(behind);
    const peer = makePeer();
    channel.join(peer);
    for (let i = 0; i < 300; i++) peer.say(hello());
    await until(() => peer.frames.length === 300 - 32 - 256);
    expect(peer.frames.every(({ code, retry_after_s }) => code === 'QUEUE_FULL' && retry_after_s === 1)).toBe(true);

    release();
    await until(() => peer.frames.length === 300);
    expect(most()).toBe(32);
    expect(channel.status()).toMatchObject({ accepted: 288, rejected: 12 });
  });

  test('has at most 4 MiB waiting, and room again once they are through', async () => {
    const { behind, release } = stalled();
    const peer = makePeer();
    const channel = open(behind);
    channel.join(peer);
    const long = 'x'.repeat(190_000);
    for (let i = 0; i < 64; i++) peer.say(hello({ content: long }));
    await until(() => peer.frames.length > 0);
    expect(peer.frames.length).toBeGreaterThanOrEqual(20);
    release();
    await until(() => peer.frames.length === 64);
    for (let i = 0; i < 40; i++) peer.say(hello({ content: long }));
    await until(() => peer.frames.length === 104);
    expect(peer.frames.slice(64).every(({ type }) => type === 'ack')).toBe(true);
  });

  test('and leaves: what had not begun is forgotten, what had begun ends', async () => {
    const { behind, release } = stalled();
    const channel = open(behind);
    const peer = makePeer();
    channel.join(peer);
    for (let i = 0; i < 100; i++) peer.say(hello());
    peer.leave();
    const closed = channel.close();
    release();
    await closed;
    expect(channel.status()).toMatchObject({ accepted: 32 });
  });
});

describe('a reply', () => {
  test('goes to the connection that asked, and to no other', async () => {
    const channel = open();
    const [asking, otherRoom, stranger] = [makePeer('token-a'), makePeer('token-a'), makePeer('token-b')];
    for (const peer of [asking, otherRoom, stranger]) channel.join(peer);
    await askedBy(otherRoom, 'another room');
    await askedBy(stranger, 'a room');
    const outbound = await askedBy(asking, 'a room');

    await channel.deliver?.(outbound, never);

    expect(asking.frames.at(-1)).toEqual({
      type: 'reply',
      id: outbound.message.id,
      in_reply_to: outbound.in_reply_to.id,
      in_reply_to_external_id: outbound.in_reply_to.external_id,
      conversation_id: 'a room',
      content: '你好 😀',
      attachments: [],
    });
    for (const peer of [otherRoom, stranger]) expect(peer.frames.filter(({ type }) => type === 'reply')).toEqual([]);
  });

  test('waits while nobody is there, and reaches the same token when it comes back, also after a restart', async () => {
    const before = open();
    const asking = makePeer('token-a');
    before.join(asking);
    const outbound = await askedBy(asking, 'room of the leaver');
    asking.leave();
    await expect(before.deliver?.(outbound, never)).rejects.toMatchObject({ kind: 'retry' });

    const reachable = vi.fn<() => void>();
    const after = open(inbox, reachable);
    const stranger = makePeer('token-b');
    after.join(stranger);
    await expect(after.deliver?.(outbound, never)).rejects.toMatchObject({ kind: 'retry' });
    const back = makePeer('token-a');
    after.join(back);
    expect(reachable).toHaveBeenCalledTimes(2);
    await after.deliver?.(outbound, never);
    expect(back.frames).toMatchObject([{ type: 'reply', in_reply_to: outbound.in_reply_to.id }]);
    expect(stranger.frames).toEqual([]);
  });

  test('that never left may be sent again; one that may be on its way is not', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    const outbound = await askedBy(peer, 'a bad line');

    peer.sending = () => Promise.reject(new Error('the peer is gone'));
    await expect(channel.deliver?.(outbound, never)).rejects.toMatchObject({ kind: 'retry' });
    peer.sending = () => new Promise(() => {});
    await expect(channel.deliver?.(outbound, AbortSignal.timeout(20))).rejects.toMatchObject({ kind: 'unknown' });
    await expect(channel.deliver?.(outbound, AbortSignal.abort())).rejects.toMatchObject({ kind: 'retry' });
  });

  test('to a question that nobody remembers is given up', async () => {
    const channel = open();
    const peer = makePeer();
    channel.join(peer);
    const outbound = await askedBy(peer, 'somewhere');
    const lost = { ...outbound, in_reply_to: { id: 'gone', external_id: 'gone' } };
    await expect(channel.deliver?.(lost, never)).rejects.toMatchObject({ kind: 'permanent' });
  });
});

test('when the product stops, every peer is told', async () => {
  const channel = open();
  const peers = [makePeer(), makePeer()];
  for (const peer of peers) channel.join(peer);
  await channel.close();
  expect(peers.map(({ closedWith }) => closedWith)).toEqual([1001, 1001]);
});
