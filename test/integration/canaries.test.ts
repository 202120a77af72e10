import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Product, StartFailed, startProduct } from '../fakes/product.ts';
import { exchange, raw } from '../fakes/raw-http.ts';
import { createSender, sign } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

/*
 * Every secret planted here says "canary" over and over, so that a half of one is found, too. Then everything that
 * leaves the product is searched: log lines at the level of debug, answers, frames, and every file but those that are
 * there to hold secrets.
 */
const word = 'canary';
const canary = (name: string, length = 40) => `${name}-${`${word}.`.repeat(Math.ceil(length / 7))}`;
const canaries = {
  webhook: `${canary('a')}"quoted" \\ and a tab\t${canary('b')}`,
  previous: canary('a'),
  endpoint: canary('endpoint', 900),
  fromFile: canary('file'),
  fromEnv: canary('env'),
  fromKeychain: `${canary('keychain')}钥匙`,
  inAddress: canary('address'),
};
const vaults = new Set(['keys', 'config.yaml', 'config.last-good.yaml']);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function newFolder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-canaries-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  mkdirSync(join(dataDir, 'keys'), { mode: 0o700 });
  writeFileSync(join(dataDir, 'keys/file.secret'), `${canaries.fromFile}\n`, { mode: 0o600 });
  writeFileSync(join(dataDir, 'keys/secrets.json'), JSON.stringify({ NAME: canaries.fromKeychain }), { mode: 0o600 });
  return dataDir;
}

/** What left the product, by where. */
function createSinks() {
  const found: string[] = [];
  let looked = 0;
  return {
    look(where: string, text: string, ...more: string[]): void {
      looked++;
      for (const secret of [word, base64Of(word), ...more])
        if (text.includes(secret)) found.push(`${where}: ${around(text, secret)}`);
    },
    lookAtFiles(folder: string, ...more: string[]): void {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        const [top = ''] = path.slice(folder.length + 1).split('/');
        if (entry.isFile() && !vaults.has(top)) this.look(path, readFileSync(path, 'latin1'), ...more);
      }
    },
    found: () => found,
    looked: () => looked,
  };
}

/** What every alignment of the repeated word has in common. */
const base64Of = (text: string): string => Buffer.from(`${text}.`.repeat(3)).toString('base64').slice(0, 24);
const around = (text: string, secret: string): string =>
  text.slice(Math.max(0, text.indexOf(secret) - 80), text.indexOf(secret) + 40);

/** Answers what a receiver of replies may: with a failure, with a redirect, and not at all. */
async function startReceiver(): Promise<number> {
  let turn = 0;
  const server = createServer((request, response) => {
    request.resume();
    const status = [500, 302, 429, 400][turn++ % 5];
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status, { location: `/${word}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const configWith = (port: number) => ({
  platforms: {
    webhook: {
      secret: canaries.webhook,
      previous_secret: canaries.previous,
      reply_url: `http://127.0.0.1:${port}/${canaries.inAddress}?key=${encodeURIComponent(canaries.inAddress)}`,
      endpoints: [
        // Nobody listens at port 1.
        { name: 'far', path: '/hooks/far', secret: canaries.endpoint, reply_url: `http://127.0.0.1:1/${word}` },
        { name: 'file', path: '/hooks/file', secret: '${file:keys/file.secret}' },
        { name: 'env', path: '/hooks/env', secret: '${env:CANARY_OF_ENV}' },
        { name: 'chain', path: '/hooks/chain', secret: '${keychain:NAME}' },
      ],
    },
  },
});
const env = { CANARY_OF_ENV: canaries.fromEnv };

test('secrets planted everywhere are in no log, answer, frame or file that is not theirs', async () => {
  const dataDir = newFolder();
  const product = await startProduct({
    dataDir,
    config: configWith(await startReceiver()),
    env,
    args: ['--debug'],
  });
  cleanups.push(() => product.kill());
  const sinks = createSinks();
  const minted = await call(product, 'POST', '/tokens', { role: 'operator', label: 'phone' });
  const { token, id } = JSON.parse(minted.text) as { token: string; id: string };
  const known = [product.token, token, product.token.split('.')[2] ?? '', token.split('.')[2] ?? ''];
  const look = (where: string, text: string) => sinks.look(where, text, ...known);
  // Known from here on: wrong guesses, of which many follow, lock out whoever has not been seen before.
  look('/me', (await call({ ...product, token }, 'GET', '/me')).text);

  for (const [what, answer] of await provoke(product)) look(what, answer);
  await deliverUntilTried(product);
  for (const [what, frames] of await talkOverSockets(product, token)) look(what, frames);
  for (const path of [
    '/me',
    '/health',
    '/health/detail',
    '/tokens',
    '/openapi.json',
    '/conversations',
    '/messages/dead',
  ])
    look(path, (await call(product, 'GET', path)).text);
  await call(product, 'DELETE', `/tokens/${id}`);
  look('a revoked token', (await call({ ...product, token }, 'GET', '/me')).text);

  sinks.lookAtFiles(dataDir, ...known);
  expect(await product.stop()).toBe(0);
  sinks.lookAtFiles(dataDir, ...known);
  for (const line of product.logs().trim().split('\n')) look('log', line);

  expect(sinks.found()).toEqual([]);
  expect(sinks.looked()).toBeGreaterThan(60);
  for (const event of ['webhook.refused', 'delivery.attempt_failed']) expect(product.logs()).toContain(event);
});

async function call({ url, token }: Pick<Product, 'url' | 'token'>, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** Requests that fail in every way while they carry secrets: in headers, in addresses, and in bodies of any depth. */
async function provoke({ url, token }: Product): Promise<[string, string][]> {
  const port = Number(new URL(url).port);
  // Nobody told the log of this one: what a stranger sends has to stay out by itself.
  const secret = canary('stray');
  const readable = new Set(['/api/v1/me', '/rpc', `/${secret}`]);
  const paths = ['/api/messages', '/hooks/far', '/api/v1/messages', '/api/v1/pair', ...readable];
  const headers = [
    `authorization: Bearer ${secret}`,
    `authorization: Basic ${Buffer.from(secret).toString('base64')}`,
    `x-signature: ${secret}`,
    `cookie: session=${secret}`,
    `x-api-key: ${secret}`,
    `x-delivery-id: ${secret} ${secret}`,
    `idempotency-key: ${secret} ${secret}`,
    `user-agent: ${secret}`,
    `origin: http://${word}.example`,
    `authorization: Bearer ${token}\r\nx-padding: ${secret}`,
  ];
  const bodies = [
    `{"code":"${secret.slice(0, 20)}"}`,
    `{"sender_id":{"nested":["${secret}"]},"content":"x"}`,
    `{"sender_id":"ana","content":5,"metadata":{"${secret}":"${secret}"}}`,
    `{"sender_id":"ana","content":"${secret}"`,
    `["${secret}"]`,
    `{"__proto__":{"${secret}":1}}`,
  ];
  const answers: [string, string][] = [];
  for (const path of paths) {
    for (const header of headers) {
      const method = readable.has(path) ? 'GET' : 'POST';
      for (const body of method === 'GET' ? [''] : bodies) {
        const lines = [`host: 127.0.0.1:${port}`, 'content-type: application/json', 'connection: close', header];
        const { head, body: answer } = await exchange(port, raw(method, path, lines, body));
        answers.push([`${method} ${path} with ${header.slice(0, 40)}`, head + answer]);
      }
    }
  }
  return answers;
}

/** Signed under each secret, and replied to where the receiver fails in one way after another. */
async function deliverUntilTried(product: Product): Promise<void> {
  for (const secret of [canaries.webhook, canaries.previous]) {
    const sender = createSender(product.url, secret, 4);
    for (let at = 0; at < 6; at++) {
      const answer = await sender.send({
        sender_id: `ana ${secret.length} ${at}`,
        external_id: `${secret.length}-${at}`,
        content: 'hello',
      });
      expect(answer).toMatchObject({ status: 202 });
    }
    sender.close();
  }
  const body = JSON.stringify({ sender_id: 'ana', external_id: 'far', content: 'hello' });
  const headers = { 'content-type': 'application/json', 'x-signature': sign(canaries.endpoint, body) };
  expect((await fetch(`${product.url}/hooks/far`, { method: 'POST', headers, body })).status).toBe(202);
  const tried = () => product.logs().split('delivery.attempt_failed').length > 13;
  while (!tried()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function talkOverSockets({ url, wsUrl, token: admin }: Product, token: string): Promise<[string, string][]> {
  const ways = [wsUrl, `${url.replace('http', 'ws')}/rpc`];
  const said: [string, string][] = [];
  for (const way of ways) {
    for (const first of [{ type: 'auth', token: canaries.fromEnv }, { [canaries.previous]: 1 }, canaries.webhook]) {
      const peer = await openTestSocket(way);
      peer.send(first);
      said.push([`${way} refused`, (await peer.closed).reason]);
    }
    const peer = await openTestSocket(way);
    const frames: string[] = [];
    peer.socket.on('message', (data: Buffer) => frames.push(data.toString()));
    peer.send({ type: 'auth', token: way === wsUrl ? token : admin });
    // Only the RPC socket says when it is ready.
    if (way !== wsUrl) await peer.next();
    for (const frame of [
      { sender_id: 'ben', external_id: '1', content: 'hello', metadata: 5, password: canaries.previous },
      { sender_id: canaries.previous, content: { deep: [canaries.previous] } },
      { i: '1', p: { u: '/access/pair', b: { json: { code: canaries.previous.slice(0, 20), label: 'x' } } } },
      { i: '2', p: { u: '/system/status', b: { json: null } } },
    ]) {
      if (peer.socket.readyState === peer.socket.OPEN) peer.send(frame);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    peer.socket.close();
    said.push([`${way} frames`, frames.join('\n')]);
  }
  return said;
}

test('a pairing code is where it is shown and nowhere else, nor is the token that it buys', async () => {
  const dataDir = newFolder();
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../../src-main/hosts/headless/main.ts'),
      'serve',
      '--debug',
      '--port',
      '0',
      '--data',
      dataDir,
    ],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  cleanups.push(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  while (!out.includes('Ctrl+C')) await new Promise((resolve) => setTimeout(resolve, 20));
  const code = /Pairing code for your browser: (\S+)/.exec(out)?.[1] ?? expect.fail(out);
  const url = /is ready: (\S+)/.exec(out)?.[1] ?? expect.fail(out);

  const sinks = createSinks();
  const pair = async (): Promise<string> => {
    const body = JSON.stringify({ code, label: 'browser' });
    return (
      await fetch(`${url}/api/v1/pair`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    ).text();
  };
  const { token } = JSON.parse(await pair()) as { token: string };
  const secrets = [code, code.replace('-', ''), token, token.split('.')[2] ?? ''];
  sinks.look('a used code', await pair(), ...secrets);
  sinks.look('status', JSON.stringify(await statusOf({ url, token })), ...secrets);
  sinks.lookAtFiles(dataDir, ...secrets);
  child.kill('SIGTERM');
  await exited;
  sinks.lookAtFiles(dataDir, ...secrets);
  sinks.look('log', err, ...secrets);
  expect(sinks.found()).toEqual([]);
  expect(out.split(code).length - 1).toBe(2);
});

const broken = {
  'a secret of the wrong type': `platforms: { webhook: { secret: [${word}] } }`,
  'a misspelt key': `platforms: { webhook: { secrte: ${canaries.previous} } }`,
  'a line that is no YAML': `platforms:\n  webhook:\n    secret: "${canaries.previous}\n`,
  'a secret where a number belongs': 'app: { queue_limit: "${env:CANARY_OF_ENV}" }',
  'a secret from the key chain where a path belongs':
    'app: { tls: { cert_file: "${keychain:NAME}", key_file: "${file:keys/file.secret}" } }',
  'half of a reference': `platforms: { webhook: { secret: "\${env:X} ${canaries.previous}" } }`,
  'an address that is none': `platforms: { webhook: { reply_url: "htp://${canaries.inAddress}" } }`,
  'one key twice': `platforms: { webhook: { secret: ${canaries.previous}, secret: ${canaries.previous} } }`,
};

test.each(Object.entries(broken))('a start that %s stops says nothing of the secret', async (_what, text) => {
  const dataDir = newFolder();
  writeFileSync(join(dataDir, 'config.yaml'), `${text}\n`, { mode: 0o600 });
  const refused = await startProduct({ dataDir, keepConfig: true, env, args: ['--debug'] }).then(
    (started) => started.kill(),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(StartFailed);
  const { exitCode, stderr } = refused as StartFailed;
  expect(exitCode).toBe(78);
  expect(stderr).not.toContain(word);
});
