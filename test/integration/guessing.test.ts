import { afterEach, expect, test } from 'vitest';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';

let web: TestWeb | undefined;
afterEach(async () => {
  await web?.stop();
  web = undefined;
});

/** One wrong proof by each way in that takes proofs; answers whether it was judged or asked to wait. */
type Guess = (web: TestWeb, at: number) => Promise<'judged' | 'must wait'>;
const outcomeOf = (status: number) => (status === 429 ? 'must wait' : 'judged');

const byHttp =
  (headers: (at: number) => Record<string, string>): Guess =>
  async ({ url }, at) => {
    const response = await fetch(`${url}/api/v1/${['me', 'tasks', 'conversations', 'tokens'][at % 4]}`, {
      headers: { authorization: `Bearer guess-${at}`, ...headers(at) },
    });
    return outcomeOf(response.status);
  };

const ways: Record<string, Guess> = {
  'a token in a header': byHttp(() => ({})),
  'a token in a header, from the address that X-Forwarded-For names': byHttp((at) => ({
    'x-forwarded-for': `203.0.113.${at}`,
    'x-real-ip': `203.0.113.${at}`,
    forwarded: `for=203.0.113.${at}`,
    'cf-connecting-ip': `203.0.113.${at}`,
    'true-client-ip': `203.0.113.${at}`,
  })),
  'a token in a header, as another client': byHttp((at) => ({
    'user-agent': `Clawdbot/${at}`,
    'x-device-id': String(at),
    'x-client-type': 'local-app',
    'x-forwarded-host': 'localhost',
  })),
  'a pairing code': async ({ url }, at) => {
    const response = await fetch(`${url}/api/v1/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: `AAAA-AA${10 + at}`, label: 'x', device: { token: 'valid', identity: at } }),
    });
    return outcomeOf(response.status);
  },
  'a token in the first frame of a socket': async ({ port }, at) => {
    const peer = await openTestSocket(`ws://127.0.0.1:${port}/rpc`);
    peer.send({
      type: 'auth',
      token: `guess-${at}`,
      device: { identity: `d-${at}`, token: 'valid' },
      client: 'control-ui',
    });
    const { reason } = await peer.closed;
    return reason.startsWith('Too many failed attempts') ? 'must wait' : 'judged';
  },
};

test.each(Object.entries(ways))('ten guesses a minute by %s are judged, and no more', async (_way, guess) => {
  web = await startWeb();
  const outcomes: string[] = [];
  for (let at = 0; at < 15; at++) outcomes.push(await guess(web, at));
  expect(outcomes).toEqual([...Array(10).fill('judged'), ...Array(5).fill('must wait')]);
});

test('guesses by different ways are counted together', async () => {
  web = await startWeb();
  const guesses = Object.values(ways);
  const outcomes: string[] = [];
  for (let at = 0; at < 15; at++) outcomes.push((await guesses[at % guesses.length]?.(web, at)) ?? '');
  expect(outcomes).toEqual([...Array(10).fill('judged'), ...Array(5).fill('must wait')]);
});

test('a token that holds, shown between the guesses, buys none', async () => {
  web = await startWeb();
  const { url, mint } = web;
  const outcomes: string[] = [];
  for (let at = 0; at < 15; at++) {
    const { token } = await mint('viewer');
    await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    outcomes.push(await byHttp(() => ({}))(web, at));
  }
  expect(outcomes.filter((outcome) => outcome === 'judged')).toHaveLength(10);
});
