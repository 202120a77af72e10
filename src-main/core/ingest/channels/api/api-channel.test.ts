import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../../../src-shared/schema/message.ts';
import { systemClock } from '../../../foundation/clock.ts';
import { createEventBus } from '../../../foundation/events.ts';
import { createIds } from '../../../foundation/ids.ts';
import { openStore, type Store } from '../../../store/index.ts';
import { createInbox } from '../../inbox.ts';
import type { Inbox } from '../../types.ts';
import { createApiChannel } from './index.ts';

const ids = createIds(Date.now);
let folder: string;
let store: Store;
let inbox: Inbox;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-api-'));
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

interface Call {
  query?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

function open(behind: Inbox = inbox) {
  const channel = createApiChannel({ inbox: behind, ids, clock: systemClock });
  const [route] = channel.httpRoutes;
  if (!route) throw new Error('the channel has no route');
  const post = async (
    body: unknown,
    { query = '', headers = {}, signal = new AbortController().signal }: Call = {},
  ) => {
    const { status, body: answer } = await route.handle({
      headers,
      query: new URLSearchParams(query),
      body: Buffer.from(JSON.stringify(body)),
      remote: '127.0.0.1',
      principal: { tokenId: 't', role: 'operator', label: 'test' },
      signal,
    });
    return { status, answer: answer as { id: string; duplicate: boolean; status: string; reply?: unknown } };
  };
  return { channel, route, post };
}

const hello = { sender_id: 'ann', content: 'hello' };
const find = (id: string) => store.call('messages.get', { id });
const refused = (field: string) =>
  expect.objectContaining({ code: 'MESSAGE_INVALID', message: expect.stringMatching(new RegExp(`^${field}: `)) });

describe('a message over REST', () => {
  test('needs a token of an operator, and has the same bound as a webhook', () => {
    expect(open().route).toMatchObject({
      method: 'POST',
      path: '/api/v1/messages',
      access: 'operator',
      maxBytes: 1_048_576,
    });
  });

  test('is stored, and the same id again is the same message', async () => {
    const { post, channel } = open();
    const first = await post({ ...hello, external_id: 'rest-1' });
    const again = await post({ ...hello, external_id: 'rest-1' });
    expect(first).toMatchObject({ status: 202, answer: { duplicate: false, status: 'accepted' } });
    expect(again).toMatchObject({ status: 200, answer: { duplicate: true, id: first.answer.id } });
    expect(await find(first.answer.id)).toMatchObject({
      platform: 'api',
      channel: 'api',
      external_id: 'rest-1',
      conversation_id: 'ann',
    });
    expect(channel.status()).toMatchObject({ accepted: 1, duplicate: 1, rejected: 0 });
  });

  test('without an id is keyed by Idempotency-Key', async () => {
    const { post } = open();
    const headers = { 'idempotency-key': 'rest-2' };
    await post(hello, { headers });
    expect(await post(hello, { headers })).toMatchObject({ status: 200, answer: { duplicate: true } });
  });

  test('without any key is a message of its own each time', async () => {
    const { post } = open();
    const [first, second] = [await post(hello), await post(hello)];
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(first.answer.id).not.toBe(second.answer.id);
  });

  test('that is no message, has a bad key or claims to be the chat is refused by name', async () => {
    const { post, channel } = open();
    await expect(post({ sender_id: 'ann' })).rejects.toEqual(refused('content'));
    await expect(post([])).rejects.toEqual(refused('the body'));
    await expect(post(hello, { headers: { 'idempotency-key': 'a, b' } })).rejects.toEqual(refused('Idempotency-Key'));
    await expect(post({ ...hello, platform: 'chat' })).rejects.toEqual(refused('platform'));
    expect(channel.status()).toMatchObject({ accepted: 0, rejected: 4 });
  });
});

describe('waiting for the reply', () => {
  const reply: Message = {
    id: 'r',
    platform: 'api',
    sender_id: 'clawdbot',
    content: '好的',
    timestamp: 1,
    attachments: [],
    external_id: 'reply:r',
    conversation_id: 'ann',
    channel: 'api',
    metadata: {},
    direction: 'out',
    in_reply_to: 'q',
    state: 'sent',
    received_at: '2026-11-24T08:00:00Z',
    timeline: [],
    task_ids: [],
    memory_ids: [],
  };

  /** An inbox that stores, and answers those who wait as told. */
  function answering(answer: Message | null) {
    const waits: { ms: number; signal: AbortSignal | undefined }[] = [];
    const behind: Inbox = {
      accept: (incoming) => inbox.accept(incoming),
      waitForReply: async (_id, ms, signal) => {
        waits.push({ ms, signal });
        return answer;
      },
    };
    return { waits, behind };
  }

  test('brings it as a unified message', async () => {
    const { post } = open(answering(reply).behind);
    const { answer } = await post(hello, { query: 'wait=5' });
    expect(answer.reply).toEqual({
      id: 'r',
      platform: 'api',
      sender_id: 'clawdbot',
      content: '好的',
      timestamp: 1,
      attachments: [],
      external_id: 'reply:r',
      conversation_id: 'ann',
      channel: 'api',
      metadata: {},
    });
  });

  test('ends without one when it is not ready in time', async () => {
    const { answer, status } = await open(answering(null).behind).post(hello, { query: 'wait=1' });
    expect(status).toBe(202);
    expect(answer).not.toHaveProperty('reply');
  });

  test.each([
    ['wait=1', [1_000]],
    ['wait=0.2', [1_000]],
    ['wait=2.5', [2_500]],
    ['wait=60', [60_000]],
    ['wait=86400', [60_000]],
    ['wait=0', []],
    ['', []],
  ])('"%s" waits %j ms', async (query, expected) => {
    const { waits, behind } = answering(null);
    await open(behind).post(hello, { query });
    expect(waits.map(({ ms }) => ms)).toEqual(expected);
  });

  test.each(['wait=', 'wait=abc', 'wait=-1', 'wait=NaN', 'wait=Infinity', 'wait=1e3', 'wait=1&wait=2'])(
    '"%s" is refused and nothing is stored',
    async (query) => {
      const { post, channel } = open();
      await expect(post(hello, { query })).rejects.toEqual(refused('wait'));
      expect(channel.status()).toMatchObject({ accepted: 0, rejected: 1 });
    },
  );

  test('ends when the caller goes away', async () => {
    const gone = new AbortController();
    const waiting = open().post(hello, { query: 'wait=60', signal: gone.signal });
    setTimeout(() => gone.abort(), 20);
    await expect(waiting).resolves.toMatchObject({ status: 202 });
  });
});
