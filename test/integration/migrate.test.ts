import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compareWithServer } from '../../src-main/core/store/index.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { leaveOut } from '../fakes/leave-out.ts';
import { liveIn } from '../fakes/lived-in-database.ts';
import { type Product, productArgs, StartFailed, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { statusOf } from '../fakes/status.ts';

const root = join(import.meta.dirname, '../..');

async function clawdbot(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [...productArgs, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}

const servers = new Map<string, DatabaseServer | null>();
let dataDir: string;
let product: Product | undefined;
let databases = 0;

beforeAll(async () => {
  for (const kind of serverKinds) servers.set(kind, await startDatabaseServer(kind));
});
afterAll(async () => {
  for (const server of servers.values()) await server?.stop();
});
beforeEach(({ task, skip }) => {
  for (const kind of serverKinds) {
    if (servers.get(kind)) continue;
    leaveOut(task, `${kind} is not installed`);
    return skip();
  }
  dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-migrate-'));
});
afterEach(async () => {
  await product?.kill();
  product = undefined;
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

const newDatabase = async (kind: string): Promise<string> => {
  const server = servers.get(kind);
  if (!server) throw new Error(`${kind} was not started`);
  return server.create(`m${++databases}`);
};
const configOf = () => parse(readFileSync(join(dataDir, 'config.yaml'), 'utf8')).memory;
async function start(): Promise<Product> {
  product = await startProduct({ dataDir, keepConfig: true, startTimeoutMs: 60_000 });
  return product;
}
async function stop(): Promise<void> {
  expect(await product?.stop()).toBe(0);
  product = undefined;
}
const rest = (at: Product) => connectOverRest({ ...at, signal: new AbortController().signal });
const search = async (at: Product, query: string) =>
  (await rest(at).memories.search({ query, k: 10 })).results.map(({ id, score, matched }) => ({ id, score, matched }));
const questions = [
  '季度报告',
  'when does the flight to Chengdu leave',
  'router password',
  '兰花',
  'contract last week',
];
const answers = async (at: Product) => Promise.all(questions.map((question) => search(at, question)));

describe('clawdbot migrate', () => {
  test('moves a running product to a server, from there to the other, and back to the file; search answers the same', async () => {
    liveIn(join(dataDir, 'memory.db'), { messages: 120 });
    product = await startProduct({ dataDir, startTimeoutMs: 60_000 });
    const expected = await answers(product);
    expect(expected.every((found) => found.length > 0)).toBe(true);
    const postgresql = await newDatabase('postgresql');
    const moved = await clawdbot(['migrate', '--to', postgresql, '--data', dataDir, '--json']);
    expect(moved).toMatchObject({ code: 0, err: '' });
    const report = JSON.parse(moved.out);
    expect(report).toMatchObject({ restart: true });
    expect(report.rows.messages).toBeGreaterThan(120);
    expect(report.sent).toBe(report.total);
    expect(moved.out).not.toContain(new URL(postgresql).password);

    // What is written after the copy and before the restart goes along.
    const late = await rest(product).memories.create({ content: 'The spare key lies in the blue box' });
    await stop();
    expect(configOf()).toMatchObject({ storage_type: 'postgresql', url: '${file:keys/database.url}' });
    if (process.platform !== 'win32') expect(statSync(join(dataDir, 'keys/database.url')).mode & 0o077).toBe(0);
    const onServer = await start();
    expect((await statusOf(onServer)).database.server).toContain('postgresql://127.0.0.1:');
    const doctor = await clawdbot(['doctor', '--data', dataDir]);
    expect(doctor.out).toMatch(/database server.*keeps everything/);
    expect(onServer.logs()).not.toContain(new URL(postgresql).password);
    await stop();

    const mysql = await newDatabase('mysql');
    const further = await clawdbot(['migrate', '--to', '${env:NEW_DATABASE}', '--data', dataDir, '--json'], {
      NEW_DATABASE: mysql,
    });
    expect(further).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(further.out)).toMatchObject({ restart: false });
    expect(configOf()).toMatchObject({ storage_type: 'mysql', url: '${env:NEW_DATABASE}' });

    // Nothing of the file is left: what is there comes from the second server, which was told by the first.
    for (const name of ['memory.db', 'memory.db-wal', 'memory.db-shm']) rmSync(join(dataDir, name), { force: true });
    product = await startProduct({ dataDir, keepConfig: true, env: { NEW_DATABASE: mysql }, startTimeoutMs: 60_000 });
    expect(await answers(product)).toEqual(expected);
    expect((await search(product, 'spare key'))[0]?.id).toBe(late.id);
    await stop();

    const back = await clawdbot(['migrate', '--to', 'sqlite', '--data', dataDir], { NEW_DATABASE: mysql });
    expect(back).toMatchObject({ code: 0, err: '' });
    expect(configOf()).toMatchObject({ storage_type: 'sqlite', url: null });
    const again = await start();
    expect((await statusOf(again)).database.server).toBeNull();
    expect(await answers(again)).toEqual(expected);
    const apart = await rest(again).memories.create({ content: 'The ladder stands behind the shed' });
    await stop();

    // And there again, where the server still has what it had.
    const there = await clawdbot(['migrate', '--to', mysql, '--data', dataDir, '--json']);
    expect(there).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(there.out).sent).toBeLessThan(30);
    rmSync(join(dataDir, 'memory.db'));
    const token = await clawdbot(['token', '--data', dataDir]);
    expect(token).toMatchObject({ code: 1, err: expect.stringContaining('start Clawdbot on it first') });
    const last = await start();
    expect((await search(last, 'ladder'))[0]?.id).toBe(apart.id);
    const twice = await clawdbot(['migrate', '--to', mysql, '--data', dataDir]);
    expect(twice).toMatchObject({ code: 1, err: expect.stringMatching(/already|Another Clawdbot/) });
  });

  test('one that was interrupted goes on where it was, and a database that holds something is refused', async () => {
    liveIn(join(dataDir, 'memory.db'), { messages: 400 });
    const url = await newDatabase('postgresql');
    const child = spawn(process.execPath, [...productArgs, 'migrate', '--to', url, '--data', dataDir], { cwd: root });
    await expect.poll(() => rowsIn(url), { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await once(child, 'close');
    const { code, out, err } = await clawdbot(['migrate', '--to', url, '--data', dataDir, '--json']);
    // Where it came to its end before it was killed there is nothing to go on with.
    if (code === 0) {
      const { sent, total } = JSON.parse(out);
      expect(sent).toBeLessThan(total);
    } else expect(err).toContain('already');
    await start();
    await stop();

    const other = mkdtempSync(join(tmpdir(), 'clawdbot-migrate-'));
    try {
      liveIn(join(other, 'memory.db'), { messages: 10 });
      const refused = await clawdbot(['migrate', '--to', url, '--data', other]);
      expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('holds data of a Clawdbot') });
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test('killed at any moment of the move, of the first start and of fetching, it ends with everything there once', async () => {
    liveIn(join(dataDir, 'memory.db'), { messages: 300 });
    const url = await newDatabase('mysql');
    const soon = () => new Promise((resolve) => setTimeout(resolve, 250 + Math.random() * 1_500));
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [...productArgs, 'migrate', '--to', url, '--data', dataDir], { cwd: root });
      const ended = once(child, 'close');
      await soon();
      child.kill('SIGKILL');
      await ended;
    }
    const { code, err } = await clawdbot(['migrate', '--to', url, '--data', dataDir]);
    // One of them may have come to its end before it was killed.
    if (code !== 0) expect(err).toContain('already');
    for (let round = 0; round < 4; round++) {
      // From the third on the file is gone, and all of it has to come from the server.
      if (round === 2) rmSync(join(dataDir, 'memory.db'));
      const child = spawn(process.execPath, [...productArgs, 'serve', '--port', '0', '--data', dataDir], { cwd: root });
      const ended = once(child, 'close');
      await soon();
      child.kill('SIGKILL');
      await ended;
    }
    const last = await start();
    const { totals } = await statusOf(last);
    expect(totals.messages).toBe(300);
    await stop();
    const { total } = await compareWithServer({
      file: join(dataDir, 'memory.db'),
      to: url,
      signal: new AbortController().signal,
      onStep: () => {},
    });
    expect(total).toBeGreaterThan(600);
  });

  test('what cannot be meant, and a server that is not there, are told in one sentence without the password', async () => {
    liveIn(join(dataDir, 'memory.db'), { messages: 5 });
    const attempts: [string[], number, string][] = [
      [[], 2, 'say where to'],
      [['--to', 'oracle://a/b'], 78, 'expected postgresql://'],
      [['--to', 'postgresql://u:hunter2@127.0.0.1:1/x?sslmode=maybe'], 78, 'sslmode'],
      [['--to', 'postgresql://u:hunter2@127.0.0.1:1/x'], 1, 'cannot be reached'],
      [['--to', '${env:NOT_THERE}'], 1, 'NOT_THERE'],
      [['--to', 'sqlite'], 1, 'already'],
    ];
    for (const [args, code, text] of attempts) {
      const said = await clawdbot(['migrate', ...args, '--data', dataDir]);
      expect({ args, ...said }).toMatchObject({ code, out: '', err: expect.stringContaining(text) });
      expect(said.err).not.toContain('hunter2');
      expect(said.err).not.toContain('    at ');
    }
    const url = new URL(await newDatabase('mysql'));
    url.password = 'wrong-password';
    const said = await clawdbot(['migrate', '--to', url.href, '--data', dataDir]);
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining('refuses this user or password') });
    expect(said.err).not.toContain('wrong-password');
  });

  test('a configuration without an address of the right kind does not start', async () => {
    const failure = await startProduct({
      dataDir,
      config: { memory: { storage_type: 'mysql', url: 'postgresql://a@localhost/x' } },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailed);
    expect((failure as StartFailed).exitCode).toBe(78);
    expect((failure as StartFailed).stderr).toContain('the address of a mysql database');
  });
});

async function rowsIn(url: string): Promise<number> {
  const { openSession } = await import('../../src-main/core/store/server/connection.ts');
  const { parseAddress } = await import('../../src-main/core/store/server/address.ts');
  const { db, end } = await openSession(parseAddress(url));
  try {
    return (await db.selectFrom('clawdbot_messages').select('seq').limit(1).execute()).length;
  } catch {
    return 0;
  } finally {
    await end();
  }
}
