// What a machine or a network does to the product, each case explained, with what can be done instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { makeCertificate } from '../fakes/certificate.ts';
import { freePort, type Product, productArgs, StartFailed, startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender, sign } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

const root = join(import.meta.dirname, '../..');
const isLinux = process.platform === 'linux';
const canUnshare = isLinux && process.getuid?.() === 0;
const certificate = makeCertificate();

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function newFolder(config?: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-around-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  if (config) writeFileSync(join(folder, 'config.yaml'), stringify(config), { mode: 0o600 });
  return folder;
}

async function start(options: Parameters<typeof startProduct>[0]): Promise<Product> {
  const product = await startProduct(options);
  cleanups.push(() => product.stop());
  return product;
}

async function occupy(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
const answering = (listener: RequestListener): Promise<number> => listening(createHttp(listener));

interface Check {
  name: string;
  state: string;
  detail: string;
}

/** What `doctor` says, run with nothing of the tests' own network settings. */
async function doctor(
  dataDir: string,
  { env = {}, before = [] }: { env?: Record<string, string>; before?: readonly string[] } = {},
): Promise<Map<string, Check>> {
  const own = Object.entries(process.env).filter(([key]) => !/proxy/i.test(key));
  const [command, ...args] = [...before, process.execPath, ...productArgs, 'doctor', '--json', '--data', dataDir];
  const child = spawn(command, args, { cwd: root, env: { ...Object.fromEntries(own), NODE_OPTIONS: '', ...env } });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  const { checks } = JSON.parse(out) as { checks: Check[] };
  return new Map(checks.map((check) => [check.name, check]));
}

const repliesTo = (reply_url: string) => ({ platforms: { webhook: { secret: webhookSecret, reply_url } } });

async function post(product: Product, externalId: string): Promise<void> {
  const sender = createSender(product.url, webhookSecret, 1);
  const answer = await sender.send({ sender_id: 'ana', external_id: externalId, content: '/help' });
  sender.close();
  expect(answer?.status).toBe(202);
}

describe('a port that is taken', () => {
  test('ends the start with who has it where that can be known, the next free one, and both ways to it', async () => {
    const port = await occupy();
    const failed = await startProduct({ args: ['--port', String(port)] }).catch((error: unknown) => error);
    if (!(failed instanceof StartFailed)) return expect.fail('it started');
    const said = failed.stderr.slice(failed.stderr.indexOf('clawdbot:'));
    const [, free = ''] = /use (\d+), which is free/.exec(said) ?? [];
    expect(said).toContain(`clawdbot serve --port ${free}, or app.port: ${free} in config.yaml`);
    expect(said).toMatch(isLinux ? new RegExp(`\\(process ${process.pid}\\) already listens`) : /Another program/);
    const second = await start({ args: ['--port', free] });
    expect(new URL(second.url).port).toBe(free);
  });

  test('is not replaced by one that another way in is to have', async () => {
    const port = await occupy();
    const socket = { enabled: true, port: port + 1 };
    const failed = await startProduct({ config: { platforms: { socket } }, args: ['--port', String(port)] }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(StartFailed);
    const free = Number(/use (\d+), which/.exec((failed as StartFailed).stderr)?.[1]);
    expect(free).toBeGreaterThan(port + 1);
  });

  test('of socket mode is said in the status, in a form that the interface can translate', async () => {
    const port = await occupy();
    const product = await start({ config: { platforms: { socket: { port } } } });
    const { notices, warnings } = await statusOf(product);
    expect(notices).toMatchObject([{ code: 'PORT_TAKEN', key: 'platforms.socket.port', port }]);
    expect(notices[0]).toMatchObject({ holder: isLinux ? { pid: process.pid } : null });
    expect(warnings).toContain(notices[0]?.message);
  });

  test('is found by doctor for every way in that has a port of its own', async () => {
    const [main, sockets] = [await occupy(), await occupy()];
    const checks = await doctor(
      newFolder({
        app: { port: main },
        platforms: { socket: { port: sockets }, webhook: { secret: 'secret secret' } },
      }),
    );
    const holder = isLinux ? `process ${process.pid}` : 'another program';
    expect(checks.get('port')).toMatchObject({ state: 'warning', detail: expect.stringContaining(holder) });
    expect(checks.get('port')?.detail).toMatch(
      new RegExp(`^${main} is taken.*page, REST, webhook; (\\d+) is free: set app\\.port: \\1`),
    );
    expect(checks.get('socket port')?.detail).toMatch(
      new RegExp(`^${sockets} is taken.*socket mode; (\\d+) is free: set platforms\\.socket\\.port: \\1`),
    );
  });
});

describe('a proxy', () => {
  const password = 'hunter22';
  const proxied = { HTTPS_PROXY: `http://ana:${password}@proxy.example:3128`, NO_PROXY: '127.0.0.1,localhost' };

  test('is no trouble where nothing goes out', async () => {
    const dataDir = newFolder({ platforms: { webhook: { enabled: false }, socket: { enabled: false } } });
    expect((await doctor(dataDir)).get('proxy')).toMatchObject({ state: 'ok', detail: /none is set/ });
    const check = (await doctor(dataDir, { env: proxied })).get('proxy');
    expect(check).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/HTTPS_PROXY is set; no message leaves/),
    });
    expect(check?.detail).not.toMatch(/hunter22|ana/);
  });

  test('is said to be left aside by replies, and to stand before whoever sends here', async () => {
    const dataDir = newFolder(repliesTo('http://127.0.0.1:9/'));
    const check = (await doctor(dataDir, { env: { http_proxy: 'http://127.0.0.1:9' } })).get('proxy');
    expect(check).toMatchObject({ state: 'warning' });
    expect(check?.detail).toMatch(/^HTTP_PROXY is set; .*replies of webhook; they go out directly.*NO_PROXY/);
  });

  test('is not used by replies, whatever the environment says', async () => {
    const through: string[] = [];
    const received: string[] = [];
    const target = await answering((request, response) => {
      received.push(request.method ?? '');
      response.end();
    });
    const proxy = await listening(createHttp().on('connect', (request) => through.push(request.url ?? '')));
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy}`, NODE_USE_ENV_PROXY: '1', NO_PROXY: '' };
    const product = await start({ config: repliesTo(`http://127.0.0.1:${target}/`), env });
    await post(product, 'one');
    await vi.waitFor(() => expect(received).toEqual(['POST']), 10_000);
    expect(through).toEqual([]);
  });
});

describe('no network', () => {
  const without = ['unshare', '--net'];

  test('is no trouble, and said so, where nothing goes out; else it is said what waits', async (context) => {
    if (!canUnshare) return leaveOut(context, 'needs root on Linux to be without a network');
    const alone = await doctor(newFolder({ platforms: { webhook: { enabled: false } } }), { before: without });
    expect(alone.get('network')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/there is none, and none/),
    });
    const sending = await doctor(newFolder(repliesTo('https://chat.example.com/x')), { before: without });
    expect(sending.get('network')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/everything on this machine works.*replies of webhook.*wait/),
    });
    expect(sending.get('replies of webhook')?.detail).toMatch(
      /chat\.example\.com cannot be reached \(E\w+\); replies wait/,
    );
  });

  test('leaves a reply waiting, and everything else at work', async () => {
    const product = await start({ config: repliesTo('https://no-such-name.invalid/') });
    await post(product, 'one');
    await vi.waitFor(async () => expect((await statusOf(product)).totals.done).toBe(1), 10_000);
    const { outbox, notices } = await statusOf(product);
    expect(outbox).toEqual({ pending: 1, failed: 0, unknown: 0 });
    expect(notices).toEqual([]);
  });
});

describe('a network that asks to sign in, or reads along', () => {
  test('is explained where a reply is led to another host, and the reply does not go there', async () => {
    const visits: string[] = [];
    const portal = await answering((request, response) => {
      visits.push(request.method ?? '');
      response.end();
    });
    const target = await answering((_request, response) =>
      response.writeHead(302, { location: `http://localhost:${portal}/login?key=abc` }).end(),
    );
    const config = repliesTo(`http://127.0.0.1:${target}/`);
    const check = (await doctor(newFolder(config))).get('replies of webhook');
    expect(check).toMatchObject({ state: 'warning', detail: expect.stringContaining(`localhost:${portal} (302)`) });
    expect(check?.detail).toMatch(/sign in.*reply_url/);

    const product = await start({ config });
    await post(product, 'one');
    await vi.waitFor(async () => expect((await statusOf(product)).outbox.failed).toBe(1), 10_000);
    expect((await statusOf(product)).notices).toMatchObject([
      { code: 'REPLIES_INTERCEPTED', channel: 'webhook', by: 'redirect' },
    ]);
    expect(visits).toEqual([]);
  });

  test('is explained where its certificate is nobody’s, and the reply waits and goes out once it is gone', async (context) => {
    if (!certificate) return leaveOut(context, 'needs openssl to make a certificate');
    const bodies: string[] = [];
    const listener: RequestListener = (request, response) => {
      bodies.push(request.method ?? '');
      response.end();
    };
    const interceptor = createHttps(certificate, listener);
    const port = await listening(interceptor);
    const config = repliesTo(`https://localhost:${port}/`);
    const check = (await doctor(newFolder(config))).get('replies of webhook');
    expect(check?.detail).toMatch(/certificate that nobody known vouches for \(\w+\).*sign in.*NODE_EXTRA_CA_CERTS/);

    const product = await start({ config });
    await post(product, 'one');
    await vi.waitFor(
      async () => expect((await statusOf(product)).notices).toMatchObject([{ by: 'certificate' }]),
      10_000,
    );
    expect((await statusOf(product)).outbox).toEqual({ pending: 1, failed: 0, unknown: 0 });
    expect(bodies).toEqual([]);
  });

  test('is explained where it says so itself', async () => {
    const port = await answering((_request, response) => response.writeHead(511).end());
    const product = await start({ config: repliesTo(`http://127.0.0.1:${port}/`) });
    await post(product, 'one');
    await vi.waitFor(async () => expect((await statusOf(product)).notices).toMatchObject([{ by: 'sign_in' }]), 10_000);
    expect((await statusOf(product)).outbox).toMatchObject({ pending: 1, failed: 0 });
  });

  test('is no more spoken of once a reply has arrived', async () => {
    let status = 511;
    const port = await answering((_request, response) => response.writeHead(status).end());
    const product = await start({ config: repliesTo(`http://127.0.0.1:${port}/`) });
    await post(product, 'one');
    await vi.waitFor(async () => expect((await statusOf(product)).notices).toHaveLength(1), 10_000);
    status = 200;
    await vi.waitFor(async () => expect((await statusOf(product)).outbox.pending).toBe(0), 20_000);
    expect((await statusOf(product)).notices).toEqual([]);
  }, 180_000);
});

describe('a wrong clock', () => {
  async function sendSigned(product: Product, timestamp: number): Promise<number> {
    const body = JSON.stringify({ sender_id: 'ana', content: `at ${timestamp}` });
    const response = await fetch(`${product.url}/api/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-timestamp': String(timestamp),
        'x-signature': sign(webhookSecret, `${timestamp}.${body}`),
      },
      body,
    });
    return response.status;
  }

  test('is told by senders who agree on another time, in the status and by doctor, until one of this time comes', async () => {
    const product = await start({ dataDir: newFolder() });
    const now = Math.floor(Date.now() / 1000);
    const answers = [0, 1, 2, 3, 4, 5].map((i) => sendSigned(product, now + 7200 + i));
    expect(await Promise.all(answers)).toEqual(Array(6).fill(401));
    const { notices } = await statusOf(product);
    expect(notices).toMatchObject([{ code: 'CLOCK_DIFFERS' }]);
    expect(notices[0]?.message).toContain('2 hours ahead of the clock here');
    await vi.waitFor(
      async () =>
        expect((await doctor(product.dataDir)).get('clock')).toMatchObject({
          state: 'warning',
          detail: expect.stringContaining('2 hours ahead'),
        }),
      10_000,
    );

    expect(await sendSigned(product, Math.floor(Date.now() / 1000))).toBe(202);
    expect((await statusOf(product)).notices).toEqual([]);
    await vi.waitFor(
      async () => expect((await doctor(product.dataDir)).get('clock')).toMatchObject({ state: 'ok' }),
      10_000,
    );
  }, 180_000);

  test('is not told by whoever does not know the secret', async () => {
    const product = await start({});
    const body = '{"sender_id":"mallory","content":"late"}';
    for (let i = 0; i < 20; i++) {
      const headers = {
        'content-type': 'application/json',
        'x-timestamp': String(Math.floor(Date.now() / 1000) + 7200 + i),
        'x-signature': sign('a guess', body),
      };
      expect((await fetch(`${product.url}/api/messages`, { method: 'POST', headers, body })).status).toBe(401);
    }
    expect((await statusOf(product)).notices).toEqual([]);
  });

  test('is told by a message that was stored later than now', async () => {
    const dataDir = newFolder();
    const first = await startProduct({ dataDir });
    await post(first, 'one');
    await first.stop();
    const db = new Database(join(dataDir, 'memory.db'));
    db.prepare('UPDATE messages SET received_at = received_at + ?').run(3 * 86_400_000);
    db.close();
    const { notices } = await statusOf(await start({ dataDir }));
    expect(notices).toMatchObject([{ code: 'CLOCK_BEHIND' }]);
    expect(notices[0]?.message).toContain('3 days later');
  });

  test('is told by a file that was written later than now', async () => {
    const dataDir = newFolder({ platforms: { webhook: { enabled: false } } });
    const later = Date.now() / 1000 + 86_400;
    expect((await doctor(dataDir)).get('clock')).toMatchObject({ state: 'ok' });
    utimesSync(join(dataDir, 'config.yaml'), later, later);
    expect((await doctor(dataDir)).get('clock')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/config\.yaml was written at .*: set the clock of this computer/),
    });
  });

  test('is told by a receiver of replies', async () => {
    const port = await answering((_request, response) =>
      response.writeHead(200, { date: new Date(Date.now() + 3_600_000).toUTCString() }).end(),
    );
    expect((await doctor(newFolder(repliesTo(`http://127.0.0.1:${port}/`)))).get('clock')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('a receiver of replies says'),
    });
  });
});

test('control: on a quiet machine nothing around the product is wrong', async () => {
  const dataDir = newFolder({
    app: { port: await freePort() },
    platforms: { webhook: { secret: webhookSecret }, socket: { enabled: false } },
  });
  const wrong = [...(await doctor(dataDir)).values()].filter(({ state }) => state !== 'ok');
  expect(wrong).toEqual([]);
});

function leaveOut({ task, skip }: { task: { meta: object }; skip(): void }, reason: string): void {
  Object.assign(task.meta, { leftOut: reason });
  skip();
}
