import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { checkThoroughly, isIndexSound, isSound } from '../../src-main/core/store/sqlite/check.ts';
import { makeCopy } from '../../src-main/core/store/sqlite/copies.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { rowSum } from '../../src-main/core/store/sqlite/row-sums.ts';
import { migrate } from '../../src-main/core/store/sqlite/schema.ts';
import type { Memory, MemoryHit } from '../../src-shared/schema/memory.ts';
import type { KeyState } from '../../src-shared/schema/memory-key.ts';
import { leaks as leaksOf } from '../fakes/leaks.ts';
import { type Product, type ProductOptions, productArgs, startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';

/*
 * Words that stand only in what is sensitive: said in a message, written by hand, brought in by a file. Every file of the
 * data folder but those that hold keys is searched for them, while the product runs and after it ended, was killed, and
 * began again.
 */
const password = 'Zebracorn77otter';
const card = '4111 1111 1111 1111';
const idNumber = '11010519491231002X';
const byHand = 'quokkabeam';
const byRule = 'marmosetlamp';
const canaries = [password, card, idNumber, byHand, byRule, '斑马角兽'];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-sealed-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A rule in the configuration may name what it is about. */
const leaks = (dataDir: string): string[] => leaksOf(dataDir, canaries);

const config = { memory: { sensitive: { words: ['lamp of the marmoset', byRule] } } };

async function begin(dataDir: string, more: Partial<ProductOptions> = {}): Promise<Product> {
  const product = await startProduct({ dataDir, config, args: ['--debug'], ...more });
  cleanups.push(() => product.kill());
  return product;
}

async function call<T>({ url, token }: Product, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

interface Said {
  id: string;
  content: string;
  state: string;
}
const said: Record<string, string> = {
  password: `Please remind me to change it: the wifi password is ${password}, by Friday`,
  card: `Pay the hotel with ${card} please`,
  id: `我的身份证号是${idNumber}，记一下`,
  chinese: `家里保险柜的密码是 ${password}`,
  rule: `the ${byRule} stands behind the door`,
};

async function fill(product: Product): Promise<void> {
  const sender = createSender(product.url, webhookSecret, 2);
  for (const [external_id, content] of Object.entries(said))
    expect(await sender.send({ sender_id: 'ana', conversation_id: external_id, external_id, content })).toMatchObject({
      status: 202,
    });
  sender.close();
  const asked = { sender_id: 'ana', external_id: 'wait', content: 'What is the wifi password?' };
  await call(product, 'POST', '/messages?wait=10', asked);
  await call(product, 'POST', '/memories', {
    content: `the ${byHand} 斑马角兽 sleeps`,
    sensitive: true,
    metadata: { note: `${byHand} 7` },
  });
  await expect
    .poll(async () => (await call<{ items: Memory[] }>(product, 'GET', '/memories?limit=50')).items.length, {
      timeout: 15_000,
    })
    .toBeGreaterThanOrEqual(6);
}

const search = async (product: Product, query: string): Promise<string[]> =>
  (await call<{ results: MemoryHit[] }>(product, 'POST', '/memories/search', { query })).results.map(
    ({ content }) => content,
  );

async function copyOf(dataDir: string): Promise<void> {
  const { copy } = await makeCopy({
    file: join(dataDir, 'memory.db'),
    folder: join(dataDir, 'backups'),
    reason: 'daily',
    now: Date.now(),
  });
  expect(copy).not.toBe(null);
}

test('what is sensitive is whole for its owner and in no file of the data folder, running, killed and ended', async () => {
  const dataDir = newFolder();
  const first = await begin(dataDir);
  await fill(first);
  expect(leaks(dataDir)).toEqual([]);
  await copyOf(dataDir);
  expect(leaks(dataDir)).toEqual([]);

  const { items } = await call<{ items: Memory[] }>(first, 'GET', '/memories?limit=50');
  for (const content of [said['password'], said['card'], said['id'], said['chinese'], said['rule']])
    expect(items.find((memory) => memory.content === content)).toMatchObject({ sensitive: true });
  expect(await search(first, 'wifi password')).toContain(said['password']);
  expect(await search(first, '保险柜密码')).toContain(said['chinese']);
  expect(await search(first, byHand)).toEqual([`the ${byHand} 斑马角兽 sleeps`]);
  expect((await call<{ items: Memory[] }>(first, 'GET', `/memories?q=${byRule}`)).items).toHaveLength(1);

  // The message keeps all but what was secret in it, each sign in its place, and so does everything made of it.
  const talk = await call<{ items: Said[] }>(first, 'GET', '/conversations/webhook:password/messages');
  const asSaid = talk.items.find(({ content }) => content.startsWith('Please'));
  expect(asSaid?.content).toBe(said['password']?.replace(password, '•'.repeat(password.length)));
  const told = JSON.stringify([
    talk,
    await call(first, 'GET', '/conversations'),
    await call(first, 'GET', '/tasks'),
    await call(first, 'GET', '/conversations/api:ana/messages'),
  ]);
  for (const canary of canaries) expect(told).not.toContain(canary);
  expect((await call<{ items: { title: string }[] }>(first, 'GET', '/tasks')).items.length).toBeGreaterThan(0);

  await first.kill();
  expect(leaks(dataDir)).toEqual([]);
  const second = await begin(dataDir);
  expect(await search(second, byHand)).toHaveLength(1);
  expect(await second.stop()).toBe(0);
  expect(leaks(dataDir)).toEqual([]);
  for (const canary of canaries) expect(first.logs() + second.logs()).not.toContain(canary);

  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const findings = checkThoroughly(db);
  db.close();
  expect([isSound(findings), isIndexSound(findings)]).toEqual([true, true]);
});

test('the look finds what is in the open', async () => {
  const dataDir = newFolder();
  const product = await begin(dataDir, { config: { memory: { sensitive: { detect: false } } } });
  await call(product, 'POST', '/memories', { content: `the ${byHand} sleeps, ${password}` });
  expect(leaks(dataDir).length).toBeGreaterThan(1);
});

const run = promisify(execFile);
const clawdbot = (...args: string[]) => run(process.execPath, [...productArgs, ...args]);

describe('a folder whose keys are gone', () => {
  test('starts, lists what is locked, exports the rest and says so, and has everything again with the keys', async () => {
    const dataDir = newFolder();
    const away = join(newFolder(), 'secrets.json');
    const keys = join(dataDir, 'keys', 'secrets.json');
    const first = await begin(dataDir);
    await fill(first);
    await first.stop();
    cpSync(keys, away);
    rmSync(keys);

    const locked = await begin(dataDir);
    const { items } = await call<{ items: Memory[] }>(locked, 'GET', '/memories?limit=50');
    expect(items.filter((memory) => memory.locked === 'no_key').length).toBeGreaterThanOrEqual(6);
    for (const memory of items) for (const canary of canaries) expect(memory.content).not.toContain(canary);
    expect(await call(locked, 'GET', '/memory-key')).toMatchObject({ state: 'no_key', version: 1 });
    expect(await call(locked, 'POST', '/memories', { content: byHand, sensitive: true })).toMatchObject({
      code: 'MEMORY_LOCKED',
      status: 423,
    });
    expect(await call(locked, 'POST', '/memory-key/rotate', {})).toMatchObject({ code: 'MEMORY_LOCKED' });
    expect(await call(locked, 'POST', '/memories', { content: 'the weather is fine' })).toMatchObject({
      sensitive: false,
    });
    await locked.stop();
    const left = await clawdbot('export', '--format', 'jsonl', '--data', dataDir);
    expect(left.stderr).toMatch(/\d+ sensitive memories are locked/);
    for (const canary of canaries) expect(left.stdout).not.toContain(canary);
    expect(leaks(dataDir)).toEqual([]);

    cpSync(away, keys);
    const again = await begin(dataDir);
    expect(await search(again, byHand)).toHaveLength(1);
    await again.stop();
    const whole = await clawdbot('export', '--format', 'jsonl', '--data', dataDir);
    expect(whole.stderr).toMatch(/\d+ of the memories are sensitive and stand in the export in plain text/);
    expect(whole.stdout).toContain(byHand);
  });
});

test('a key that is changed while the product runs and is killed leaves nothing behind and loses nothing', async () => {
  const dataDir = newFolder();
  let product = await begin(dataDir);
  const items = Array.from({ length: 400 }, (_, at) => ({ content: `${byHand} number${at}`, sensitive: true }));
  await call(product, 'POST', '/memories/batch', { items });
  for (let version = 2; version <= 4; version++) {
    expect(await call(product, 'POST', '/memory-key/rotate', {})).toMatchObject({ version, state: 'open' });
    await product.kill();
    expect(leaks(dataDir)).toEqual([]);
    product = await begin(dataDir);
    expect(await search(product, 'number399')).toEqual([`${byHand} number399`]);
  }
  await expect
    .poll(async () => (await call<KeyState>(product, 'GET', '/memory-key')).older, { timeout: 20_000 })
    .toBe(0);
  const { items: listed } = await call<{ items: Memory[] }>(product, 'GET', `/memories?limit=100&q=${byHand}`);
  expect(listed).toHaveLength(100);
  await product.stop();
  expect(Object.keys(JSON.parse(readFileSync(join(dataDir, 'keys/secrets.json'), 'utf8')) as object)).toHaveLength(1);
  expect(leaks(dataDir)).toEqual([]);
});

test('what was marked in an earlier version is sealed by the first start, and no copy keeps it in the open', async () => {
  const dataDir = newFolder();
  const file = join(dataDir, 'memory.db');
  const db = openDatabase(file, 'full');
  migrate(db, file, { upTo: 6 });
  const memory = db.prepare(
    `INSERT INTO memories(id, kind, content, created_at, sensitive, metadata, message_id)
     VALUES (?, 'message', ?, ?, ?, '{}', ?)`,
  );
  const entry = db.prepare("INSERT INTO memory_fts(rowid, words, grams) VALUES (?, ?, '')");
  for (let at = 0; at < 120; at++) {
    const words = `the ${byHand} sleeps ${at}`;
    entry.run(memory.run(`m${at}`, words, at, 1, at === 0 ? 'said' : null).lastInsertRowid, words);
  }
  entry.run(memory.run('open', 'the door is green', 500, 0, null).lastInsertRowid, 'the door is green');
  keepMessage(db, `the ${byHand} sleeps 0`);
  db.close();
  await copyOf(dataDir);
  expect(leaks(dataDir).length).toBeGreaterThan(1);

  const product = await begin(dataDir);
  await expect.poll(() => leaks(dataDir), { timeout: 30_000, interval: 250 }).toEqual([]);
  expect(await search(product, `${byHand} 77`)).toContain(`the ${byHand} sleeps 77`);
  expect(await search(product, 'green door')).toEqual(['the door is green']);
  const { content } = await call<Said>(product, 'GET', '/messages/said');
  expect(content).toMatch(/^•+$/);
  expect(await product.stop()).toBe(0);
  expect(leaks(dataDir)).toEqual([]);
  expect(readdirSync(join(dataDir, 'backups')).filter((name) => name.endsWith('.db'))).toHaveLength(1);
}, 180_000);

/** A message as a version of that time left it. */
function keepMessage(db: Database.Database, content: string): void {
  const cells = ['said', 'webhook', 'webhook', 'said', 'room', 'ana', content, 1, '[]', '{}', 'in', null, 1, 1];
  db.prepare(
    `INSERT INTO messages(id, platform, channel, external_id, conversation_id, sender_id, content, timestamp, attachments,
                          metadata, direction, in_reply_to, received_at, stored_at, state, sum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'answered', ?)`,
  ).run(...cells, rowSum('messages', cells, ['answered']));
  db.exec("UPDATE meta SET value = '1' WHERE key = 'messages_done'");
}
