import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startReplyReceiver } from '../fakes/channel-rigs.ts';
import {
  freePort,
  type Product,
  type ProductOptions,
  StartFailed,
  startProduct,
  webhookSecret,
} from '../fakes/product.ts';
import { sign } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

const stopAtStep = fileURLToPath(new URL('../fixtures/stop-at-step.ts', import.meta.url));

let dataDir: string;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-safe-mode-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(options: ProductOptions = {}): Promise<Product> {
  const product = await startProduct({ dataDir, from: 'bundle', ...options });
  cleanups.push(() => product.kill());
  return product;
}

/** Starts that are killed when their work is about to begin. */
async function crash(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    const crashed = start({ nodeArgs: ['--import', stopAtStep], env: { STOP_AT: 'before-post:work.recover' } });
    await expect(crashed).rejects.toBeInstanceOf(StartFailed);
  }
}

const isSafe = async (product: Product): Promise<boolean> =>
  (await statusOf(product)).warnings.some((warning) => warning.startsWith('Safe mode'));

function post({ url, token }: Product, path: string, message: Record<string, unknown>): Promise<Response> {
  const body = JSON.stringify(message);
  const proof: Record<string, string> =
    path === '/api/messages' ? { 'x-signature': sign(webhookSecret, body) } : { authorization: `Bearer ${token}` };
  return fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...proof }, body });
}

const message = { sender_id: 'ana', external_id: 'the message', content: 'Please send the report to Mei by Friday' };

test('after three starts that crash, the fourth opens the chat and the interface alone, and says why and how to leave', async () => {
  await crash(3);
  const safe = await start();

  const { warnings, channels } = await statusOf(safe);
  expect(warnings[0]).toMatch(
    /^Safe mode, because the last 3 starts ended.* To leave safe mode, stop Clawdbot in order/,
  );
  expect(channels.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'chat ready',
    'api off',
    'webhook off',
    'socket off',
  ]);
  for (const path of ['/api/messages', '/api/v1/messages']) {
    const refused = await post(safe, path, message);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('300');
    expect(await refused.json()).toMatchObject({ code: 'SAFE_MODE' });
  }
  for (const address of [safe.wsUrl, `${safe.url.replace('http', 'ws')}/ws`]) {
    const opened = new Promise((resolve) => {
      const socket = new WebSocket(address);
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    });
    expect(await opened).toBe('refused');
  }
  const said = await post(safe, '/api/v1/chat/messages', { content: 'Please call Mei tomorrow', external_id: 'said' });
  expect(said.ok).toBe(true);
  while ((await statusOf(safe)).totals.done < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await fetch(`${safe.url}/`)).headers.get('content-type')).toMatch(/html/);
});

test('safe mode stays until a run ends in order, and then everything is open again', async () => {
  await crash(3);
  const first = await start();
  await first.kill();
  const second = await start();
  expect(await isSafe(second)).toBe(true);
  expect(await second.stop()).toBe(0);

  const third = await start();
  expect(await isSafe(third)).toBe(false);
  expect((await post(third, '/api/messages', message)).status).toBe(202);
});

test('a start that says what is in its way is not a crash', async () => {
  const taken = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  cleanups.push(() => taken.close());
  await crash(2);
  await expect(start({ args: ['--port', String(port)] })).rejects.toBeInstanceOf(StartFailed);
  expect(await isSafe(await start())).toBe(false);
});

test('--safe-mode asks for it; a reply that was due waits, and is delivered after it', async () => {
  const receiver = await startReplyReceiver();
  cleanups.push(() => receiver.close());
  const config = { platforms: { webhook: { reply_url: receiver.url } } };
  const first = await start({
    config,
    nodeArgs: ['--import', stopAtStep],
    env: { STOP_AT: 'after-commit:messages.accept' },
  });
  await post(first, '/api/messages', message).catch(() => {});
  await first.exited;

  const safe = await start({ config, args: ['--safe-mode'] });
  expect((await statusOf(safe)).warnings[0]).toMatch(/^Safe mode, as asked for with --safe-mode/);
  for (;;) {
    const { totals, outbox } = await statusOf(safe);
    if (totals.done === 1) {
      expect(outbox).toEqual({ pending: 1, failed: 0, unknown: 0 });
      break;
    }
  }
  expect(await safe.stop()).toBe(0);

  const usual = await start({ config });
  expect(await isSafe(usual)).toBe(false);
  const answer = (await (await post(usual, '/api/messages', message)).json()) as { id: string; duplicate: boolean };
  expect(answer.duplicate).toBe(true);
  expect(await receiver.replyTo(answer.id)).toMatch(/.+/);
});
