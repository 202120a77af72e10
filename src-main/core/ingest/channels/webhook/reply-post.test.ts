import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createEgress } from '../../../foundation/egress/index.ts';
import { silentLogger } from '../../../foundation/logger.ts';
import type { Outbound } from '../../types.ts';
import { createReplyPost } from './reply-post.ts';

const secret = 'secret of the hook';
const nowMs = Date.parse('2026-11-24T08:00:00Z');
const egress = createEgress({ allowPrivate: [], logger: silentLogger });
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const outbound: Outbound = {
  idempotency_key: 'reply:01K',
  channel: 'webhook',
  conversation_id: 'room',
  recipient_id: 'ann',
  in_reply_to: { id: '01K', external_id: 'e1' },
  message: {
    id: '01L',
    platform: 'webhook',
    sender_id: 'clawdbot',
    content: '你好 😀 👨‍👩‍👧‍👦 𠮷',
    timestamp: 1_800_000_000,
    attachments: [],
    external_id: 'reply:01K',
    conversation_id: 'room',
    channel: 'webhook',
    metadata: {},
    direction: 'out',
    in_reply_to: '01K',
    state: 'answered',
    received_at: '2026-11-24T08:00:00Z',
    timeline: [],
    task_ids: [],
    memory_ids: [],
  },
};

interface Seen {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A receiver that answers every request in one way. */
async function startReceiver(answer: (response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks) });
      answer(response);
    });
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: await listen(server), seen };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`)),
  );
}

const post = (url: string, signal = new AbortController().signal) =>
  createReplyPost({ url, secret, clock: { now: () => nowMs }, egress }).post(outbound, signal);
const replying = (status: number, headers: Record<string, string> = {}) =>
  startReceiver((response) => response.writeHead(status, headers).end());

describe('a reply that is posted', () => {
  test('carries the message, what it answers and a signature that its receiver can check', async () => {
    const { url, seen } = await replying(200);
    await post(url);

    const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = seen;
    const timestamp = String(nowMs / 1000);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      connection: 'close',
      'x-timestamp': timestamp,
      'x-signature': createHmac('sha256', secret)
        .update(`${timestamp}.${body.toString('utf8')}`)
        .digest('hex'),
      'idempotency-key': 'reply:01K',
      'x-delivery-id': 'reply:01K',
    });
    expect(JSON.parse(body.toString('utf8'))).toEqual({
      id: '01L',
      platform: 'webhook',
      sender_id: 'clawdbot',
      content: '你好 😀 👨‍👩‍👧‍👦 𠮷',
      timestamp: 1_800_000_000,
      attachments: [],
      external_id: 'reply:01K',
      conversation_id: 'room',
      channel: 'webhook',
      metadata: {},
      in_reply_to: '01K',
      in_reply_to_external_id: 'e1',
      recipient_id: 'ann',
    });
  });

  test('is delivered whatever the answer says, also when it never ends', async () => {
    const { url } = await startReceiver((response) => {
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    await expect(post(url)).resolves.toBeUndefined();
  });
});

describe('a receiver that refuses', () => {
  test.each([
    [400, {}, 'permanent', undefined],
    [401, {}, 'permanent', undefined],
    [410, {}, 'permanent', undefined],
    [301, { location: 'http://127.0.0.1:1/' }, 'permanent', undefined],
    [307, { location: 'http://127.0.0.1:1/' }, 'permanent', undefined],
    [408, {}, 'retry', undefined],
    [429, {}, 'retry', undefined],
    [500, {}, 'retry', undefined],
    [503, {}, 'retry', undefined],
    [503, { 'retry-after': 'soon' }, 'retry', undefined],
    [429, { 'retry-after': '7' }, 'rate_limited', 7_000],
    [503, { 'retry-after': 'Tue, 24 Nov 2026 08:01:30 GMT' }, 'rate_limited', 90_000],
    [429, { 'retry-after': 'Tue, 24 Nov 2026 07:00:00 GMT' }, 'rate_limited', 0],
    [429, { 'retry-after': '99999999999' }, 'rate_limited', 86_400_000],
    [500, { 'retry-after': '7' }, 'retry', undefined],
  ])('with %i %j is met with %s', async (status, headers, kind, retryAfterMs) => {
    const { url } = await replying(status, headers as unknown as Record<string, string>);
    await expect(post(url)).rejects.toMatchObject({ kind, retryAfterMs });
  });

  test('is not followed to where it points', async () => {
    const elsewhere = await replying(200);
    const { url } = await replying(302, { location: elsewhere.url });
    await expect(post(url)).rejects.toMatchObject({ kind: 'permanent' });
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('a receiver that cannot be reached is tried again', () => {
  test('where nobody listens', async () => {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(post(url)).rejects.toMatchObject({ kind: 'retry' });
  });

  test('where neither of its addresses answers', async () => {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(post(url.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({ kind: 'retry' });
  });

  test('where its name is not known', async () => {
    await expect(post('http://no-such-name.invalid/')).rejects.toMatchObject({ kind: 'retry' });
  });

  test('where it does not speak TLS', async () => {
    const { url } = await replying(200);
    await expect(post(url.replace('http:', 'https:'))).rejects.toMatchObject({ kind: 'retry' });
  });

  test('where its name leads to where replies may not go', async () => {
    const { url, seen } = await replying(200);
    const inside = createEgress({
      allowPrivate: [],
      logger: silentLogger,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const { post: deliver } = createReplyPost({
      url: url.replace('127.0.0.1', 'hooks.example.com'),
      secret,
      clock: { now: () => nowMs },
      egress: inside,
    });
    await expect(deliver(outbound, new AbortController().signal)).rejects.toMatchObject({
      kind: 'retry',
      message: expect.stringContaining('egress.allow_private'),
    });
    expect(seen).toEqual([]);
  });

  test('where we stop before it is called', async () => {
    const { url, seen } = await replying(200);
    await expect(post(url, AbortSignal.abort())).rejects.toMatchObject({ kind: 'retry' });
    expect(seen).toEqual([]);
  });
});

describe('a receiver that took the reply and gave no answer is not sent a second one', () => {
  const startTcp = async (onData: (socket: Socket) => void) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => onData(socket));
      closers.push(() => socket.destroy());
    });
    closers.push(() => server.close());
    return listen(server);
  };

  test('where it hangs up', async () => {
    await expect(post(await startTcp((socket) => socket.destroy()))).rejects.toMatchObject({ kind: 'unknown' });
  });

  test('where it resets the connection', async () => {
    await expect(post(await startTcp((socket) => socket.resetAndDestroy()))).rejects.toMatchObject({ kind: 'unknown' });
  });

  test('where it talks nonsense', async () => {
    await expect(post(await startTcp((socket) => socket.end('nonsense\r\n\r\n')))).rejects.toMatchObject({
      kind: 'unknown',
    });
  });

  test('where it says nothing until we stop', async () => {
    const stopping = new AbortController();
    const url = await startTcp(() => stopping.abort());
    await expect(post(url, stopping.signal)).rejects.toMatchObject({ kind: 'unknown' });
  });
});
