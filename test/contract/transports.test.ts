import { MessageChannel, type MessagePort as ThreadPort, Worker } from 'node:worker_threads';
import { createORPCClient, isDefinedError, ORPCError } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Client } from '../../src-shared/contract/index.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';

type Role = 'viewer' | 'operator';
interface Connection {
  client: Client;
  drop(): void;
}
interface Transport {
  connect(role: Role): Promise<Connection>;
  stop(): Promise<void>;
}

async function openSocket(web: TestWeb, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${web.url.replace('http', 'ws')}/rpc`);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  socket.send(JSON.stringify({ type: 'auth', token }));
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
  return socket;
}

const transports: Record<string, () => Promise<Transport>> = {
  async WebSocket() {
    const web = await startWeb();
    return {
      async connect(role) {
        const websocket = await openSocket(web, web.tokens[role]);
        return { client: createORPCClient(new SocketLink({ websocket })), drop: () => websocket.close() };
      },
      stop: () => web.stop(),
    };
  },

  async 'MessagePort to a thread'() {
    const free: Record<Role, ThreadPort[]> = { viewer: [], operator: [] };
    const ports = (['viewer', 'operator', 'operator', 'operator', 'operator'] as const).map((role) => {
      const { port1, port2 } = new MessageChannel();
      free[role].push(port2);
      return { port: port1, role };
    });
    const worker = new Worker(new URL('./port-worker.ts', import.meta.url), {
      workerData: { ports },
      transferList: ports.map(({ port }) => port),
    });
    return {
      async connect(role) {
        const port = free[role].pop();
        if (!port) throw new Error(`the thread was given too few ports for ${role}`);
        const client: Client = createORPCClient(new PortLink({ port: port as unknown as MessagePort }));
        port.start();
        return { client, drop: () => port.close() };
      },
      async stop() {
        await worker.terminate();
      },
    };
  },

  async REST() {
    const web = await startWeb();
    return {
      async connect(role) {
        const gone = new AbortController();
        const client = connectOverRest({ url: web.url, token: web.tokens[role], signal: gone.signal });
        return { client, drop: () => gone.abort() };
      },
      stop: () => web.stop(),
    };
  },
};

describe.each(Object.keys(transports))('over %s', (name) => {
  let transport: Transport;
  let client: Client;
  const readers = async () => (await client.system.status()).queue.working;
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => error as ORPCError<string, unknown>,
    );

  beforeAll(async () => {
    const start = transports[name];
    if (!start) throw new Error(`no transport ${name}`);
    transport = await start();
    ({ client } = await transport.connect('operator'));
  });
  afterAll(() => transport.stop());

  test('a task that was added is on the list, also under a Chinese title', async () => {
    const { id } = await client.tasks.create({ title: '周五前交报告' });
    const { items } = await client.tasks.list({ limit: 500 });
    expect(items.find((task) => task.id === id)?.title).toBe('周五前交报告');
  });

  test('a declared failure arrives with its code and status', async () => {
    const error = await failureOf(client.tasks.get({ id: 'nowhere' }));
    expect(error).toMatchObject({ code: 'TASK_NOT_FOUND', status: 404, message: 'There is no task nowhere' });
    // REST has no channel for an error's data; the others carry it typed.
    expect(isDefinedError(error) ? error.data : undefined).toEqual(name === 'REST' ? undefined : { id: 'nowhere' });
  });

  test('bad input is refused before anything is done', async () => {
    const before = (await client.system.status()).totals.tasks;
    const error = await failureOf(client.tasks.create({ title: '' }));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect((await client.system.status()).totals.tasks).toBe(before);
  });

  test('names that belong to prototypes change nothing', async () => {
    // Of its own, because a way in may end the connection of whoever sends them.
    const hostile = await transport.connect('operator');
    for (const text of [
      '{"title":"x","__proto__":{"polluted":true}}',
      '{"title":"x","constructor":{"prototype":{"polluted":true}}}',
    ]) {
      await failureOf(hostile.client.tasks.create(JSON.parse(text) as { title: string }));
    }
    hostile.drop();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await client.tasks.create({ title: 'afterwards' })).not.toHaveProperty('polluted');
  });

  test('a failure that nobody expected tells its incident and nothing else', async () => {
    const error = await failureOf(client.tasks.get({ id: 'explode' }));
    expect(error).toBeInstanceOf(ORPCError);
    expect(error).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(error?.message).toMatch(/incident I\d+$/);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('a viewer reads but does not add', async () => {
    const viewer = await transport.connect('viewer');
    expect(await viewer.client.access.me()).toMatchObject({ role: 'viewer' });
    expect(await failureOf(viewer.client.tasks.create({ title: 'x' }))).toMatchObject({
      code: 'FORBIDDEN',
      status: 403,
    });
    viewer.drop();
  });

  test('a reader hears of a change, and its subscription ends when it stops', async () => {
    const changes = await client.system.watch();
    const first = changes.next();
    await vi.waitUntil(async () => (await readers()) === 1);

    const { id } = await client.tasks.create({ title: 'Heard of' });

    expect((await first).value).toEqual({ type: 'task', id });
    await changes.return?.(undefined as never);
    await vi.waitUntil(async () => (await readers()) === 0);
  });

  test('a subscription ends when its reader aborts', async () => {
    const stop = new AbortController();
    const changes = await client.system.watch(undefined, { signal: stop.signal });
    const first = failureOf(changes.next());
    await vi.waitUntil(async () => (await readers()) === 1);

    stop.abort();

    await first;
    await vi.waitUntil(async () => (await readers()) === 0);
  });

  test('a connection that drops takes its subscriptions with it', async () => {
    const other = await transport.connect('operator');
    const changes = await other.client.system.watch();
    const first = failureOf(changes.next());
    await vi.waitUntil(async () => (await readers()) === 1);

    other.drop();

    await vi.waitUntil(async () => (await readers()) === 0);
    // A thread's port that is closed tells its own side nothing.
    if (!name.startsWith('MessagePort')) await first;
  });

  test('a hundred subscriptions, opened and left, leave nothing behind', async () => {
    for (let round = 0; round < 5; round++) {
      const stop = new AbortController();
      const streams = await Promise.all(
        Array.from({ length: 20 }, () => client.system.watch(undefined, { signal: stop.signal })),
      );
      const firsts = streams.map((stream) => failureOf(stream.next()));
      await vi.waitUntil(async () => (await readers()) === 20);
      stop.abort();
      await Promise.all(firsts);
    }
    await vi.waitUntil(async () => (await readers()) === 0);
  });

  test('a token that forgets to stop following is told so', async () => {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const streams = await Promise.all(Array.from({ length: 64 }, () => client.system.watch(undefined, options)));
    const firsts = streams.map((stream) => failureOf(stream.next()));
    await vi.waitUntil(async () => (await readers()) === 64);

    expect(await failureOf(client.system.watch(undefined, options))).toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
    });

    stop.abort();
    await Promise.all(firsts);
    await vi.waitUntil(async () => (await readers()) === 0);
  });
});
