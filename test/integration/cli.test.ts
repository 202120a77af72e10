import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, type Product, productArgs, startProduct } from '../fakes/product.ts';

const root = join(import.meta.dirname, '../..');
const stackLine = /^\s+at .*\.(ts|js):\d+/m;

/** A configuration without the ways in that have a port or a secret of their own. */
const closed = 'platforms: { webhook: { enabled: false }, socket: { enabled: false } }\n';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Starts the program with a home of its own, so that no test can reach the data of whoever runs it. */
function spawnCli(args: readonly string[]) {
  const { CLAWDBOT_DATA: _, ...own } = process.env;
  // What this machine's network needs is no part of what the program is asked here.
  const env = Object.fromEntries(Object.entries(own).filter(([key]) => !/proxy/i.test(key)));
  const child = spawn(process.execPath, [...productArgs, ...args], {
    cwd: root,
    env: { ...env, NODE_OPTIONS: '', XDG_DATA_HOME: join(tmpdir(), 'clawdbot-cli-nobody') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

const clawdbot = (...args: string[]): Promise<Ended> => spawnCli(args).ended;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-cli-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function folderWith(config: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'config.yaml'), config, { mode: 0o600 });
  return folder;
}

async function start(options: Parameters<typeof startProduct>[0] = {}): Promise<Product> {
  const product = await startProduct(options);
  cleanups.push(() => product.stop());
  return product;
}

/** A folder that the product has worked in and left, with ports that are free. */
async function usedFolder(): Promise<string> {
  const dataDir = newFolder();
  const product = await startProduct({ dataDir, config: { app: { port: await freePort() } } });
  await product.stop();
  return dataDir;
}

describe('help', () => {
  test.each([['--help'], ['-h'], ['help'], ['help', 'token'], ['token', '--help']])(
    'is given for %s %s, on standard output',
    async (...args) => {
      const { code, out, err } = await clawdbot(...args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      for (const said of ['clawdbot serve', 'clawdbot doctor', 'clawdbot token', 'clawdbot pair', '--data', '--debug'])
        expect(out).toContain(said);
    },
  );

  test.each([['--version'], ['-v'], ['version']])(
    '%s prints the version of the package and nothing else',
    async (arg) => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      expect(await clawdbot(arg)).toEqual({ code: 0, out: `${version}\n`, err: '' });
    },
  );
});

describe('a command line that cannot be meant', () => {
  test.each<[string[], string]>([
    [[], 'clawdbot: say which command'],
    [['dokter'], 'clawdbot: there is no command dokter; did you mean doctor?'],
    [['frobnicate'], 'clawdbot: there is no command frobnicate'],
    [['constructor'], 'clawdbot: there is no command constructor'],
    [['serve', 'now'], 'clawdbot: now is one word too many'],
    [['serve', '--prot', '8000'], 'clawdbot: there is no option --prot; did you mean --port?'],
    [['serve', '--frobnicate'], 'clawdbot: there is no option --frobnicate'],
    [['serve', '-x'], 'clawdbot: there is no option -x'],
    [['serve', '--ttl', '3d'], 'clawdbot: serve takes no --ttl'],
    [['backup'], 'clawdbot: say which FILE to write'],
    [['verify'], 'clawdbot: say which FILE to verify'],
    [['restore'], 'clawdbot: say which FILE to restore'],
    [['restore', 'one', 'two'], 'clawdbot: two is one word too many'],
    [['restore', 'one', '--overwrite'], 'clawdbot: restore takes no --overwrite'],
    [['token', '--port', '8000'], 'clawdbot: token takes no --port'],
    [['serve', '--json=yes'], 'clawdbot: --json takes no value'],
    [['serve', '--data'], 'clawdbot: --data needs a value'],
    [['serve', '--data', ''], 'clawdbot: --data needs a value'],
    [['serve', '--data', '--json'], 'clawdbot: --data needs a value'],
    [['serve', '--port', 'eighty'], 'clawdbot: --port eighty: a number from 0 to 65535 (0 picks a free port)'],
    [['serve', '--port', '65536'], 'clawdbot: --port 65536: a number from 0 to 65535 (0 picks a free port)'],
    [['serve', '--port=-1'], 'clawdbot: --port -1: a number from 0 to 65535 (0 picks a free port)'],
    [['serve', '--port', '80.5'], 'clawdbot: --port 80.5: a number from 0 to 65535 (0 picks a free port)'],
    [['token', '--role', 'boss'], 'clawdbot: --role boss: one of viewer, operator, admin'],
    [['token', '--ttl', 'soon'], 'clawdbot: --ttl soon: a number and s, m, h or d, for example 30d; at most ten years'],
    [['token', '--ttl', '0d'], 'clawdbot: --ttl 0d: a number and s, m, h or d, for example 30d; at most ten years'],
    [['token', '--ttl', '11000d'], 'clawdbot: --ttl 11000d: a number and s, m, h or d'],
    [['token', '--label', 'x'.repeat(65)], 'clawdbot: --label: 1 to 64 characters'],
  ])('is exit code 2 and one line that says why, before the usage: %j', async (args, message) => {
    const { code, out, err } = await clawdbot(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const [first, ...rest] = err.split('\n');
    expect(first).toContain(message);
    expect(rest.join('\n')).toContain('clawdbot serve');
    expect(err).not.toMatch(stackLine);
  });
});

test.each([
  [['models', 'list'], /models yet/],
  [['audit', 'verify'], /audit yet/],
])('%j is refused in one sentence: this version does not have it yet', async (args, meanwhile) => {
  const { code, out, err } = await clawdbot(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^clawdbot: this version does not have .*\n$/);
  expect(err).toMatch(meanwhile);
});

test('a broken configuration is exit code 78 with file, line, key and what was expected', async () => {
  const dataDir = folderWith('app:\n  locale: en\n  port: eighty\n');
  const { code, out, err } = await clawdbot('serve', '--data', dataDir);
  expect({ code, out }).toEqual({ code: 78, out: '' });
  expect(err).toMatch(/config\.yaml:3:\d+ app\.port: expected a whole number from 0 to 65535.*, found "eighty"/);
  expect(err).not.toMatch(stackLine);
});

test('a stack trace is shown with --debug, with what led to the error, and only then', async () => {
  const dataDir = newFolder();
  const plain = await clawdbot('token', '--data', dataDir);
  expect(plain.code).toBe(1);
  expect(plain.err).toMatch(/^clawdbot: .*keys.*start the product once.*\n$/);

  const debug = await clawdbot('token', '--data', dataDir, '--debug');
  expect(debug.code).toBe(1);
  expect(debug.err).toMatch(stackLine);
  expect(debug.err).toContain('ENOENT');
});

test('serve --json prints one line, the ready one, on standard output and its logs on standard error', async () => {
  const dataDir = folderWith(closed);
  const { child, said, ended } = spawnCli(['serve', '--data', dataDir, '--port', '0', '--json']);
  cleanups.push(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');

  const { url, token, ...rest } = JSON.parse(said.out);
  expect(rest).toEqual({ ready: true, pid: child.pid });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await statusOf(url, token)).toBe(200);

  child.kill('SIGTERM');
  const { code, out, err } = await ended;
  expect(code).toBe(0);
  expect(out).toMatch(/^\{.*\}\n$/);
  const events = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(events).toEqual(expect.arrayContaining(['app.started', 'app.stopped']));
  expect(err).not.toContain(token);
});

/** What a call for admins answers. */
async function statusOf(url: string, token: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/tokens`, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
}

describe('doctor', () => {
  interface Check {
    name: string;
    state: 'ok' | 'warning' | 'failure';
    detail: string;
  }

  async function doctor(dataDir: string, ...args: string[]) {
    const { code, out, err } = await clawdbot('doctor', '--json', '--data', dataDir, ...args);
    expect(err).toBe('');
    const { checks } = JSON.parse(out) as { checks: Check[] };
    return { code, checks, wrong: checks.filter(({ state }) => state !== 'ok') };
  }

  test('ends with 0 on a healthy installation and shows what it looked at', async () => {
    const dataDir = await usedFolder();
    const { code, checks, wrong } = await doctor(dataDir);
    expect({ code, wrong }).toEqual({ code: 0, wrong: [] });
    expect(checks.map(({ name }) => name)).toEqual([
      'program',
      'data folder',
      'configuration',
      'database',
      'database copies',
      'port',
      'socket port',
      'proxy',
      'network',
      'clock',
    ]);

    const spoken = await clawdbot('doctor', '--data', dataDir);
    expect({ code: spoken.code, err: spoken.err }).toEqual({ code: 0, err: '' });
    // The room on the disk may be another a second later.
    const withoutFigures = (line: string) => line.replace(/\d[\d.,]*/g, '#');
    expect(spoken.out.trim().split('\n').map(withoutFigures)).toEqual(
      checks.map(({ name, detail }) => withoutFigures(`✓ ${name}: ${detail}`)),
    );
  });

  test('ends with 0 while the product runs: its own ports are no warning', async () => {
    const product = await start();
    const { code, checks } = await doctor(product.dataDir, '--port', new URL(product.url).port);
    expect(code).toBe(0);
    expect(checks.filter(({ detail }) => detail.includes(`process ${product.pid}`))).toHaveLength(2);
  });

  test('ends with 1 when a port is taken by another program, and says which key chooses another', async () => {
    const { port, dataDir } = await takenPort();
    const { code, wrong } = await doctor(dataDir);
    expect(code).toBe(1);
    expect(wrong).toEqual([
      { name: 'port', state: 'warning', detail: expect.stringMatching(`${port} is taken.*app\\.port`) },
    ]);
    expect((await clawdbot('doctor', '--data', dataDir)).out).toContain('! port: ');
  });

  async function takenPort(): Promise<{ port: number; dataDir: string }> {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    return { port, dataDir: folderWith(`app: { port: ${port} }\n${closed}`) };
  }

  test('ends with 1 before the first start and makes nothing', async () => {
    const parent = newFolder();
    const { code, wrong } = await doctor(join(parent, 'new'), '--port', '0');
    expect(code).toBe(1);
    expect(wrong.map(({ name }) => name)).toContain('data folder');
    expect(() => readFileSync(join(parent, 'new'))).toThrow('ENOENT');
  });

  test('ends with 2 on a broken configuration, with file, line, key and what was expected', async () => {
    const { code, wrong } = await doctor(folderWith('app:\n  port: eighty\n'));
    expect(code).toBe(2);
    expect(wrong).toEqual([
      {
        name: 'configuration',
        state: 'failure',
        detail: expect.stringMatching(/config\.yaml:2:\d+ app\.port: expected a whole number from 0 to 65535/),
      },
    ]);
  });

  test('ends with 2 on a damaged database, and leaves it as it is', async () => {
    const dataDir = folderWith(closed);
    const notes = 'somebody keeps notes here\n'.repeat(1000);
    writeFileSync(join(dataDir, 'memory.db'), notes);
    const { code, wrong } = await doctor(dataDir, '--port', '0');
    expect(code).toBe(2);
    expect(wrong).toEqual([{ name: 'database', state: 'failure', detail: expect.stringContaining('damaged') }]);
    expect(readFileSync(join(dataDir, 'memory.db'), 'utf8')).toBe(notes);
  });

  test('ends with 2 when the data folder is a file, or its parent is not there', async () => {
    const parent = newFolder();
    writeFileSync(join(parent, 'file'), '');
    const file = await doctor(join(parent, 'file'));
    expect(file).toMatchObject({ code: 2, wrong: [{ name: 'data folder', detail: expect.stringContaining('file') }] });
    const nowhere = await doctor(join(parent, 'missing', 'data'));
    expect(nowhere).toMatchObject({ code: 2, wrong: [{ detail: expect.stringContaining('does not exist') }] });
  });

  test('ends with 2 on secrets that cannot be read, and says what to do', async () => {
    const dataDir = folderWith('platforms: { webhook: { enabled: true, secret: "${keychain:hook}" } }\n');
    mkdirSync(join(dataDir, 'keys'));
    writeFileSync(join(dataDir, 'keys/secrets.json'), 'not JSON');
    const { code, wrong } = await doctor(dataDir);
    expect(code).toBe(2);
    expect(wrong).toMatchObject([
      { name: 'configuration', detail: expect.stringMatching(/secrets\.json .*did not answer/) },
    ]);
  });
});

describe('pair', () => {
  const pairWith = (url: string, code: string) =>
    fetch(`${url}/api/v1/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, label: 'a phone' }),
    });

  test('prints a code that pairs one device with the running product, and says when it is used', async () => {
    const product = await startProduct();
    cleanups.push(() => product.stop());
    const port = new URL(product.url).port;
    const args = ['pair', '--role', 'operator', '--data', product.dataDir, '--port', port];
    const { said, ended } = spawnCli(args);
    await expect.poll(() => said.out, { timeout: 20_000 }).toContain('Pairing code');
    const code = /Pairing code: (\S+)/.exec(said.out)?.[1] ?? '';
    expect(said.out).toContain(`配对码：${code}`);
    expect(said.out).toContain(product.url);
    expect(said.out).toContain('A phone cannot reach it yet');

    const answer = await pairWith(product.url, code);
    expect(answer.status).toBe(200);
    const { token } = (await answer.json()) as { token: string };
    const me = await fetch(`${product.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await me.json()).toMatchObject({ role: 'operator', label: 'a phone' });
    const { code: exit, out } = await ended;
    expect([exit, out.includes('Paired: a phone')]).toEqual([0, true]);
    expect((await pairWith(product.url, code)).status).toBe(401);

    const forPrograms = await clawdbot('pair', '--json', '--label', 'wall', '--data', product.dataDir, '--port', port);
    expect(JSON.parse(forPrograms.out)).toMatchObject({
      role: 'admin',
      addresses: [{ url: product.url, for: 'this_machine' }],
      obstacles: ['loopback_only'],
    });
  });

  test('with nothing running says so instead of printing a code that leads nowhere', async () => {
    const product = await startProduct({ dataDir: mkdtempSync(join(tmpdir(), 'clawdbot-cli-')) });
    cleanups.push(() => rmSync(product.dataDir, { recursive: true }));
    await product.stop();
    const { code, out, err } = await clawdbot('pair', '--data', product.dataDir);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('Nothing runs on');
  });
});

describe('token', () => {
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      role: string;
      iat: number;
      exp: number;
    };

  test('mints a token that the running product takes at once, with the rights of its role', async () => {
    const product = await start();
    const admin = await clawdbot('token', '--data', product.dataDir);
    expect({ code: admin.code, err: admin.err }).toEqual({ code: 0, err: '' });
    expect(admin.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await statusOf(product.url, admin.out.trim())).toBe(200);

    const viewer = await clawdbot('token', '--role', 'viewer', '--data', product.dataDir);
    expect(await statusOf(product.url, viewer.out.trim())).toBe(403);
    const read = await fetch(`${product.url}/api/v1/tasks`, {
      headers: { authorization: `Bearer ${viewer.out.trim()}` },
    });
    expect(read.status).toBe(200);
  });

  test('mints while the product is down, for as long as asked, and it is taken after the start', async () => {
    const dataDir = await usedFolder();
    const minted = await clawdbot(
      'token',
      '--json',
      '--role',
      'admin',
      '--ttl',
      '2h',
      '--label',
      'wall display',
      '--data',
      dataDir,
    );
    const { token, role } = JSON.parse(minted.out);
    expect(role).toBe('admin');
    const { iat, exp } = claimsOf(token);
    expect(exp - iat).toBe(7200);

    const product = await start({ dataDir, keepConfig: true });
    expect(await statusOf(product.url, token)).toBe(200);
  });

  test('one that has run out is refused', async () => {
    const product = await start();
    const { out } = await clawdbot('token', '--ttl', '1s', '--data', product.dataDir);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await statusOf(product.url, out.trim())).toBe(401);
  });

  test('without --ttl and --role it is an admin for thirty days', async () => {
    const { out } = await clawdbot('token', '--data', await usedFolder());
    const { role, iat, exp } = claimsOf(out.trim());
    expect({ role, days: (exp - iat) / 86_400 }).toEqual({ role: 'admin', days: 30 });
  });

  test('of a folder the product has never worked in is refused with the remedy, and nothing is made there', async () => {
    const dataDir = join(newFolder(), 'new');
    const { code, out, err } = await clawdbot('token', '--data', dataDir);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`clawdbot serve --data ${dataDir}`);
    expect(() => readFileSync(dataDir)).toThrow('ENOENT');
  });

  test('with a broken configuration is exit code 78', async () => {
    const dataDir = await usedFolder();
    writeFileSync(join(dataDir, 'config.yaml'), 'app:\n  porrt: 8000\n');
    const { code, err } = await clawdbot('token', '--data', dataDir);
    expect(code).toBe(78);
    expect(err).toMatch(/config\.yaml:2:\d+ app\.porrt:.*did you mean app\.port\?/);
  });
});
