import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { get, open, silent, startServer, v4 } from './egress.fixture.ts';
import { createEgress } from './egress.ts';
import { sendOnce } from './send-once.ts';

/** Where every address that leads inside would end up, were it called. */
let canary: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => {
  canary = await startServer((_request, response) => response.end('inside'));
});
afterEach(() => canary.close());

describe('a redirect', () => {
  /** A server that the operator meant, which sends on. */
  const sendingOn = async (to: () => string, status = 302) =>
    startServer((_request, response) => response.writeHead(status, { location: to() }).end());

  test.each([
    ['to this machine', () => `http://127.0.0.1:${canary.port}/`],
    ['to this machine by a name', () => `http://localhost:${canary.port}/`],
    ['to this machine in IPv6 clothes', () => `http://[::ffff:127.0.0.1]:${canary.port}/`],
    ['to the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['to a file', () => 'file:///etc/passwd'],
    ['to another scheme', () => 'gopher://127.0.0.1/'],
    ['with a password', () => `http://a:b@127.0.0.1:${canary.port}/`],
  ])('is checked as an address that anybody wrote: %s', async (_what, to) => {
    const { port, hits, close } = await sendingOn(to);
    const { send, figures } = open({ localhost: [[v4('127.0.0.1')]] });
    await expect(send(get(`http://127.0.0.1:${port}/`, { writtenBy: 'operator' }))).rejects.toMatchObject({
      name: 'EgressRefused',
    });
    expect(hits).toHaveLength(1);
    expect(canary.hits).toEqual([]);
    expect(figures()).toEqual({ sent: 1, blocked: 1 });
    await close();
  });

  test('that goes round in circles ends', async () => {
    const { port, hits, close } = await sendingOn(() => '/again');
    await expect(open().send(get(`http://127.0.0.1:${port}/`, { writtenBy: 'operator' }))).rejects.toMatchObject({
      reason: 'redirect',
    });
    expect(hits).toHaveLength(4);
    await close();
  });

  test('says at the end of too many that it was sent on too often', async () => {
    const { port, close } = await sendingOn(() => '/again');
    await expect(open().send(get(`http://127.0.0.1:${port}/`, { writtenBy: 'operator' }))).rejects.toThrow(
      'it was sent on too often',
    );
    await close();
  });

  test.each([
    ['GET', 302],
    ['HEAD', 302],
    ['HEAD', 303],
    ['POST', 307],
  ] as const)('to another server takes only what is harmless along: %s, %i', async (method, status) => {
    const seen: { method: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const other = await startServer(({ method, headers }, response) => {
      seen.push({ method, headers });
      response.end();
    });
    const { port, close } = await sendingOn(() => `http://8.8.4.4:${other.port}/`, status);
    const egress = createEgress({
      allowPrivate: [],
      logger: silent,
      // What is on the internet in this test is the other server.
      exchange: (to, parts, bounds) => {
        const isOther = to.addresses[0]?.address === '8.8.4.4';
        const url = new URL(`http://127.0.0.1:${other.port}/`);
        return sendOnce(isOther ? { url, addresses: [v4('127.0.0.1')] } : to, parts, bounds);
      },
    });
    const headers = {
      authorization: 'Bearer secret',
      accept: 'text/plain',
      'Accept-Language': 'zh',
      'user-agent': 'ours',
      'accept-secret': 'secret',
      'x-accept': 'secret',
    };
    await egress.send(get(`http://127.0.0.1:${port}/`, { writtenBy: 'operator', method, headers }));
    expect(seen).toHaveLength(1);
    expect(seen[0]?.method).toBe(method === 'HEAD' ? 'HEAD' : 'GET');
    expect(seen[0]?.headers).toMatchObject({ accept: 'text/plain', 'accept-language': 'zh', 'user-agent': 'ours' });
    expect(JSON.stringify(seen)).not.toContain('secret');
    await close();
    await other.close();
  });

  test('within one server keeps what a reader brought along', async () => {
    const seen: (string | undefined)[] = [];
    const server = await startServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/') response.writeHead(302, { location: '/next' }).end();
      else response.end('done');
    });
    const headers = { authorization: 'Bearer secret' };
    await open().send(get(`http://127.0.0.1:${server.port}/`, { writtenBy: 'operator', headers }));
    expect(seen).toEqual(['Bearer secret', 'Bearer secret']);
    await server.close();
  });

  test('is handed to whoever does not want it followed', async () => {
    const { port, close } = await sendingOn(() => `http://127.0.0.1:${canary.port}/`, 307);
    const answer = await open().send(get(`http://127.0.0.1:${port}/`, { writtenBy: 'operator', maxRedirects: 0 }));
    expect(answer.status).toBe(307);
    expect(canary.hits).toEqual([]);
    await close();
  });

  test.each([
    [303, 'GET', false],
    [302, 'GET', false],
    [307, 'POST', true],
    [308, 'POST', true],
  ])('within one server by %i goes on as %s', async (status, method, withBody) => {
    const seen: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = await startServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        seen.push({ method: request.method, headers: request.headers, body });
        if (request.url === '/') response.writeHead(status, { location: '/next' }).end();
        else response.end('done');
      });
    });
    const answer = await open().send(
      get(`http://127.0.0.1:${server.port}/`, {
        writtenBy: 'operator',
        method: 'POST',
        headers: { authorization: 'Bearer secret', accept: 'text/plain' },
        body: Buffer.from('words'),
      }),
    );
    expect(answer.body.toString()).toBe('done');
    expect(seen[1]).toMatchObject({ method, body: withBody ? 'words' : '' });
    expect(seen[1]?.headers.authorization).toBe(withBody ? 'Bearer secret' : undefined);
    await server.close();
  });
});
