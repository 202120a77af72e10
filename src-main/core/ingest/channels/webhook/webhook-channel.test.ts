import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAppError } from '../../../foundation/app-error.ts';
import { systemClock } from '../../../foundation/clock.ts';
import { createEventBus } from '../../../foundation/events.ts';
import type { RawReply } from '../../../foundation/http-route.ts';
import { createIds } from '../../../foundation/ids.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import { openStore, type Store } from '../../../store/index.ts';
import { createInbox } from '../../inbox.ts';
import type { Channel } from '../../types.ts';
import { createWebhookChannel, type MessageMapping } from './index.ts';

const secret = 'current secret';
let folder: string;
let store: Store;
/** A name of its own for each test's channel: the store is shared, the keys are not. */
let name = 'hook0';
let tests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-webhook-'));
  store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => expect.fail(String(error)),
  });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  name = `hook${++tests}`;
});

function makeInbox(queueLimit = 100_000) {
  return createInbox({
    store,
    ids: createIds(Date.now),
    clock: systemClock,
    events: createEventBus(),
    queueLimit,
    ratePerMinute: 1_000_000,
    onStored: () => {},
  });
}

function open(change: Partial<Parameters<typeof createWebhookChannel>[0]> = {}): Channel {
  return createWebhookChannel({
    name,
    path: '/api/messages',
    secret,
    previousSecret: 'former secret',
    mapping: null,
    replyUrl: null,
    inbox: makeInbox(),
    clock: systemClock,
    egress: { send: () => Promise.reject(new Error('nothing is sent here')) },
    logger: silentLogger,
    ...change,
  });
}

const sign = (text: string | Buffer, by = secret) => createHmac('sha256', by).update(text).digest('hex');
const seconds = () => Math.floor(Date.now() / 1000);
const hello = JSON.stringify({ sender_id: 'ann', content: 'hello' });

/** What the channel answers; a refusal as its status and code. */
async function post(
  channel: Channel,
  body: string | Buffer,
  headers: Record<string, string> = { 'x-signature': sign(body) },
  query = '',
) {
  const route = channel.httpRoutes[0];
  if (!route) throw new Error('the channel has no route');
  const request = {
    headers,
    query: new URLSearchParams(query),
    body: Buffer.from(body),
    remote: '127.0.0.1',
    principal: null,
    signal: new AbortController().signal,
  };
  return route.handle(request).then(
    ({ status, body: answer }: RawReply) => {
      const { id, duplicate } = answer as { id: string; duplicate: boolean };
      return { status, id, duplicate };
    },
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return { status: error.status, code: error.code, message: error.message, data: error.data };
    },
  );
}

const stamped = (body: string, more: Record<string, string> = {}, at = seconds()) => ({
  'x-timestamp': String(at),
  'x-signature': sign(`${at}.${body}`),
  ...more,
});

/** What the channel of this test has stored of the people who speak in these tests. */
async function stored(): Promise<{ external_id: string; content: string; platform: string }[]> {
  const pages = await Promise.all(
    ['ann', 'me', 'vendor'].map((sender) =>
      store.call('messages.ofConversation', { id: `${name}:${sender}`, cursor: Number.MAX_SAFE_INTEGER, limit: 500 }),
    ),
  );
  return pages.flatMap((page) => page?.items ?? []);
}

describe('a signed message', () => {
  test('is stored, and told again as the same message', async () => {
    const channel = open();
    const first = await post(channel, hello);
    const again = await post(channel, hello);

    expect(first).toMatchObject({ status: 202, duplicate: false });
    expect(again).toMatchObject({
      status: 200,
      duplicate: true,
      id: 'id' in first ? first.id : '',
    });
    expect(await stored()).toMatchObject([{ content: 'hello', platform: name }]);
    expect(channel.status()).toMatchObject({ state: 'ready', accepted: 1, duplicate: 1, rejected: 0 });
    expect(channel.status().last_in_at).not.toBeNull();
  });

  test('may come under the former secret', async () => {
    expect(await post(open(), hello, { 'x-signature': sign(hello, 'former secret') })).toMatchObject({ status: 202 });
  });

  test('keeps its own id, whatever the headers say', async () => {
    const body = JSON.stringify({ sender_id: 'ann', content: 'hello', external_id: 'own' });
    const channel = open();
    await post(channel, body, { 'x-signature': sign(body), 'x-delivery-id': 'd1' });
    await post(channel, body, stamped(body, { 'x-delivery-id': 'd2' }));
    expect((await stored()).map(({ external_id }) => external_id)).toEqual(['own']);
  });

  test('is made of any vendor’s JSON by a mapping', async () => {
    const mapping: MessageMapping = (payload) => ({
      message: { sender_id: 'vendor', content: (payload as { text: string }).text, platform: 'ticketing' },
      problems: [],
    });
    expect(await post(open({ mapping }), '{"text":"工单"}')).toMatchObject({ status: 202 });
    expect(await stored()).toMatchObject([{ content: '工单', platform: 'ticketing' }]);
  });

  test('that a mapping can make nothing of is refused by field', async () => {
    const mapping: MessageMapping = () => ({
      message: null,
      problems: [{ field: 'content', message: '$.text is missing' }],
    });
    expect(await post(open({ mapping }), '{}')).toMatchObject({ status: 400, message: 'content: $.text is missing' });
  });

  test('cannot pass for one of the built-in chat', async () => {
    const body = JSON.stringify({ sender_id: 'me', content: 'hello', platform: 'chat' });
    expect(await post(open(), body)).toMatchObject({
      status: 400,
      code: 'MESSAGE_INVALID',
      message: expect.stringMatching(/^platform: /),
    });
    expect(await stored()).toEqual([]);
  });

  test('that finds no room is asked to come back, and is stored then', async () => {
    const channel = open({ inbox: makeInbox(0) });
    expect(await post(channel, hello)).toMatchObject({ status: 429, code: 'QUEUE_FULL', data: { retry_after_s: 2 } });
    expect(channel.status()).toMatchObject({ accepted: 0, rejected: 1 });
    expect(await post(open(), hello)).toMatchObject({ status: 202, duplicate: false });
  });
});

describe('a webhook without a secret', () => {
  test.each([
    ['none', { secret: null, previousSecret: null }, ''],
    ['an empty one', { secret: '', previousSecret: '' }, ''],
    ['only a former one', { secret: null, previousSecret: 'former secret' }, 'former secret'],
  ])('is shut and says so (%s)', async (_what, secrets, by) => {
    const channel = open({ ...secrets, replyUrl: 'http://127.0.0.1:9/' });
    expect(channel.status()).toMatchObject({ state: 'misconfigured', why: expect.stringContaining('secret') });
    expect(channel.deliver).toBeUndefined();
    expect(await post(channel, hello, { 'x-signature': sign(hello, by) })).toMatchObject({ status: 401 });
    expect(await post(channel, hello, {})).toMatchObject({ status: 401 });
    expect(await stored()).toEqual([]);
  });
});

describe('one delivery has one effect', () => {
  const variants = '{ "content": "hello",\n\t"sender_id": "ann" }';

  test('sent three times at once', async () => {
    const channel = open();
    const answers = await Promise.all([1, 2, 3].map(() => post(channel, hello)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(await stored()).toHaveLength(1);
  });

  test('with its signature written in other ways', async () => {
    const channel = open();
    const signature = sign(hello);
    for (const form of [
      signature,
      signature.toUpperCase(),
      `sha256=${signature}`,
      `sha256=${signature.toUpperCase()}`,
    ]) {
      await post(channel, hello, { 'x-signature': form });
    }
    expect(await stored()).toHaveLength(1);
  });

  test('with other white space, signed again', async () => {
    const channel = open();
    for (const body of [hello, hello.replace(',', ' ,\r\n '), `${hello}\n`]) await post(channel, body);
    expect(await stored()).toHaveLength(1);
  });

  test('with another query, or its parts in another order', async () => {
    const channel = open();
    const headers = { 'x-signature': sign(hello) };
    for (const query of ['', 'a=1&b=2', 'b=2&a=1', 'external_id=another']) await post(channel, hello, headers, query);
    expect(await stored()).toHaveLength(1);
  });

  test('signed again under the other secret', async () => {
    const channel = open();
    await post(channel, hello, { 'x-signature': sign(hello, 'former secret') });
    expect(await post(channel, hello)).toMatchObject({ status: 200, duplicate: true });
  });

  test('replayed under another delivery id', async () => {
    const channel = open();
    for (const id of ['d1', 'd2', '']) await post(channel, hello, { 'x-signature': sign(hello), 'x-delivery-id': id });
    expect(await stored()).toHaveLength(1);
  });

  test('replayed under another delivery id after a restart', async () => {
    await post(open(), hello, { 'x-signature': sign(hello), 'x-delivery-id': 'd1' });
    await post(open(), hello, { 'x-signature': sign(hello), 'x-delivery-id': 'd2' });
    expect(await stored()).toHaveLength(1);
  });

  test('with its timestamp, replayed under another delivery id or none', async () => {
    const channel = open();
    const headers = stamped(hello, { 'x-delivery-id': 'd1' });
    await post(channel, hello, headers);
    const replays = [
      { ...headers, 'x-delivery-id': 'd2' },
      { ...headers, 'x-delivery-id': '' },
    ];
    const answers = await Promise.all(replays.map((replay) => post(channel, hello, replay)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await stored()).toMatchObject([{ external_id: 'd1' }]);
  });

  test('stripped of its timestamp, or given one', async () => {
    const channel = open();
    const headers = stamped(hello);
    expect(await post(channel, hello, { 'x-signature': headers['x-signature'] })).toMatchObject({ status: 401 });
    expect(await post(channel, hello, { 'x-signature': sign(hello), 'x-timestamp': String(seconds()) })).toMatchObject({
      status: 401,
    });
    expect(await stored()).toEqual([]);
  });

  test('attempted again with a new timestamp, also after a restart', async () => {
    await post(open(), hello, stamped(hello, { 'x-delivery-id': 'd1' }));
    expect(await post(open(), hello, stamped(hello, { 'x-delivery-id': 'd1' }, seconds() - 30))).toMatchObject({
      duplicate: true,
    });
    expect(await stored()).toHaveLength(1);
  });

  test('attempted again without a timestamp and written differently', async () => {
    const channel = open();
    for (const body of [hello, variants, hello])
      await post(channel, body, { 'x-signature': sign(body), 'x-delivery-id': 'd1' });
    expect(await stored()).toHaveLength(1);
  });

  test('and cannot take the place of one that is still to come', async () => {
    const channel = open();
    await post(channel, hello, { 'x-signature': sign(hello), 'x-delivery-id': 'd1' });
    await post(channel, hello, { 'x-signature': sign(hello), 'x-delivery-id': 'd2' });
    expect(await post(channel, variants, { 'x-signature': sign(variants), 'x-delivery-id': 'd2' })).toMatchObject({
      status: 202,
      duplicate: false,
    });
  });
});

describe('different deliveries stay different', () => {
  test('the same words at another time', async () => {
    const channel = open();
    await post(channel, hello, stamped(hello));
    await post(channel, hello, stamped(hello, {}, seconds() - 1));
    expect(await stored()).toHaveLength(2);
  });

  test('numbers beyond what a parser keeps exact, and white space inside words', async () => {
    const channel = open();
    const numbered = (n: string) => `{"sender_id":"ann","content":"hello","metadata":{"n":${n}}}`;
    const bodies = [
      numbered('9007199254740992'),
      numbered('9007199254740993'),
      hello.replace('hello', 'hel lo'),
      hello.replace('hello', 'hel \\" lo'),
    ];
    for (const body of bodies) expect(await post(channel, body)).toMatchObject({ status: 202 });
    expect(await stored()).toHaveLength(4);
  });
});

describe('what is no message', () => {
  const cases: [string, string | Buffer, RegExp][] = [
    ['nothing', '', /JSON/],
    ['a list', '[]', /^the body: /],
    ['null', 'null', /^the body: /],
    ['empty text', '""', /^the body: /],
    ['cut short', hello.slice(0, -2), /JSON/],
    ['a bare 0xff', Buffer.from([0xff]), /UTF-8/],
    [
      'an overlong sequence',
      Buffer.concat([Buffer.from('{"sender_id":"a","content":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      /UTF-8/,
    ],
    ['no content', '{"sender_id":"a"}', /^content: /],
    ['no sender', '{"content":"a"}', /^sender_id: /],
    ['a number for content', '{"sender_id":"a","content":1}', /^content: /],
    ['a fraction for a time', '{"sender_id":"a","content":"a","timestamp":1.5}', /^timestamp: /],
    ['a bad attachment', '{"sender_id":"a","content":"a","attachments":[{"type":"image"}]}', /^attachments.0.url: /],
    ['a prototype', '{"sender_id":"a","content":"a","__proto__":{"x":1}}', /prototype/],
    ['a constructor', '{"sender_id":"a","content":"a","metadata":{"constructor":{"prototype":{}}}}', /prototype/],
    ['20,000 brackets', '['.repeat(20_000), /nested/],
    ['half an emoji', '{"sender_id":"a","content":"\\ud83d"}', /surrogate/],
    ['a byte order mark', `\uFEFF${hello}`, /byte order mark/],
  ];
  test.each(cases)('%s is refused by name and changes nothing', async (_what, body, says) => {
    const channel = open();
    expect(await post(channel, body)).toMatchObject({ status: 400, message: expect.stringMatching(says) });
    expect(await post(channel, hello)).toMatchObject({ status: 202 });
    expect(await stored()).toHaveLength(1);
    expect(channel.status()).toMatchObject({ accepted: 1, rejected: 1 });
  });

  test('a delivery id that is no name is refused', async () => {
    for (const id of ['a b', 'd1, d2', 'x'.repeat(257), 'ä']) {
      expect(await post(open(), hello, { 'x-signature': sign(hello), 'x-delivery-id': id })).toMatchObject({
        status: 400,
        message: expect.stringContaining('X-Delivery-Id'),
      });
    }
  });

  test('names that the sender chose are not repeated to anybody', async () => {
    const body = JSON.stringify({ sender_id: 'a', content: 'a', metadata: { ['private words '.repeat(9)]: 1 } });
    const answer = await post(open(), body);
    expect(answer).toMatchObject({ status: 400, message: expect.stringMatching(/^metadata: /) });
    expect(JSON.stringify(answer)).not.toContain('private');
  });

  test('nothing is read, stored or repeated before the signature holds', async () => {
    const channel = open();
    const marker = 'a marker that must not come back';
    for (const body of [`{"sender_id":"${marker}","content":"x"}`, `{"${marker}`, '['.repeat(1_000)]) {
      const answer = await post(channel, body, { 'x-signature': sign(body, 'guess'), 'x-delivery-id': marker });
      expect(answer).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
      expect(JSON.stringify(answer)).not.toContain(marker);
    }
    expect(await stored()).toEqual([]);
  });

  test('whatever is signed, the answer is a message that was stored or a plain refusal', async () => {
    const channel = open();
    const often = <T>(usual: fc.Arbitrary<T>) =>
      fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: fc.anything(), weight: 1 });
    const almost = fc.record(
      {
        sender_id: often(fc.string({ minLength: 1 })),
        content: often(fc.string({ unit: 'binary' })),
        timestamp: often(fc.nat()),
        external_id: often(fc.string({ minLength: 1, maxLength: 8 })),
        metadata: often(fc.dictionary(fc.string(), fc.jsonValue())),
        attachments: often(fc.constant([])),
      },
      { requiredKeys: ['sender_id', 'content'] },
    );
    const bodies = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      almost.map((value) =>
        Buffer.from(
          JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? '',
        ),
      ),
    );
    const accepted = new Set<string>();
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const answer = await post(channel, body);
        expect([200, 202, 400]).toContain(answer.status);
        if ('id' in answer) accepted.add(answer.id);
      }),
      { numRuns: 1_000 },
    );
    const { messages_in } = await store.call('store.totals', null);
    expect(channel.status().accepted).toBe(accepted.size);
    expect(messages_in).toBeGreaterThanOrEqual(accepted.size);
    expect(accepted.size).toBeGreaterThan(50);
  });
});
