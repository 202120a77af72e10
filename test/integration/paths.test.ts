import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSecretRegistry } from '../../src-main/core/foundation/logger.ts';
import { Config, ConfigInvalid, loadConfig } from '../../src-main/core/settings/index.ts';
import { pageAddressOf, readDeepLink } from '../../src-main/hosts/electron/deep-link.ts';
import { pageUrl } from '../../src-main/hosts/electron/identity.ts';
import { loadStaticFiles } from '../../src-main/transports/index.ts';
import { hostilePaths } from '../fakes/hostile-paths.ts';
import { type Product, productArgs, startProduct } from '../fakes/product.ts';
import { exchange, raw } from '../fakes/raw-http.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

const canary = 'a canary that nobody may read';
const names = Object.entries(hostilePaths);

let folder: string;
let dataDir: string;
let product: Product;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-paths-'));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  for (const place of [folder, dataDir]) writeFileSync(join(place, 'canary.txt'), canary);
  product = await startProduct({ dataDir });
});
afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Where a part of an address, or an id in it, names something. `*` stands for the name. */
const addresses = [
  'GET /*',
  'GET /assets/*',
  'GET /api/docs/*',
  'GET /api/v1/*',
  'GET /api/v1/boards/*',
  'GET /api/v1/tasks/*',
  'PATCH /api/v1/tasks/*',
  'DELETE /api/v1/tasks/*',
  'GET /api/v1/memories/*',
  'GET /api/v1/messages/*',
  'GET /api/v1/conversations/*/messages',
  'DELETE /api/v1/tokens/*',
  'POST /hooks/*',
];
const cells = addresses.length * names.length;

/** What lies outside, and what a file of this machine would look like. */
const leak = /a canary that nobody may read|root:x?:0:|\[fonts\]|SQLite format|PRIVATE KEY/;

test(`no name in an address leads out of what may be asked for: ${cells}/${cells}`, async () => {
  const port = Number(new URL(product.url).port);
  const headers = [`host: 127.0.0.1:${port}`, `authorization: Bearer ${product.token}`, 'connection: close'];
  const wrong: string[] = [];
  for (const address of addresses) {
    const [method = '', path = ''] = address.split(' ');
    const answers = await Promise.all(
      names.map(async ([what, name]) => {
        const withBody = method === 'PATCH' || method === 'POST' ? '{"title":"x"}' : '';
        const lines = withBody === '' ? headers : [...headers, 'content-type: application/json'];
        return {
          what,
          ...(await exchange(
            port,
            raw(
              method,
              path.replace('*', () => name),
              lines,
              withBody,
            ),
          )),
        };
      }),
    );
    for (const { what, status, head, body } of answers) {
      // 405: the address without what the name takes away from it is one that knows other methods.
      const isRefused = status === 400 || status === 404 || status === 405 || status === 414 || status === 431;
      if (!isRefused || leak.test(head + body) || /set-cookie/i.test(head))
        wrong.push(`${address}, ${what}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
});

const openRpc = async () => {
  const peer = await openTestSocket(`${product.url.replace('http', 'ws')}/rpc`);
  peer.send({ type: 'auth', token: product.token });
  await peer.next();
  return peer;
};

test(`no name in a call over the socket becomes a path: ${names.length * 3}/${names.length * 3}`, async () => {
  let peer = await openRpc();
  const wrong: string[] = [];
  for (const [what, written] of names) {
    const name = decoded(written);
    const calls = [
      { u: '/tasks/get', b: { json: { id: name } } },
      { u: '/boards/get', b: { json: { id: name } } },
      { u: `/${name}`, b: { json: {} } },
    ];
    for (const p of calls) {
      peer.send({ i: 'x', p });
      const answer = await Promise.race([peer.next(), peer.closed]);
      const { code, p: said } = answer as { code?: number; p?: { s?: number } };
      // What is no address at all ends the connection, as every frame does that is none.
      if (code !== undefined) peer = await openRpc();
      const isRefused = code === 1007 || (said?.s !== undefined && said.s >= 400 && said.s < 500);
      if (!isRefused || leak.test(JSON.stringify(answer))) wrong.push(`${p.u}, ${what}: ${JSON.stringify(answer)}`);
    }
  }
  peer.socket.close();
  expect(wrong).toEqual([]);
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

test(`no link opens anything but a place in the page: ${names.length * 4}/${names.length * 4}`, () => {
  for (const [, name] of names) {
    for (const link of [
      `clawdbot://${name}`,
      `clawdbot://task/${name}`,
      `clawdbot://conversation/a:${name}`,
      `clawdbot:${name}`,
    ]) {
      const place = readDeepLink(link);
      if (place !== null) expect(new URL(pageAddressOf(place)).href.split('#')[0]).toBe(new URL(pageUrl).href);
      if (place?.screen === 'task') expect(place.id).toMatch(/^[\w-]+$/);
    }
  }
});

test(`no name is a file of the interface but those that are in it: ${names.length * 2}/${names.length * 2}`, async () => {
  const built = join(folder, 'interface');
  mkdirSync(built, { recursive: true });
  writeFileSync(join(built, 'index.html'), '<!doctype html>');
  const files = await loadStaticFiles(built);
  for (const [, name] of names)
    for (const path of [`/${name}`, `/${decoded(name)}`]) expect(files.find(path)).toBeNull();
  expect(files.find('/index.html')).not.toBeNull();
});

describe('a configuration', () => {
  const keys: Record<string, (value: string) => unknown> = {
    'memory.db_path': (value) => ({ memory: { db_path: value } }),
    'app.tls': (value) => ({ app: { tls: { cert_file: value, key_file: value } } }),
    'a reference to a file': (value) => ({ platforms: { webhook: { secret: `\${file:${value}}` } } }),
    'a path of a webhook': (value) => ({ platforms: { webhook: { path: `/${value}` } } }),
    'a name of a webhook': (value) => ({ platforms: { webhook: { endpoints: [{ name: value, path: '/x' }] } } }),
    'a name of a mapping': (value) => ({ mappings: { [value]: { sender_id: 'a', content: 'b' } } }),
  };
  /** The operator may name any file of the machine; these are none. */
  const none = { 'a NUL': '../canary.txt\0', 'a line': 'a\nb', '5,000 letters': 'x'.repeat(5_000), nothing: '' };
  const all = { ...Object.fromEntries(names.map(([what, name]) => [what, decoded(name)])), ...none };

  test.each(Object.entries(keys))('takes or refuses %s, and says which key', async (_key, group) => {
    for (const value of Object.values(all)) {
      const outcome = await load(group(value));
      if (outcome instanceof ConfigInvalid) expect(outcome.problems.length).toBeGreaterThan(0);
      else expect(Config.safeParse(outcome).success).toBe(true);
    }
  });

  test.each(Object.keys(keys))('takes nothing for %s that can be no name', async (key) => {
    for (const value of Object.values(none)) expect(await load(keys[key]?.(value))).toBeInstanceOf(ConfigInvalid);
  });

  test.each(['a path of a webhook', 'a name of a webhook'])('lets no name lead elsewhere in %s', async (key) => {
    for (const name of ['../x', '..\\x', '%2e%2e', 'a/../b', './x', 'C:x'])
      expect(await load(keys[key]?.(name))).toBeInstanceOf(ConfigInvalid);
  });

  async function load(value: unknown): Promise<unknown> {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, JSON.stringify(value), { mode: 0o600 });
    const secrets = { description: 'none', get: async () => null, set: async () => {}, delete: async () => {} };
    const options = { file, dataDir: folder, env: {}, secrets, registry: createSecretRegistry(), keepLastGood: false };
    return loadConfig(options).then(
      ({ config }) => config,
      (error: unknown) => {
        if (error instanceof ConfigInvalid) return error;
        throw error;
      },
    );
  }
});

test.each([
  ['--data', 'x'.repeat(4_000)],
  ['--data', join('nowhere', '..', '..', 'nowhere', 'x')],
  ['--config', 'x'.repeat(4_000)],
  ['--config', '../../../../../../etc/hostname'],
])('a command line with %s %s ends with one sentence', (option, value) => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [...productArgs, 'serve', `${option}=${value}`, '--port', '0'],
    {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', CLAWDBOT_DATA: join(folder, 'another') },
      timeout: 30_000,
    },
  );
  expect([1, 78]).toContain(status);
  expect(stderr).toMatch(/^clawdbot: /m);
  expect(stderr + stdout).not.toMatch(/\n\s+at /);
});
