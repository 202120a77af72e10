import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { HttpRoute } from '../../src-main/core/foundation/http-route.ts';
import { makeCertificate } from '../fakes/certificate.ts';
import { exchange, raw } from '../fakes/raw-http.ts';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb } from '../fakes/web.ts';

/** A way in whose answer the test holds back. */
function slowRoute() {
  let begun = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const route: HttpRoute = {
    method: 'POST',
    path: '/api/messages',
    maxBytes: 1024,
    access: 'signature',
    async handle({ signal }) {
      begun++;
      const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([held, stopped]);
      return { status: 202, headers: { 'x-stopped': String(signal.aborted) }, body: { id: 'M1' } };
    },
  };
  return { route, release: () => release(), begun: () => begun };
}

const post = (port: number) =>
  raw('POST', '/api/messages', [`host: 127.0.0.1:${port}`, 'content-type: application/json'], '{}');

test('a port that is taken is named, with a free one to take instead', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const web = await startWeb({ socketRoute: { accept() {} } });

  const failure = await web.web.listenForSockets({ host: '127.0.0.1', port }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'PORT_IN_USE', data: { port, host: '127.0.0.1' } });
  const { free_port: free } = (failure as { data: { free_port: number } }).data;
  expect((failure as Error).message).toMatch(
    new RegExp(`already listens on 127\\.0\\.0\\.1:${port}\\. .*use ${free}, .*platforms\\.socket\\.port: ${free} in`),
  );
  await expect(web.web.listenForSockets({ host: '127.0.0.1', port: free })).resolves.toMatchObject({ port: free });
  other.close();
  await web.stop();
});

test('an address that is not of this machine is refused with a remedy', async () => {
  const web = await startWeb({ socketRoute: { accept() {} } });
  await expect(web.web.listenForSockets({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
    code: 'LISTEN_REFUSED',
    message: expect.stringContaining('--host'),
  });
  await web.stop();
});

test('stopping lets a request under way finish, takes no further one and leaves no connection', async () => {
  const { route, release, begun } = slowRoute();
  const web = await startWeb({ httpRoutes: [route] });
  const answer = exchange(web.port, post(web.port));
  const idle = connect({ port: web.port, host: '127.0.0.1' });
  await new Promise((resolve) => idle.once('connect', resolve));
  await vi.waitUntil(() => begun() === 1);

  const stopped = web.stop({ drainMs: 10_000 });
  // A connection that was open before is told; a new one finds nobody.
  idle.write(post(web.port));
  const told = await new Promise<string>((resolve) => {
    idle.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    idle.once('close', () => resolve(''));
    idle.once('error', () => resolve(''));
  });
  const late = await exchange(web.port, post(web.port));
  release();

  expect(late.status).toBe(0);
  expect(told === '' || told.startsWith('HTTP/1.1 503')).toBe(true);
  const finished = await answer;
  expect(finished).toMatchObject({ status: 202, body: '{"id":"M1"}' });
  expect(finished.head).toContain('x-stopped: false');
  await stopped;
});

test('a request that outlasts the time to drain is told to stop and still answered', async () => {
  const { route, begun } = slowRoute();
  const web = await startWeb({ httpRoutes: [route] });
  const answer = exchange(web.port, post(web.port));
  await vi.waitUntil(() => begun() === 1);

  await web.stop({ drainMs: 100 });

  const { status, head } = await answer;
  expect(status).toBe(202);
  expect(head).toContain('x-stopped: true');
});

test('stopping closes sockets with "going away" and ends event streams', async () => {
  const web = await startWeb({ socketRoute: { accept() {} } });
  const peers = await Promise.all(['/rpc', '/ws'].map((path) => openTestSocket(`ws://127.0.0.1:${web.port}${path}`)));
  for (const peer of peers) peer.send({ type: 'auth', token: web.tokens.operator });
  const unproven = await openTestSocket(`ws://127.0.0.1:${web.port}/rpc`);
  expect(await peers[0]?.next()).toEqual({ type: 'ready' });
  const events = await fetch(`${web.url}/api/v1/events`, { headers: { authorization: `Bearer ${web.tokens.viewer}` } });
  await vi.waitUntil(() => web.events.readerCount === 1);

  await web.stop({ drainMs: 5_000 });

  for (const peer of [...peers, unproven]) expect((await peer.closed).code).toBe(1001);
  expect(await events.text()).not.toContain('event: message');
  expect(web.events.readerCount).toBe(0);
});

test('revoking a token ends its event stream', async () => {
  const web = await startWeb();
  const { id, token } = await web.mint('viewer');
  const events = await fetch(`${web.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  await vi.waitUntil(() => web.events.readerCount === 1);

  await web.access.revoke(id);

  await events.text();
  expect(web.events.readerCount).toBe(0);
  await web.stop();
});

test('an event stream ends with its token', async () => {
  const web = await startWeb({ socketLimits: { heartbeatMs: 200 } });
  const { token } = await web.mint('viewer', 2);
  const events = await fetch(`${web.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  expect(events.status).toBe(200);

  await events.text();
  expect(web.events.readerCount).toBe(0);
  await web.stop();
});

test('the caller that leaves is noticed by the request it left', async () => {
  const { route, begun } = slowRoute();
  let left = false;
  const web = await startWeb({
    httpRoutes: [
      {
        ...route,
        handle: (request) => {
          request.signal.addEventListener('abort', () => (left = true));
          return route.handle(request);
        },
      },
    ],
  });
  const socket = connect({ port: web.port, host: '127.0.0.1' });
  socket.write(post(web.port));
  await vi.waitUntil(() => begun() === 1);

  socket.destroy();

  await vi.waitUntil(() => left);
  await web.stop();
});

test('an answer that cannot be made is an incident, told by number alone', async () => {
  const failing: HttpRoute = {
    method: 'POST',
    path: '/api/messages',
    maxBytes: 1024,
    access: 'signature',
    handle: () => Promise.reject(new Error('secret path /home/someone')),
  };
  const web = await startWeb({ httpRoutes: [failing] });

  const { status, body } = await exchange(web.port, post(web.port));

  expect(status).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'INTERNAL', detail: expect.stringContaining('incident I1') });
  expect(body).not.toContain('secret');
  expect(web.incidents).toHaveLength(1);
  await web.stop();
});

const certificate = makeCertificate();
if (!certificate) console.info('left out: serving over TLS, because openssl is not there to make a certificate');

test.skipIf(!certificate)('with a certificate it serves over TLS, sockets too', async () => {
  const web = await startWeb({ tls: certificate });
  expect(web.url).toMatch(/^https:/);

  const status = await new Promise((resolve, reject) => {
    request(`${web.url}/api/v1/health`, { rejectUnauthorized: false }, (response) => resolve(response.statusCode))
      .on('error', reject)
      .end();
  });
  const peer = await openTestSocket(`wss://127.0.0.1:${web.port}/rpc`, { rejectUnauthorized: false, origin: web.url });
  peer.send({ type: 'auth', token: web.tokens.viewer });

  expect(status).toBe(200);
  expect(await peer.next()).toEqual({ type: 'ready' });
  await web.stop();
});
