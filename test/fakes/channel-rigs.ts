import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { type Product, webhookSecret } from './product.ts';

/** What a sender is told about one message. */
export interface Told {
  outcome: 'stored' | 'duplicate' | 'refused';
  id: string | null;
  /** HTTP status or close code; null for an answer within a socket that stays open. */
  code: number | null;
  /** Everything that came back, as text. */
  text: string;
}

type Message = Record<string, unknown>;

/** One way in, driven from outside as a stranger's program would. */
export interface Rig {
  name: 'webhook' | 'rest' | 'socket';
  /** The product's name for it. */
  channel: string;
  inject(message: Message): Promise<Told>;
  /** Sends bytes as they are, properly authenticated. */
  raw(bytes: Buffer): Promise<Told>;
  /** The same bytes in every way that proves nothing. */
  unproven(bytes: Buffer): Promise<Told[]>;
  /** The same bytes with proofs that held once and no longer do. */
  stale(bytes: Buffer): Promise<Told[]>;
  /** Sends exactly the same thing again, as a wiretapper could. */
  replay(bytes: Buffer, times: number): Promise<Told[]>;
  /** The words of the reply, as they arrive where this channel sends them. */
  ask(message: Message): Promise<{ id: string; reply: string }>;
  close(): Promise<void>;
}

const hmac = (signed: string | Buffer, secret = webhookSecret) =>
  createHmac('sha256', secret).update(signed).digest('hex');
const bytesOf = (message: Message) => Buffer.from(JSON.stringify(message));

async function post(url: string, body: Buffer, headers: Record<string, string>): Promise<Told & { json: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  });
  const text = await response.text();
  const json = JSON.parse(text) as { id?: string; duplicate?: boolean };
  const outcome = response.ok ? (json.duplicate ? 'duplicate' : 'stored') : 'refused';
  return { outcome, id: json.id ?? null, code: response.status, text, json };
}

const inTurn = async <T>(times: number, run: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await run());
  return results;
};

/** Receives what a webhook posts. Start it before the product: its address goes into the configuration. */
export async function startReplyReceiver() {
  const replies: { headers: IncomingHttpHeaders; body: string }[] = [];
  let tell = () => {};
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      replies.push({ headers: request.headers, body });
      response.end();
      tell();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/replies`,
    async replyTo(id: string): Promise<string> {
      for (;;) {
        const found = replies.find(({ body }) => (JSON.parse(body) as { in_reply_to: string }).in_reply_to === id);
        if (found && isSigned(found)) return (JSON.parse(found.body) as { content: string }).content;
        await new Promise<void>((resolve) => (tell = resolve));
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isSigned = ({ headers, body }: { headers: IncomingHttpHeaders; body: string }): boolean =>
  headers['x-signature'] === hmac(`${String(headers['x-timestamp'])}.${body}`);

type Receiver = Awaited<ReturnType<typeof startReplyReceiver>>;

export function webhookRig(product: Product, receiver: Receiver): Rig {
  const url = `${product.url}/api/messages`;
  const raw = (bytes: Buffer) => post(url, bytes, { 'x-signature': hmac(bytes) });
  const now = () => Math.floor(Date.now() / 1000);
  const stamped = (bytes: Buffer, at: number) => ({
    'x-timestamp': String(at),
    'x-signature': hmac(Buffer.concat([Buffer.from(`${at}.`), bytes])),
  });
  const all = (bytes: Buffer, headers: Record<string, string>[]) =>
    Promise.all(headers.map((each) => post(url, bytes, each)));

  return {
    name: 'webhook',
    channel: 'webhook',
    raw,
    inject: (message) => raw(bytesOf(message)),
    unproven: (bytes) =>
      all(bytes, [
        {},
        { 'x-signature': '' },
        { 'x-signature': 'sha256=' },
        { 'x-signature': hmac(bytes).slice(2) },
        { 'x-signature': hmac(bytes, 'a guess') },
        { 'x-signature': hmac('another body') },
        { 'x-signature': `${hmac(bytes)}, ${hmac(bytes)}` },
        { authorization: `Bearer ${product.token}` },
      ]),
    stale: (bytes) =>
      all(bytes, [
        stamped(bytes, now() - 301),
        stamped(bytes, now() + 302),
        stamped(bytes, now() - 86_400),
        { ...stamped(bytes, now() - 301), 'x-timestamp': String(now()) },
      ]),
    replay: (bytes, times) => inTurn(times, () => raw(bytes)),
    async ask(message) {
      const { id } = await raw(bytesOf(message));
      return { id: id ?? '', reply: await receiver.replyTo(id ?? '') };
    },
    close: () => receiver.close(),
  };
}

export function restRig(product: Product): Rig {
  const url = `${product.url}/api/v1/messages`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const raw = (bytes: Buffer) => post(url, bytes, bearer(product.token));

  return {
    name: 'rest',
    channel: 'api',
    raw,
    inject: (message) => raw(bytesOf(message)),
    unproven: (bytes) =>
      Promise.all([
        ...[{}, { authorization: '' }, { authorization: 'Bearer ' }, { authorization: product.token }].map((headers) =>
          post(url, bytes, headers as Record<string, string>),
        ),
        ...wrongTokens(product.token).map((token) => post(url, bytes, bearer(token))),
        post(`${url}?token=${product.token}`, bytes, {}),
        post(url, bytes, { 'x-signature': hmac(bytes) }),
      ]),
    stale: async (bytes) => Promise.all((await lapsedTokens(product)).map((token) => post(url, bytes, bearer(token)))),
    replay: (bytes, times) =>
      inTurn(times, () => post(url, bytes, { ...bearer(product.token), 'idempotency-key': 'replayed-as-it-was' })),
    async ask(message) {
      const { json } = await post(`${url}?wait=20`, bytesOf(message), bearer(product.token));
      const { id, reply } = json as { id: string; reply?: { content: string } };
      return { id, reply: reply?.content ?? '' };
    },
    close: async () => {},
  };
}

export function socketRig(product: Product): Rig {
  const auth = JSON.stringify({ type: 'auth', token: product.token });
  const raw = (bytes: Buffer) => speak(product.wsUrl, [auth, bytes]);

  return {
    name: 'socket',
    channel: 'socket',
    raw,
    inject: (message) => raw(bytesOf(message)),
    unproven: (bytes) =>
      Promise.all([
        speak(product.wsUrl, [bytes]),
        speak(product.wsUrl, ['{"type":"auth"}', bytes]),
        ...wrongTokens(product.token).map((token) =>
          speak(product.wsUrl, [JSON.stringify({ type: 'auth', token }), bytes]),
        ),
      ]),
    stale: async (bytes) =>
      Promise.all(
        (await lapsedTokens(product)).map((token) =>
          speak(product.wsUrl, [JSON.stringify({ type: 'auth', token }), bytes]),
        ),
      ),
    replay: (bytes, times) => inTurn(times, () => raw(bytes)),
    async ask(message) {
      const { id, text } = await speak(product.wsUrl, [auth, bytesOf(message)], { andListen: true });
      return { id: id ?? '', reply: (JSON.parse(text) as { content: string }).content };
    },
    close: async () => {},
  };
}

const wrongTokens = (token: string) => [
  'x',
  `${token}x`,
  token.slice(0, -8),
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
];

/** One token that has expired and one that was revoked, both good a moment ago. */
async function lapsedTokens(product: Product): Promise<string[]> {
  const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' };
  const mint = async (ttl_seconds: number) => {
    const body = JSON.stringify({ role: 'operator', label: 'lapsing', ttl_seconds });
    const response = await fetch(`${product.url}/api/v1/tokens`, { method: 'POST', headers, body });
    return (await response.json()) as { id: string; token: string };
  };
  const [expiring, revoked] = await Promise.all([mint(1), mint(600)]);
  const used = await Promise.all([expiring, revoked].map(({ token }) => isTaken(product, token)));
  if (used.includes(false)) throw new Error('a fresh token was not taken');
  await fetch(`${product.url}/api/v1/tokens/${revoked.id}`, {
    method: 'DELETE',
    headers: { authorization: headers.authorization },
  });
  while (await isTaken(product, expiring.token)) await new Promise((resolve) => setTimeout(resolve, 100));
  return [expiring.token, revoked.token];
}

const isTaken = async ({ url }: Product, token: string): Promise<boolean> =>
  (await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).ok;

interface Frame {
  type: string;
  id?: string;
  duplicate?: boolean;
  in_reply_to?: string;
}

/** Says all frames in one breath; ends with the acknowledgement, or with the reply to what was acknowledged, an error or the close. */
function speak(url: string, frames: (string | Buffer)[], { andListen = false } = {}): Promise<Told> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    let seen = '';
    let acknowledged: Told | null = null;
    const finish = (told: Told) => {
      resolve(told);
      socket.terminate();
    };
    socket.on('open', () => {
      for (const frame of frames) socket.send(frame, { binary: false });
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      seen += text;
      const { type, id = null, duplicate, in_reply_to } = JSON.parse(text) as Frame;
      if (type === 'error') finish({ outcome: 'refused', id: null, code: null, text });
      if (type === 'ack') acknowledged = { outcome: duplicate ? 'duplicate' : 'stored', id, code: null, text };
      if (acknowledged && !andListen) finish(acknowledged);
      // Replies to what was asked before over a connection that is gone come to this one too.
      if (acknowledged && type === 'reply' && in_reply_to === acknowledged.id) finish({ ...acknowledged, text });
    });
    socket.on('close', (code, reason) => {
      finish({ outcome: 'refused', id: null, code, text: seen + reason.toString('utf8') });
    });
    // The close that follows says all.
    socket.on('error', () => socket.terminate());
  });
}
