import { afterEach, expect, test } from 'vitest';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { exchange, raw } from '../fakes/raw-http.ts';
import { sign } from '../fakes/signed-load.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

/*
 * The log holds no text of people, so nothing hostile should reach it at all; what the log does with a text that reaches
 * it all the same stands in src-main/core/foundation/logger.test.ts.
 */
const forged = '{"level":"error","time":"2026-01-01T00:00:00.000Z","msg":"forged"}';
const hostile = [
  `a\r\n${forged}\r\n`,
  `b\n${forged}`,
  '\u001b[2J\u001b[1;31mforged\u001b]0;forged\u0007',
  '\u009b31mforged',
  'forged\u202egnp.exe\u202c',
  '\u2066forged\u2069\u200b\ufeff',
  `c\u2028${forged}\u2029`,
  '","msg":"forged","x":"',
  `d\u0000\u0008\u007f${forged}`,
  `伪造的一行\n{"msg":"forged"}`,
];
/** Where a sender may put it. The first line of a request and its headers cannot hold a line end, so that is sent as it would be escaped. */
const places = [
  'sender',
  'external id',
  'conversation',
  'metadata',
  'unknown key',
  'header',
  'user agent',
  'path',
  'query',
  'frame',
];

let product: Product | undefined;
afterEach(async () => void (await product?.stop()));

test(`hostile texts leave one line of JSON for each event and nothing of themselves: ${hostile.length * places.length}/${hostile.length * places.length}`, async () => {
  // Replies cannot be delivered, so that each message taken leaves a line, too.
  const config = { platforms: { webhook: { reply_url: 'http://127.0.0.1:9/' } } };
  product = await startProduct({ config, args: ['--debug'] });
  const before = linesOf(product).length;
  for (const text of hostile) await sendEverywhere(product, text);
  await until(() => count(product, 'delivery.attempt_failed') >= hostile.length * 3);

  const lines = linesOf(product);
  const refused = count(product, 'webhook.refused');
  expect(refused).toBeGreaterThan(hostile.length * 2);
  expect(lines.length - before).toBe(count(product, 'delivery.attempt_failed') + refused);
  for (const line of lines) {
    expect(line).toMatch(/^\{[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*\}$/u);
    expect(Math.max(...stringsIn(JSON.parse(line)).map(({ length }) => length))).toBeLessThanOrEqual(512);
  }
  expect(product.logs()).not.toMatch(/forged|伪造/);
});

const linesOf = (running: Product): string[] => running.logs().split('\n').slice(0, -1);
const count = (running: Product | undefined, event: string): number =>
  (running?.logs().split(`"msg":"${event}"`).length ?? 1) - 1;

async function sendEverywhere({ url, wsUrl, token }: Product, text: string): Promise<void> {
  const port = Number(new URL(url).port);
  const host = `host: 127.0.0.1:${port}`;
  const signed = (message: Record<string, unknown>) => {
    const body = JSON.stringify(message);
    return fetch(`${url}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': sign(webhookSecret, body) },
      body,
    });
  };
  const message = { sender_id: 'ana', conversation_id: `ana ${text}`, content: 'hello' };
  for (const one of [
    { ...message, sender_id: text, conversation_id: `sender ${text}`, external_id: `sender ${text}` },
    { ...message, external_id: text },
    {
      ...message,
      conversation_id: `other ${text}`,
      external_id: `conversation ${text}`,
      metadata: { note: text.repeat(50) },
    },
  ])
    expect((await signed(one)).status).toBe(202);
  expect((await signed({ ...message, content: 5, [text]: text })).status).toBe(400);

  const bytes = Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, ' ');
  const long = bytes + 'x'.repeat(15_000 - bytes.length);
  const answers = [
    ...['x-signature', 'x-delivery-id', 'user-agent'].map((name) =>
      raw('POST', '/api/messages', [host, 'content-type: application/json', `${name}: ${long}`], '{}'),
    ),
    raw('GET', `/${encodeURIComponent(text)}`, [host]),
    raw('GET', `/api/v1/messages/${encodeURIComponent(text)}?cursor=${encodeURIComponent(text)}`, [
      host,
      `authorization: Bearer ${token}`,
    ]),
  ];
  for (const request of answers) expect((await exchange(port, request)).status).toBeGreaterThanOrEqual(400);

  const peer = await openTestSocket(wsUrl);
  peer.send({ type: 'auth', token });
  peer.send({ type: text, sender_id: { [text]: text }, content: text, external_id: text });
  await peer.next();
  peer.socket.terminate();
}

const stringsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
      : [];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
