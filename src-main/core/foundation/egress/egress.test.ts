import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address } from './destination.ts';
import { get, open, silent, startServer, v4 } from './egress.fixture.ts';
import { createEgress, type OutgoingRequest } from './egress.ts';

/** Where every address that leads inside would end up, were it called. */
let canary: Awaited<ReturnType<typeof startServer>>;
beforeEach(async () => {
  canary = await startServer((_request, response) => response.end('inside'));
});
afterEach(() => canary.close());

/** This machine, its network, and what only looks like the internet: as an address in a URL may be written. */
const inside = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '１２７.０.０.１',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::10.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:808:808::80ff:fffe]',
  '[2001:0:7f00:1::f7f7:f7f7]',
  '[fc00::1]',
  '[fd12:3456:789a::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[2001:10::1]',
];

const outside = [
  '8.8.8.8',
  '134744072',
  '[2606:4700::1111]',
  '[::ffff:8.8.8.8]',
  '[64:ff9b::808:808]',
  '[2002:808:808::1]',
];

describe('an address that somebody else wrote', () => {
  test.each(inside)('is not called where it leads inside: %s', async (host) => {
    const { send, figures } = open();
    await expect(send(get(`http://${host}:${canary.port}/`))).rejects.toMatchObject({ reason: 'address' });
    expect(canary.hits).toEqual([]);
    expect(figures()).toEqual({ sent: 0, blocked: 1 });
  });

  test.each(['localhost', 'localhost.', 'LOCALHOST', 'inside.example', '127.0.0.1.nip.example', 'router.local'])(
    'is not called where its name leads inside: %s',
    async (host) => {
      const local = [[v4('127.0.0.1')]];
      const names = ['localhost', 'inside.example', '127.0.0.1.nip.example', 'router.local'];
      const { send } = open(Object.fromEntries(names.map((name) => [name, local])), names);
      await expect(send(get(`http://${host}:${canary.port}/`))).rejects.toMatchObject({ reason: 'address' });
      expect(canary.hits).toEqual([]);
    },
  );

  test.each(outside)('is called where it leads to the internet: %s', async (host) => {
    const { send, called } = open();
    await expect(send(get(`http://${host}:${canary.port}/`))).rejects.toThrow('nobody is called');
    expect(called).toHaveLength(1);
  });

  test('is called only at the addresses that may be called, where its name has several', async () => {
    const { send, called } = open({ 'both.example': [[v4('127.0.0.1'), v4('8.8.8.8'), v4('169.254.169.254')]] });
    await expect(send(get(`http://both.example:${canary.port}/`))).rejects.toThrow('nobody is called');
    expect(called).toEqual(['8.8.8.8']);
  });

  test.each([
    ['file:///etc/passwd', 'scheme'],
    ['gopher://127.0.0.1:6379/_INFO', 'scheme'],
    ['data:text/plain,hello', 'scheme'],
    ['ftp://example.com/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['blob:http://example.com/1', 'scheme'],
    ['ws://example.com/', 'scheme'],
    ['http://user@example.com/', 'credentials'],
    ['http://:word@example.com/', 'credentials'],
    ['http://127.0.0.1%2f@example.com/', 'credentials'],
    ['http://', 'address'],
    ['//example.com/', 'address'],
    ['example.com', 'address'],
    ['http://exa mple.com/', 'address'],
    ['http://[::1/', 'address'],
    ['http://256.256.256.256/', 'address'],
    [`http://example.com/${'a'.repeat(4_000)}`, 'address'],
    ['', 'address'],
  ])('that is no place on the web is not even looked up: %s', async (url, reason) => {
    const { send, asked } = open({ 'example.com': [[v4('127.0.0.1')]] });
    await expect(send(get(url))).rejects.toMatchObject({ reason });
    expect(asked).toEqual([]);
  });
});

describe('a name that leads elsewhere at the second look', () => {
  const rebinding = () => [[v4('8.8.8.8')], [v4('127.0.0.1')]];

  test.each(['anyone', 'operator'] as const)('is looked up once for each call that %s wrote', async (writtenBy) => {
    const { send, asked, called } = open({ 'rebind.example': rebinding() });
    const url = `http://rebind.example:${canary.port}/`;
    await expect(send(get(url, { writtenBy }))).rejects.toThrow('nobody is called');
    expect([asked, called]).toEqual([['rebind.example'], ['8.8.8.8']]);
    await expect(send(get(url, { writtenBy }))).rejects.toMatchObject({ reason: 'address' });
    expect(canary.hits).toEqual([]);
  });

  test('is called where it led when it was checked', async () => {
    const elsewhere = await startServer((_request, response) => response.end('elsewhere'), '127.0.0.2');
    const { send, asked } = open({ 'nas.local': [[v4('127.0.0.2')], [v4('127.0.0.1')]] });
    const answer = await send(get(`http://nas.local:${elsewhere.port}/`, { writtenBy: 'operator' }));
    expect([answer.body.toString(), asked]).toEqual(['elsewhere', ['nas.local']]);
    expect(canary.hits).toEqual([]);
    await elsewhere.close();
  });
});

describe('an address that the operator wrote', () => {
  const local = [[v4('127.0.0.1')]];
  test.each(['127.0.0.1', 'localhost', 'n8n', 'nas.local', 'flows.home.arpa', 'db.internal'])(
    'may lead inside where it can only mean that: %s',
    async (host) => {
      const { send } = open({ [host]: local });
      const answer = await send(get(`http://${host}:${canary.port}/`, { writtenBy: 'operator' }));
      expect(answer.body.toString()).toBe('inside');
    },
  );

  test.each([
    ['the name', () => 'hooks.example.com'],
    ['the name and port', () => `hooks.example.com:${canary.port}`],
    ['its network', () => '127.0.0.0/8'],
  ])('may lead inside where %s is listed', async (_what, entry) => {
    const { send } = open({ 'hooks.example.com': local }, [entry()]);
    await send(get(`http://hooks.example.com:${canary.port}/`, { writtenBy: 'operator' }));
    expect(canary.hits).toEqual(['GET /']);
  });

  test.each(['other.example.com', 'example.com', 'hooks.example.com:1', '10.0.0.0/8', 'xhooks.example.com'])(
    'may not where only another is listed: %s',
    async (entry) => {
      const { send } = open({ 'hooks.example.com': local }, [entry]);
      const url = `http://hooks.example.com:${canary.port}/`;
      await expect(send(get(url, { writtenBy: 'operator' }))).rejects.toMatchObject({ reason: 'address' });
      expect(canary.hits).toEqual([]);
    },
  );

  test.each(['169.254.169.254', '0.0.0.0', '224.0.0.1', '[fe80::1]', '255.255.255.255'])(
    'leads nowhere that nothing of ours has business, listed or not: %s',
    async (host) => {
      const { send } = open({}, ['0.0.0.0/0', '::/0', host]);
      await expect(send(get(`http://${host}/`, { writtenBy: 'operator' }))).rejects.toMatchObject({
        reason: 'address',
      });
    },
  );
});

describe('an answer', () => {
  const answering = async (listener: RequestListener, more: Partial<OutgoingRequest> = {}) => {
    const server = await startServer(listener);
    try {
      return await open().send(get(`http://127.0.0.1:${server.port}/`, { writtenBy: 'operator', ...more }));
    } finally {
      await server.close();
    }
  };

  test.each<[string, RequestListener, Partial<OutgoingRequest>]>([
    ['longer than asked for', (_, response) => response.end('x'.repeat(1_001)), {}],
    [
      'without end',
      (_, response) => {
        const pump = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
          if (!response.destroyed) response.once('drain', pump);
        };
        pump();
      },
      {},
    ],
    ['that never comes', () => {}, { timeoutMs: 100 }],
    ['that stops in the middle', (_, response) => void response.write('x'), { timeoutMs: 100 }],
    ['with headers without end', (_, response) => response.writeHead(200, { x: 'x'.repeat(20_000) }).end(), {}],
    [
      'of another kind',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('x'),
      { accept: ['application/json'] },
    ],
    ['that is packed', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), {}],
  ])('%s is a failure', async (_what, listener, more) => {
    await expect(answering(listener, more)).rejects.toMatchObject({ name: 'EgressFailed', mayHaveArrived: true });
  });

  test('of the kind that was asked for is read', async () => {
    const json: RequestListener = (_, response) =>
      response.writeHead(200, { 'content-type': 'Application/JSON; charset=utf-8' }).end('{}');
    expect((await answering(json, { accept: ['application/json'] })).body.toString()).toBe('{}');
  });

  test('is not waited for where its name is not found in time', async () => {
    const egress = createEgress({
      allowPrivate: [],
      logger: silent,
      resolve: () => new Promise(() => {}),
    });
    await expect(egress.send(get('http://slow.example/', { timeoutMs: 50 }))).rejects.toMatchObject({
      mayHaveArrived: false,
    });
  });
});

describe('a call', () => {
  const resolveTo = (resolve: () => Promise<readonly Address[]>) =>
    createEgress({
      allowPrivate: [],
      logger: silent,
      resolve,
    });

  test('ends when its caller wants it no more, before and during the look-up', async () => {
    const { send } = resolveTo(() => new Promise(() => {}));
    const cancelled = new AbortController();
    cancelled.abort();
    const failed = { message: 'its name was not found in time', mayHaveArrived: false };
    await expect(send(get('http://slow.example/', { signal: cancelled.signal }))).rejects.toMatchObject(failed);
    const later = new AbortController();
    const sending = send(get('http://slow.example/', { signal: later.signal }));
    later.abort();
    await expect(sending).rejects.toMatchObject(failed);
  });

  test('ends when its caller wants it no more while the answer is awaited', async () => {
    const server = await startServer(() => {});
    const wanted = new AbortController();
    const sending = open().send(
      get(`http://127.0.0.1:${server.port}/`, { writtenBy: 'operator', signal: wanted.signal, timeoutMs: 60_000 }),
    );
    await expect.poll(() => server.hits).toHaveLength(1);
    wanted.abort();
    await expect(sending).rejects.toMatchObject({ name: 'EgressFailed', mayHaveArrived: true });
    await server.close();
  });

  test('to a name that is not there says so and why', async () => {
    const cause = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    await expect(resolveTo(() => Promise.reject(cause)).send(get('http://nowhere.example/'))).rejects.toMatchObject({
      name: 'EgressFailed',
      message: 'its name was not found',
      mayHaveArrived: false,
      cause,
    });
  });

  test('that fails is not counted as blocked', async () => {
    const egress = resolveTo(() => Promise.reject(new Error('no such name')));
    await expect(egress.send(get('http://nowhere.example/'))).rejects.toThrow();
    expect(egress.figures()).toEqual({ sent: 0, blocked: 0 });
  });

  test('finds the names of this machine as it does', async () => {
    const egress = createEgress({
      allowPrivate: [],
      logger: silent,
    });
    const answer = await egress.send(get(`http://localhost:${canary.port}/`, { writtenBy: 'operator' }));
    expect(answer.body.toString()).toBe('inside');
  });
});

test('what is no address at all is logged as that', async () => {
  const { send, lines } = open();
  await expect(send(get('no address, but private words'))).rejects.toThrow();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'egress.blocked', to: 'no address' });
  expect(lines.join('')).not.toContain('private');
});

test('what was blocked is logged by its place, without the path and the query that may hold a key', async () => {
  const url = 'http://127.0.0.1:81/hooks/private-path?key=private-query#private-part';
  const { send, lines } = open();
  await expect(send(get(url))).rejects.toMatchObject({ reason: 'address' });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'egress.blocked',
    to: 'http://127.0.0.1:81',
    reason: 'address',
  });
  expect(lines.join('')).not.toContain('private');
});
