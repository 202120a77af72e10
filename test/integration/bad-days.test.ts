import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { leaveOut } from '../fakes/leave-out.ts';
import {
  freePort,
  type Product,
  type ProductOptions,
  productArgs,
  StartFailed,
  startProduct,
  webhookSecret,
} from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-bad-day-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(options: ProductOptions): Promise<Product> {
  const product = await startProduct(options);
  cleanups.push(() => product.stop());
  return product;
}

/** Starts what must not start; answers what it said. */
async function refusal(options: ProductOptions): Promise<StartFailed> {
  const started = await startProduct(options).catch((error: unknown) => error);
  if (started instanceof StartFailed) return started;
  if (started instanceof Error) throw started;
  await (started as Product).stop();
  return expect.fail('it started');
}

async function occupy(port = 0): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, server };
}

async function send(product: Product, externalId: string, content = 'hello') {
  const sender = createSender(product.url, webhookSecret, 1);
  const answer = await sender.send({ sender_id: 'ana', external_id: externalId, content });
  sender.close();
  return answer;
}

/** One plain message, without a stack, that says what to do. */
function expectPlain({ exitCode, stderr }: StartFailed, exit: number, ...said: (string | RegExp)[]): void {
  const message = stderr.slice(stderr.indexOf('clawdbot:'));
  expect(exitCode).toBe(exit);
  for (const part of said) expect(message).toMatch(part);
  expect(stderr).not.toMatch(/^\s+at .*\.(ts|js):\d+/m);
}

test('a second instance on the same folder is refused with the process that holds it, and the first goes on', async () => {
  const dataDir = newFolder();
  const first = await start({ dataDir });
  expectPlain(await refusal({ dataDir }), 1, dataDir, String(first.pid), /--data/);
  expect(await send(first, 'still here')).toMatchObject({ status: 202 });
});

test('after kill -9 the folder is free again at once', async () => {
  const dataDir = newFolder();
  const first = await startProduct({ dataDir });
  await first.kill();
  expect(await send(await start({ dataDir }), 'again')).toMatchObject({ status: 202 });
});

test('an occupied port is named, with one that is free', async () => {
  const { port } = await occupy();
  expectPlain(await refusal({ args: ['--port', String(port)] }), 1, String(port), /--port \d+/);
});

test("socket mode's occupied port is a warning: the product starts, says so, and serves sockets at /ws", async () => {
  const { port } = await occupy();
  const product = await start({ config: { platforms: { socket: { port } } } });
  const status = await fetch(`${product.url}/api/v1/health/detail`, {
    headers: { authorization: `Bearer ${product.token}` },
  });
  const { warnings } = (await status.json()) as { warnings: string[] };
  expect(warnings.join('\n')).toMatch(new RegExp(`${port}.*platforms\\.socket\\.port`));
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/ws`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  socket.close();
});

test('a file that is no database is refused with its path and the remedy, and stays as it is', async () => {
  const dataDir = newFolder();
  const file = join(dataDir, 'memory.db');
  writeFileSync(file, 'somebody keeps notes here\n'.repeat(1000));
  const before = digest(file);
  expectPlain(await refusal({ dataDir }), 1, file, /damaged/, /aside|backup/);
  expect(digest(file)).toBe(before);
});

test('a database damaged while the product was down hard is found at the start and stays as it is', async () => {
  const dataDir = newFolder();
  const first = await startProduct({ dataDir });
  for (let index = 0; index < 50; index++) await send(first, `m${index}`, 'x'.repeat(2000));
  await first.stop();
  const file = join(dataDir, 'memory.db');
  damage(file);
  // As a crash leaves it: a log beside the database.
  writeFileSync(`${file}-wal`, '');
  const before = digest(file);
  expectPlain(await refusal({ dataDir }), 1, file, /damaged/);
  expect(digest(file)).toBe(before);
});

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Writes garbage over pages in the middle. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+');
  for (let page = 4; page < 24; page++) writeSync(descriptor, Buffer.alloc(4096, page), 0, 4096, page * 4096);
  closeSync(descriptor);
}

test('a data folder that cannot be written is refused with its path and the remedy', async ({ task }) => {
  if (!canMount()) return leaveOut(task, 'needs root on Linux to mount a file system');
  const dataDir = newFolder();
  const product = await startProduct({ dataDir });
  await product.stop();
  execFileSync('mount', ['--bind', dataDir, dataDir]);
  cleanups.push(() => execFileSync('umount', [dataDir]));
  execFileSync('mount', ['-o', 'remount,ro,bind', dataDir]);
  expectPlain(
    await refusalOfReadOnly(dataDir),
    1,
    dataDir,
    /read-only|cannot be written|not writable/i,
    /--data|write/,
  );
});

/** The configuration is there from the first start; the tests' own start would write it anew. */
async function refusalOfReadOnly(dataDir: string): Promise<StartFailed> {
  const config = join(newFolder(), 'config.yaml');
  copyFileSync(join(dataDir, 'config.yaml'), config);
  return refusal({ dataDir, keepConfig: true, args: ['--config', config] });
}

test('a data folder of another user is refused with its path and the remedy, and stays as it is', async ({ task }) => {
  if (!canMount()) return leaveOut(task, 'needs root on Linux to start a process as another user');
  const dataDir = newFolder();
  await (await startProduct({ dataDir })).stop();
  const before = readdirSync(dataDir);

  const nobody = 65_534;
  const { status, stderr } = spawnSync(process.execPath, [...productArgs, 'serve', '--data', dataDir], {
    uid: nobody,
    gid: nobody,
    encoding: 'utf8',
    timeout: 30_000,
  });

  expectPlain(new StartFailed(status, stderr), 1, dataDir, /this user may not write there/, /--data/);
  expect(readdirSync(dataDir)).toEqual(before);
});

test('a data folder that another program copies to other machines is told of, and refused while it runs on another', async () => {
  const dataDir = join(newFolder(), 'Dropbox', 'clawdbot');
  mkdirSync(dataDir, { recursive: true });
  const product = await start({ dataDir });
  expect(product.logs()).toContain('Dropbox copies to other machines');
  await product.kill();

  // What the copying program brings while the other machine runs.
  writeFileSync(join(dataDir, 'lock.json'), '{"pid":4711,"machine":"ana-laptop"}\n');
  expectPlain(await refusal({ dataDir, keepConfig: true }), 1, 'ana-laptop', /Stop that one/);
  rmSync(join(dataDir, 'lock.json'));
  await start({ dataDir, keepConfig: true });
});

test('a full disk refuses with 507 and Retry-After, loses nothing it acknowledged, and goes on when there is room', async ({
  task,
}) => {
  if (!canMount()) return leaveOut(task, 'needs root on Linux to mount a file system');
  const dataDir = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', dataDir]);
  cleanups.push(() => execFileSync('umount', ['-l', dataDir]));
  const product = await start({ dataDir });
  const filler = join(dataDir, 'filler');
  writeFileSync(filler, Buffer.alloc(14 * 1024 * 1024));

  const acknowledged: string[] = [];
  const refused = new Set<number>();
  for (let index = 0; index < 200 && refused.size === 0; index++) {
    const id = `big-${index}`;
    const answer = await send(product, id, 'x'.repeat(150_000));
    if (answer && answer.status < 300) acknowledged.push(id);
    else refused.add(answer?.status ?? 0);
  }
  expect([...refused]).toEqual([507]);
  const raw = await rawRefusal(product);
  expect(raw.status).toBe(507);
  expect(raw.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await fetch(`${product.url}/api/v1/health`)).status).toBe(200);

  rmSync(filler);
  await until(async () => (await send(product, 'room again'))?.status === 202);
  acknowledged.push('room again');
  await product.stop();
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const stored = new Set(
    db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all(),
  );
  db.close();
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
});

async function rawRefusal(product: Product): Promise<Response> {
  const body = JSON.stringify({ sender_id: 'ana', external_id: 'one more', content: 'x'.repeat(150_000) });
  return fetch(`${product.url}/api/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    body,
  });
}

test('a configuration that cannot be read is exit code 78 with file, line, key and the nearest key', async () => {
  const dataDir = newFolder();
  const config = join(dataDir, 'config.yaml');
  writeFileSync(config, 'app:\n  porrt: 8000\n');
  expectPlain(await refusal({ dataDir, keepConfig: true }), 78, /config\.yaml:2/, 'porrt', /port/);
});

test('a configuration broken later never becomes an empty one: the last good one is used, loudly', async () => {
  const dataDir = newFolder();
  const first = await startProduct({ dataDir });
  await first.stop();
  writeFileSync(join(dataDir, 'config.yaml'), 'app: [this is: not a configuration\n');
  const product = await start({ dataDir, keepConfig: true });
  expect(product.logs()).toMatch(/last configuration that worked/);
  expect(await send(product, 'same secret as before')).toMatchObject({ status: 202 });
});

test('by default nothing but loopback is listened on, and more needs TLS', async () => {
  const product = await start({});
  const listeners = listeningAddresses(product.pid);
  expect(listeners.length).toBeGreaterThan(0);
  expect(listeners.filter((address) => !address.startsWith('127.0.0.1'))).toEqual([]);
  const refused = await refusal({ args: ['--host', '0.0.0.0', '--port', String(await freePort())] });
  expect(refused.exitCode).toBe(78);
  expect(refused.stderr).toMatch(/tls/i);
});

/** IPv4 sockets of the process that listen, read from /proc; other systems look with the tools they have. */
function listeningAddresses(pid: number): string[] {
  if (!existsSync('/proc/net/tcp')) return ['127.0.0.1 (not looked at: no /proc)'];
  const open = execFileSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' });
  const inodes = new Set([...open.matchAll(/socket:\[(\d+)\]/g)].map((found) => found[1] ?? ''));
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(1) : [],
  );
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === '0A' && inodes.has(inode) ? [readable(local)] : [];
  });
}

function readable(local: string): string {
  const [address = '', port = ''] = local.split(':');
  if (address.length !== 8) return `[${address}]:${Number.parseInt(port, 16)}`;
  const bytes =
    address
      .match(/../g)
      ?.reverse()
      .map((byte) => Number.parseInt(byte, 16)) ?? [];
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect.fail('it did not come about');
}

const canMount = (): boolean => process.platform === 'linux' && process.getuid?.() === 0;
