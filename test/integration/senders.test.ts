import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { sign } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

const listed = ['U0123ABC', '@ann:example.org', 'péter', '12345'];
const [known = ''] = listed;
/** A list of its own for each channel: YAML would write a shared one as an anchor, which config.yaml refuses. */
const allow = () => ({ allow_senders: [...listed] });

let product: Product;
beforeAll(async () => {
  product = await startProduct({
    config: {
      platforms: {
        webhook: {
          ...allow(),
          endpoints: [
            { name: 'nobody', path: '/hooks/nobody', secret: webhookSecret, allow_senders: [] },
            { name: 'signed', path: '/hooks/signed', secret: webhookSecret },
            { name: 'mapped', path: '/hooks/mapped', secret: webhookSecret, ...allow(), mapping: 'vendor' },
          ],
        },
        api: allow(),
        socket: allow(),
      },
      mappings: { vendor: { sender_id: '{{user.id}}', content: '{{text}}', metadata: { name: '{{user.name}}' } } },
    },
  });
});
afterAll(() => product.stop());

type Sent = { status: number; code: string | undefined };

async function post(path: string, body: unknown): Promise<Sent> {
  const text = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    ...(path.startsWith('/api/v1')
      ? { authorization: `Bearer ${product.token}` }
      : { 'x-signature': sign(webhookSecret, text) }),
  };
  const response = await fetch(`${product.url}${path}`, { method: 'POST', headers, body: text });
  const answer = (await response.json()) as { code?: string };
  return { status: response.status, code: answer.code };
}

async function sendOverSocket(body: Record<string, unknown>): Promise<Sent> {
  const peer = await openTestSocket(product.wsUrl);
  peer.send({ type: 'auth', token: product.token });
  peer.send(body);
  const next = () => peer.next() as Promise<{ type: string; code?: string }>;
  let answer = await next();
  // The reply to what was said before comes to whoever connects.
  while (answer.type === 'reply') answer = await next();
  peer.socket.close();
  return { status: answer.type === 'ack' ? 202 : 403, code: answer.code };
}

const message = (sender_id: string, more: Record<string, unknown> = {}) => ({ sender_id, content: 'hello', ...more });
const ways: Record<string, (sender: string, more?: Record<string, unknown>) => Promise<Sent>> = {
  'the webhook': (sender, more) => post('/api/messages', message(sender, more)),
  'a webhook with a mapping': (sender, more) =>
    post('/hooks/mapped', { user: { id: sender, name: more?.['metadata'] ?? sender }, text: 'hello' }),
  REST: (sender, more) => post('/api/v1/messages', message(sender, more)),
  'socket mode': (sender, more) => sendOverSocket(message(sender, more)),
};

/** Each looks like one who is listed, to a person or after some folding, and is somebody else. */
const impostors: Record<string, [string, Record<string, unknown>?]> = {
  'the same display name': ['U9999ZZZ', { metadata: { name: known, display_name: known, sender_id: known } }],
  'the id as a display name': ['Ann', { metadata: { user: { id: known } }, conversation_id: known }],
  'another home server': ['@ann:evil.example'],
  'a home server that only begins alike': ['@ann:example.org.evil.example'],
  'the name without its server': ['@ann'],
  'a user name that was taken over': ['ann'],
  'another case': ['u0123abc'],
  'another case of one letter': ['U0123ABc'],
  'a Cyrillic letter': ['U0123АBC'],
  'a Cyrillic a': ['@аnn:example.org'],
  'full-width letters': ['Ｕ０１２３ＡＢＣ'],
  'a zero-width space': ['U0123\u200bABC'],
  'a zero-width joiner at the end': ['U0123ABC\u200d'],
  'a soft hyphen': ['U0123\u00adABC'],
  'a mark that turns the direction': ['\u202eU0123ABC'],
  'a space behind it': ['U0123ABC '],
  'a line behind it': ['U0123ABC\n'],
  'a NUL behind it': ['U0123ABC\u0000'],
  'the same letter in two code points': ['pe\u0301ter'],
  'digits of another script': ['١٢٣٤٥'],
  'a number with a zero before it': ['012345'],
  'a number written as a fraction': ['12345.0'],
  'a prefix': ['U0123'],
  'a longer id': ['U0123ABCD'],
  'a pattern': ['U*'],
  'several in one': ['U0123ABC,@ann:example.org'],
};
const cells = Object.keys(impostors).length * Object.keys(ways).length;

describe('a channel with a list of senders', () => {
  test.each(Object.entries(ways))('takes those who are listed: %s', async (_way, send) => {
    for (const sender of listed) expect(await send(sender)).toMatchObject({ status: 202 });
  });

  test(`refuses everybody who only looks like one of them, and stores nothing: ${cells}/${cells}`, async () => {
    const { totals: before } = await statusOf(product);
    const taken: string[] = [];
    for (const [what, [sender, more]] of Object.entries(impostors)) {
      for (const [way, send] of Object.entries(ways)) {
        const { status, code } = await send(sender, more);
        if (status !== 403 || code !== 'SENDER_NOT_ALLOWED') taken.push(`${what} by ${way}: ${status} ${code}`);
      }
    }
    expect(taken).toEqual([]);
    const after = await statusOf(product);
    expect(after.totals).toMatchObject({ messages: before.messages, rejected: before.rejected + cells });
    const strangers = after.channels.reduce((sum, channel) => sum + channel.strangers, 0);
    expect(strangers).toBe(cells);
  });

  test('takes nobody where the list is empty, and whoever signs where there is none', async () => {
    expect(await post('/hooks/nobody', message(known))).toEqual({ status: 403, code: 'SENDER_NOT_ALLOWED' });
    expect(await post('/hooks/signed', message('anyone at all'))).toMatchObject({ status: 202 });
  });

  test('says nothing of the list or the sender to whoever is refused, and little to the log', async () => {
    const answer = await fetch(`${product.url}/api/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(message('a very private name')),
    });
    const text = await answer.text();
    for (const private_ of [...listed, 'a very private name']) expect(text + product.logs()).not.toContain(private_);
  });

  test('leaves the built-in chat alone', async () => {
    const gone = new AbortController();
    const rest = connectOverRest({ url: product.url, token: product.token, signal: gone.signal });
    await expect(rest.chat.send({ content: 'hello', external_id: 'chat 1' })).resolves.toHaveProperty('id');
    gone.abort();
  });
});
