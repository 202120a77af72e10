import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../foundation/app-error.ts';
import type { SecretStore } from '../foundation/host.ts';
import { createIds } from '../foundation/ids.ts';
import { silentLogger } from '../foundation/logger.ts';
import { type MemoryRow, openStore, type Store } from '../store/index.ts';
import { createKeyring, type Keyring } from './keyring.ts';

let folder: string;
let secrets: Map<string, string>;
let store: Store;
let keyring: Keyring;
const closes: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-keyring-'));
  secrets = new Map();
});
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

const chain = (): SecretStore => ({
  description: 'the key chain of this test',
  get: async (name) => secrets.get(name) ?? null,
  set: async (name, value) => void secrets.set(name, value),
  delete: async (name) => void secrets.delete(name),
});

interface Given {
  passphrase?: string;
  previous?: string;
  secrets?: SecretStore;
  oldestCopy?: () => number | null;
  /** Whether the background begins. */
  start?: boolean;
}

/** The store and its keys as a start of the product finds them; `now` counts the starts. */
async function begin({ passphrase, previous, secrets: host = chain(), oldestCopy, start = true }: Given = {}) {
  for (const close of closes.splice(0)) await close();
  store = await openStore({ file: join(folder, 'memory.db'), durability: 'normal', onFailure: () => {} });
  let now = Date.now();
  keyring = createKeyring({
    store,
    secrets: host,
    passphrase: passphrase ?? null,
    previousPassphrase: previous ?? null,
    ids: createIds(Date.now),
    clock: { now: () => now++ },
    logger: silentLogger,
    onChange: () => {},
    ...(oldestCopy ? { oldestCopy } : {}),
  });
  const [ours, its] = [store, keyring];
  closes.push(async () => {
    await its.stop();
    await ours.close();
  });
  await keyring.open();
  if (start) await keyring.start();
}

async function settled(): Promise<void> {
  await expect.poll(() => keyring.state().sealing, { timeout: 10_000 }).toBe(false);
}

const row = (id: string, content: string): MemoryRow => ({
  id,
  external_id: null,
  kind: 'note',
  content,
  created_at: 1,
  sender_id: null,
  conversation_id: null,
  platform: null,
  subject: null,
  message_id: null,
  metadata: {},
  sensitive: true,
});
const remember = (...rows: MemoryRow[]) => store.call('memories.insert', { rows });
const read = async (id = 'm1') => {
  const memory = await store.call('memories.get', { id });
  return memory?.locked ?? memory?.content;
};

test('a first start makes a key, and the next ones find it', async () => {
  await begin();
  expect(keyring.state()).toMatchObject({ version: 1, method: 'stored', state: 'open', older: 0 });
  await remember(row('m1', 'the otter'));
  expect(secrets.size).toBe(1);
  await begin();
  expect(keyring.state()).toMatchObject({ version: 1, state: 'open' });
  expect(await read()).toBe('the otter');
  expect(secrets.size).toBe(1);
});

test('a key that is gone locks, another one is told from it, and the right one brings everything back', async () => {
  await begin();
  await remember(row('m1', 'the otter'));
  const [[name = '', key = ''] = []] = secrets;
  secrets.clear();
  await begin();
  expect(keyring.state()).toMatchObject({ version: 1, state: 'no_key' });
  expect(await read()).toBe('no_key');
  await expect(remember(row('m2', 'x'))).rejects.toMatchObject({ code: 'MEMORY_LOCKED' });
  await expect(keyring.rotate()).rejects.toMatchObject({ code: 'MEMORY_LOCKED' });
  // Nothing was made anew: a second key would make the loss of the first one look settled.
  expect(secrets.size).toBe(0);
  secrets.set(name, Buffer.alloc(32, 7).toString('base64'));
  await begin();
  expect(await read()).toBe('wrong_key');
  secrets.set(name, key);
  await begin();
  expect(await read()).toBe('the otter');
});

test('a key chain that does not answer locks, and the product starts', async () => {
  await begin();
  await remember(row('m1', 'the otter'));
  const fails = () => Promise.reject(new AppError('SECRETS_UNAVAILABLE', 'the key chain is shut'));
  await begin({ secrets: { description: 'shut', get: fails, set: fails, delete: fails } });
  expect(await read()).toBe('no_key');
  await begin();
  expect(await read()).toBe('the otter');
});

test('where no key can be made at all, nothing sensitive is kept in the open', async () => {
  const fails = () => Promise.reject(new AppError('SECRETS_UNAVAILABLE', 'the key chain is shut'));
  await begin({ secrets: { description: 'shut', get: fails, set: fails, delete: fails } });
  expect(keyring.state()).toMatchObject({ version: null, state: 'no_key' });
  await expect(remember(row('m1', 'the otter'))).rejects.toMatchObject({ code: 'MEMORY_LOCKED' });
});

describe('a passphrase', () => {
  const first = 'correct horse battery';
  const second = 'staple of the second';

  test('opens what it sealed, a wrong one does not, and nothing of it is kept', async () => {
    await begin({ passphrase: first });
    expect(keyring.state()).toMatchObject({ version: 1, method: 'passphrase', state: 'open' });
    await remember(row('m1', 'the otter'));
    expect(secrets.size).toBe(0);
    await begin({ passphrase: second });
    expect(await read()).toBe('wrong_key');
    await begin();
    expect(await read()).toBe('no_key');
    await begin({ passphrase: first });
    expect(await read()).toBe('the otter');
  });

  test('comes in place of a stored key, is changed for another, and is given up, each time with every memory', async () => {
    await begin();
    await remember(row('m1', 'the otter'));
    for (const [given, version, method] of [
      [{ passphrase: first }, 2, 'passphrase'],
      [{ passphrase: second, previous: first }, 3, 'passphrase'],
      [{ previous: second }, 4, 'stored'],
      [{}, 4, 'stored'],
    ] as const) {
      await begin(given);
      await settled();
      expect(keyring.state()).toMatchObject({ version, method, state: 'open' });
      expect(await read()).toBe('the otter');
    }
    // Every older key is gone, so one is left.
    expect([secrets.size, keyring.state().older]).toEqual([1, 0]);
  });
});

test('a change of the key that ends anywhere is carried on by the next start, and the old key goes last', async () => {
  await begin();
  const ids = Array.from({ length: 120 }, (_, at) => `m${at}`);
  await remember(...ids.map((id) => row(id, `otter ${id}`)));
  await keyring.rotate();
  // As good as killed: a step or two of the round were kept.
  await begin({ start: false });
  expect(secrets.size).toBe(2);
  for (const id of ['m0', 'm60', 'm119']) expect(await read(id)).toBe(`otter ${id}`);
  const all = await store.call('memories.findSealed', { query: 'otter', limit: 500 });
  expect(all).toHaveLength(120);
  await keyring.start();
  await settled();
  expect(keyring.state()).toMatchObject({ version: 2, state: 'open', older: 0 });
  expect(secrets.size).toBe(1);
  expect(await store.call('memories.findSealed', { query: 'otter', limit: 500 })).toHaveLength(120);
});

test('an old key is kept for as long as a copy of the database is older than its end', async () => {
  await begin({ oldestCopy: () => 1 });
  await remember(row('m1', 'the otter'));
  await keyring.rotate();
  await settled();
  expect([secrets.size, keyring.state().older]).toEqual([2, 1]);
  await begin({ oldestCopy: () => Date.now() + 60_000 });
  await settled();
  expect([secrets.size, keyring.state().older]).toEqual([1, 0]);
  expect(await read()).toBe('the otter');
});
