import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../../src-main/core/foundation/app-error.ts';
import type { SocketConnection } from '../../src-main/core/foundation/socket-route.ts';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb } from '../fakes/web.ts';

/** Socket mode as the core would serve it: keeps the connections, and answers every frame with an ack. */
const connections: SocketConnection[] = [];
const frames: unknown[] = [];
let ended = 0;
const socketRoute = {
  accept(connection: SocketConnection): void {
    connections.push(connection);
    connection.onFrame((frame) => {
      frames.push(frame);
      connection.send({ type: 'ack', of: frame }).catch(() => ended++);
    });
    connection.onClose(() => ended++);
  },
};

const heartbeatMs = 150;
const web = await startWeb({ socketRoute, socketLimits: { heartbeatMs, authTimeoutMs: 400, maxUnproven: 4 } });
const own = await web.web.listenForSockets({ host: '127.0.0.1', port: 0 });
afterAll(() => web.stop());
afterEach(() => {
  connections.length = 0;
  frames.length = 0;
  ended = 0;
});

const ways = {
  'the RPC socket': `ws://127.0.0.1:${web.port}/rpc`,
  'socket mode on the main port': `ws://127.0.0.1:${web.port}/ws`,
  'socket mode on its own port': own.url,
};
const modeWays = Object.entries(ways).slice(1);
const tooManyFailures = new AppError('RATE_LIMITED', 'later', {});
const auth = (token: string) => ({ type: 'auth', token });

describe.each(Object.entries(ways))('%s', (_name, url) => {
  test.each([
    ['a wrong token', auth('guess')],
    ['an empty token', auth('')],
    ['a token in an array', { type: 'auth', token: ['x'] }],
    ['a frame that is no proof', { type: 'message', content: 'hi' }],
    ['a frame that is not JSON', 'hello'],
    ['a prototype', '{"type":"auth","token":"x","__proto__":{"polluted":1}}'],
    ['a page of text', 'x'.repeat(200_000)],
  ])('%s as the first frame ends the connection with 4401', async (_what, frame) => {
    const peer = await openTestSocket(url);
    peer.send(frame);
    expect((await peer.closed).code).toBe(4401);
    expect(connections).toEqual([]);
  });

  test('a binary first frame ends the connection', async () => {
    const peer = await openTestSocket(url);
    peer.socket.send(Buffer.from(JSON.stringify(auth(web.tokens.operator))));
    expect((await peer.closed).code).toBe(1003);
  });

  test('a first frame that never ends is cut off long before its bound', async () => {
    const peer = await openTestSocket(url);
    peer.socket.send('x'.repeat(64 * 1024), { fin: false });
    peer.socket.send('x'.repeat(64 * 1024), { fin: false });
    peer.socket.send('x'.repeat(64 * 1024), { fin: false });
    expect(await peer.closed).toEqual({ code: 4401, reason: 'too much came before the token was accepted' });
  });

  test('silence instead of a token ends the connection with 4401', async () => {
    const peer = await openTestSocket(url);
    expect(await peer.closed).toEqual({ code: 4401, reason: 'no token came in time' });
  });

  test('revoking its token closes the connection with 4401, and the token opens no other', async () => {
    const { id, token } = await web.mint('operator');
    const peer = await openTestSocket(url);
    peer.send(auth(token));
    await proven(url, peer);

    await web.access.revoke(id);

    expect(await peer.closed).toEqual({ code: 4401, reason: 'the token was revoked' });
    const again = await openTestSocket(url);
    again.send(auth(token));
    expect((await again.closed).code).toBe(4401);
  });

  test('its connection is counted with its token for as long as it is open, and its end is a use', async () => {
    const { id, token } = await web.mint('operator');
    const device = async () => (await web.access.list()).find((each) => each.id === id);
    const peers = await Promise.all([openTestSocket(url), openTestSocket(url)]);
    for (const peer of peers) {
      peer.send(auth(token));
      await proven(url, peer);
    }
    const way = url.endsWith('/rpc') ? 'interface' : 'socket';
    expect(await device()).toMatchObject({ connections: 2, last_used: { way, from: 'this_machine' } });

    for (const peer of peers) peer.socket.close();
    await expect.poll(async () => (await device())?.connections).toBe(0);
  });

  test('a token is not taken for ended while its address has guessed too often', async () => {
    const peer = await openTestSocket(url);
    const authenticate = vi.spyOn(web.access, 'authenticate').mockRejectedValueOnce(tooManyFailures);
    peer.send(auth('not looked at'));
    expect((await peer.closed).code).toBe(1013);
    authenticate.mockRestore();
  });

  test('a token that ends while it is used closes its connection', async () => {
    const { token } = await web.mint('operator', 2);
    const peer = await openTestSocket(url);
    peer.send(auth(token));
    expect(await peer.closed).toEqual({ code: 4401, reason: 'the token has expired' });
  });

  test('a peer that falls silent is cut off, one that answers pings stays', async () => {
    const dead = await openTestSocket(url, { autoPong: false });
    const living = await openTestSocket(url);
    for (const peer of [dead, living]) {
      peer.send(auth(web.tokens.operator));
      await proven(url, peer);
    }
    let pings = 0;
    living.socket.on('ping', () => pings++);

    expect((await dead.closed).code).toBe(1006);
    await expect.poll(() => pings).toBeGreaterThanOrEqual(4);
    expect(living.socket.readyState).toBe(living.socket.OPEN);
    living.socket.close();
    await living.closed;
  });

  test('a frame beyond the bound ends the connection with 1009', async () => {
    const peer = await openTestSocket(url);
    peer.send(auth(web.tokens.operator));
    await proven(url, peer);
    peer.send('x'.repeat(2 * 1024 * 1024 + 1));
    expect((await peer.closed).code).toBe(1009);
  });

  test('text that is not UTF-8 ends the connection with 1007', async () => {
    const peer = await openTestSocket(url);
    peer.send(auth(web.tokens.operator));
    await proven(url, peer);
    peer.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect((await peer.closed).code).toBe(1007);
  });
});

test('few sockets at a time may wait with their token, and one that proves itself makes room', async () => {
  const url = ways['socket mode on the main port'];
  const idle = await Promise.all(Array.from({ length: 4 }, () => openTestSocket(url)));

  await expect(openTestSocket(url)).rejects.toThrow('429');
  idle[0]?.send(auth(web.tokens.operator));
  await expect.poll(() => connections.length).toBe(1);
  const owner = await openTestSocket(url);
  owner.send(auth(web.tokens.operator));
  await expect.poll(() => connections.length).toBe(2);

  for (const peer of [...idle, owner]) peer.socket.terminate();
  await expect.poll(() => ended).toBe(2);
});

describe.each(modeWays)('%s', (_name, url) => {
  test('messages sent right behind the token are taken in order', async () => {
    const peer = await openTestSocket(url);
    peer.send(auth(web.tokens.operator));
    for (let i = 0; i < 20; i++) peer.send({ external_id: `m${i}` });

    const acks = [];
    for (let i = 0; i < 20; i++) acks.push(await peer.next());

    expect(acks).toEqual(Array.from({ length: 20 }, (_, i) => ({ type: 'ack', of: { external_id: `m${i}` } })));
    expect(connections[0]).toMatchObject({ principal: { role: 'operator' }, remote: '127.0.0.1' });
    peer.socket.close();
    await expect.poll(() => ended).toBe(1);
  });

  test('a malformed frame is told and costs no connection', async () => {
    const peer = await openTestSocket(url);
    peer.send(auth(web.tokens.operator));
    for (const bad of ['{"content":', '{"__proto__":{"polluted":1}}', '["\\ud800"]', '['.repeat(1000)]) {
      peer.send(bad);
      expect(await peer.next()).toMatchObject({ type: 'error', code: 'BAD_REQUEST', detail: expect.any(String) });
    }
    peer.send({ content: 'fine' });
    expect(await peer.next()).toEqual({ type: 'ack', of: { content: 'fine' } });
    expect(frames).toEqual([{ content: 'fine' }]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    peer.socket.close();
  });

  test('a revoked peer that does not answer the close frame is cut off all the same', async () => {
    const { id, token } = await web.mint('operator');
    const peer = await openTestSocket(url);
    peer.send(auth(token));
    await proven(url, peer);
    peer.socket.pause();

    await web.access.revoke(id);

    await expect.poll(() => ended, { timeout: 5_000 }).toBe(1);
    peer.socket.terminate();
  });

  test('a peer that does not read is let go, and the sender is told', async () => {
    const peer = await openTestSocket(url);
    peer.send(auth(web.tokens.operator));
    await expect.poll(() => connections.length).toBe(1);
    peer.socket.pause();
    const failures: Error[] = [];

    const content = 'x'.repeat(500_000);
    const keepSending = () => {
      for (let i = 0; i < 4; i++) connections[0]?.send({ content }).catch((error: Error) => failures.push(error));
      return failures.length;
    };
    await expect.poll(keepSending, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);

    await expect.poll(() => ended, { timeout: 5_000 }).toBe(1);
    await expect(connections[0]?.send({ content: 'late' })).rejects.toThrow('the peer is gone');
    peer.socket.terminate();
  });
});

describe('the RPC socket', () => {
  const open = async () => {
    const peer = await openTestSocket(ways['the RPC socket']);
    peer.send(auth(web.tokens.operator));
    expect(await peer.next()).toEqual({ type: 'ready' });
    return peer;
  };

  test.each([
    ['not JSON', '{"i":'],
    ['no object', '[]'],
    ['empty', '{}'],
    ['without an address', '{"i":"1","p":{}}'],
    ['with another server as address', '{"i":"1","p":{"u":"http://evil.example/tasks/list"}}'],
    ['of a kind that does not exist', '{"i":"1","t":9,"p":{}}'],
    ['with a prototype', '{"i":"1","p":{"u":"/tasks/list","b":{"json":{"__proto__":{"polluted":1}}}}}'],
  ])('a frame that is %s ends the connection with 1007', async (_what, frame) => {
    const peer = await open();
    peer.send(frame);
    expect((await peer.closed).code).toBe(1007);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('hostile meta data of the protocol changes no prototype', async () => {
    const peer = await open();
    for (const path of [
      ['__proto__', 'polluted'],
      ['constructor', 'prototype', 'polluted'],
      ['json', '__proto__', 'polluted'],
    ]) {
      peer.send({ i: '1', p: { u: '/tasks/list', b: { json: { limit: 1 }, meta: [[1, ...path]] } } });
      const { p } = (await peer.next()) as { p: { s?: number } };
      expect(p.s ?? 200).toBeLessThan(500);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    peer.socket.close();
  });

  test('an operation that does not exist is an answer, not the end', async () => {
    const peer = await open();
    for (const u of ['/nowhere', '/__proto__', '/constructor', '/tasks', '/toString']) {
      peer.send({ i: u, p: { u } });
      expect(await peer.next()).toMatchObject({ i: u, p: { s: 404 } });
    }
    peer.socket.close();
  });
});

/** Resolves when the peer has been let in. */
async function proven(url: string, peer: Awaited<ReturnType<typeof openTestSocket>>): Promise<void> {
  const isRpc = url.endsWith('/rpc');
  if (!isRpc) peer.send({ type: 'hello' });
  expect(await peer.next()).toMatchObject({ type: isRpc ? 'ready' : 'ack' });
}
