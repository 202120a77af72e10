import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Bounds, type RequestParts, sendOnce } from './send-once.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Answers every request with these very bytes, and tells what it was asked. */
async function startRaw(answer: string, { ends = true } = {}) {
  const seen = { request: '', connections: 0, closed: 0 };
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    seen.connections++;
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => seen.closed++);
    socket.on('data', (data) => (seen.request += data.toString('latin1')));
    socket.once('data', () => (ends ? socket.end(answer, 'latin1') : socket.write(answer, 'latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return { port: (server.address() as AddressInfo).port, seen };
}

const ask = (port: number, parts: Partial<RequestParts> = {}, bounds: Partial<Bounds> = {}) =>
  sendOnce(
    { url: new URL(`http://nas.local:${port}/hook`), addresses: [{ address: '127.0.0.1', family: 4 }] },
    { method: 'GET', headers: {}, body: null, ...parts },
    { maxBytes: 10, accept: null, followsRedirects: false, signal: AbortSignal.timeout(3_000), ...bounds },
  );

const reply = (body: string, ...headers: string[]) =>
  ['HTTP/1.1 200 OK', ...headers, `content-length: ${body.length}`, '', body].join('\r\n');

describe('a request', () => {
  test('carries its length and body, and asks for an answer that is not packed', async () => {
    const { port, seen } = await startRaw(reply('ok'));
    const answer = await ask(port, { method: 'POST', headers: { 'x-words': 'some' }, body: Buffer.from('words') });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(seen.request).toMatch(/^POST \/hook HTTP\/1\.1\r\n/);
    expect(seen.request).toMatch(/\r\nx-words: some\r\n/i);
    expect(seen.request).toMatch(/\r\naccept-encoding: identity\r\n/i);
    expect(seen.request).toMatch(/\r\ncontent-length: 5\r\n/i);
    expect(seen.request).toMatch(/\r\n\r\nwords$/);
    expect(seen.request).not.toMatch(/transfer-encoding/i);
  });

  test('has a connection of its own, which is closed behind it', async () => {
    const { port, seen } = await startRaw(reply('ok'), { ends: false });
    await ask(port);
    expect(seen.request).toMatch(/\r\nconnection: close\r\n/i);
    await expect.poll(() => seen.closed).toBe(1);
    await ask(port);
    expect(seen.connections).toBe(2);
  });

  test('is cut off, and its connection closed, where the answer’s body is not wanted', async () => {
    const { port, seen } = await startRaw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nfirst', { ends: false });
    expect((await ask(port, {}, { maxBytes: 0 })).body).toHaveLength(0);
    await expect.poll(() => seen.closed).toBe(1);
  });

  test('that nobody takes cannot have arrived', async () => {
    const { port } = await startRaw('');
    for (const close of open.splice(0)) await close();
    await expect(ask(port)).rejects.toMatchObject({
      name: 'EgressFailed',
      message: 'no answer came',
      mayHaveArrived: false,
      cause: { code: 'ECONNREFUSED' },
    });
  });
});

describe('an answer', () => {
  test.each([
    ['too long by a byte', reply('x'.repeat(11)), {}, 'the answer is longer than 10 bytes'],
    [
      'of no kind at all',
      reply('{}'),
      { accept: ['application/json'] },
      'the answer is of another kind than was asked for',
    ],
    [
      'of another kind',
      reply('{}', 'content-type: text/html'),
      { accept: ['application/json'] },
      'the answer is of another kind than was asked for',
    ],
    ['that is packed', reply('x', 'content-encoding: gzip'), {}, 'the answer is compressed, which was not asked for'],
    ['that is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', {}, 'no answer came'],
    [
      'that bends the rules of HTTP',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      {},
      'no answer came',
    ],
    [
      'in another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n',
      {},
      'no answer came',
    ],
  ])('%s is a failure that says so', async (_what, answer, bounds, message) => {
    const { port } = await startRaw(answer, { ends: false });
    await expect(ask(port, {}, bounds)).rejects.toMatchObject({ name: 'EgressFailed', message, mayHaveArrived: true });
  });

  test.each([
    ['of just the length', reply('x'.repeat(10)), {}],
    ['said not to be packed', reply('x', 'content-encoding: Identity'), {}],
    [
      'of the kind asked for',
      reply('{}', 'content-type: Application/JSON ; charset=utf-8'),
      { accept: ['application/json'] },
    ],
  ])('%s is read', async (_what, answer, bounds) => {
    const { port } = await startRaw(answer);
    expect((await ask(port, {}, bounds)).body.length).toBeGreaterThan(0);
  });

  const sentOn = (status: number, ...more: string[]) =>
    [
      `HTTP/1.1 ${status} Elsewhere`,
      'content-type: text/html',
      'content-length: 14',
      ...more,
      '',
      '<p>Elsewhere.</p>',
    ].join('\r\n');

  test.each([301, 302, 303, 307, 308])('that is followed elsewhere is not judged by its page: %i', async (status) => {
    const { port } = await startRaw(sentOn(status, 'location: /next'), { ends: false });
    const bounds = { accept: ['application/json'], followsRedirects: true };
    expect(await ask(port, {}, bounds)).toMatchObject({ status, body: Buffer.alloc(0) });
  });

  test.each([
    ['it leads nowhere', sentOn(302), true],
    ['redirects are not followed', sentOn(302, 'location: /next'), false],
    ['it is no redirect', sentOn(201, 'location: /next'), true],
  ])('is judged where %s', async (_what, answer, followsRedirects) => {
    const { port } = await startRaw(answer);
    await expect(ask(port, {}, { accept: ['application/json'], followsRedirects })).rejects.toThrow('of another kind');
  });
});
