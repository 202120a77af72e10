import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../src-main/core/foundation/clock.ts';
import { silentLogger } from '../../src-main/core/foundation/logger.ts';
import { openStore, type Store } from '../../src-main/core/store/sqlite/client.ts';
import { listCopies, makeCopy } from '../../src-main/core/store/sqlite/copies.ts';
import { createKeeper } from '../../src-main/core/store/sqlite/keeper.ts';
import { liveIn } from '../fakes/lived-in-database.ts';

let folder: string;
let file: string;
let copies: string;
let store: Store;
let stop: (() => Promise<void>) | undefined;
let time: ReturnType<typeof createTime>;
let changes: number;

const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);

/** A clock whose sleepers wake when the test says so. */
function createTime() {
  let now = start;
  let sleepers: (() => void)[] = [];
  const clock: Clock = {
    now: () => now,
    monotonicMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(new Error('stopped'));
        const due = now + ms;
        const wake = () => (now >= due ? resolve() : sleepers.push(wake));
        sleepers.push(wake);
        signal?.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      }),
  };
  return {
    clock,
    pass(ms: number) {
      now += ms;
      const woken = sleepers;
      sleepers = [];
      for (const wake of woken) wake();
    },
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-keeper-'));
  file = join(folder, 'memory.db');
  copies = join(folder, 'backups');
  time = createTime();
  changes = 0;
  liveIn(file, { messages: 40 });
  store = await openStore({
    file,
    durability: 'full',
    copies,
    now: start,
    onFailure: (error) => expect.fail(String(error)),
  });
});
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function keep(version = '1.0.0') {
  const keeper = createKeeper({
    store,
    file,
    folder: copies,
    version,
    clock: time.clock,
    logger: silentLogger,
    onChange: () => changes++,
  });
  keeper.start();
  stop = () => keeper.stop();
  return keeper;
}

/** Lets time pass until the keeper has looked once more. */
async function looked(ms: number): Promise<void> {
  const before = changes;
  await expect
    .poll(
      () => {
        time.pass(ms);
        return changes;
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBeGreaterThan(before);
}

test('a minute after the start a copy is made and everything looked through, and then once a day', async () => {
  const keeper = keep();
  expect(keeper.health()).toMatchObject({ check: null, copies: 0 });
  await looked(61_000);
  expect(keeper.health()).toMatchObject({ check: { damage: null, damaged_rows: 0 }, copies: 1, problem: null });
  await looked(day);
  expect(listCopies(copies).map(({ reason }) => reason)).toEqual(['daily', 'daily']);
  if (process.platform === 'win32') return;
  expect(statSync(copies).mode & 0o777).toBe(0o700);
  for (const { path } of listCopies(copies)) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('another version of the product makes a copy of its own, although one is not a day old', async () => {
  const first = keep('1.0.0');
  await looked(61_000);
  await first.stop();
  keep('1.1.0');
  await looked(61_000);
  expect(listCopies(copies).map(({ reason }) => reason)).toEqual(['upgrade', 'daily']);
});

test('damage that only the look through everything finds is told, and no copy is made of it', async () => {
  const bytes = readFileSync(file);
  bytes.write('the', bytes.lastIndexOf('The router password'));
  writeFileSync(file, bytes);
  const keeper = keep();
  await looked(61_000);
  expect(keeper.health()).toMatchObject({ check: { damaged_rows: 1 }, copies: 0 });
  expect(keeper.health().check?.damage).toMatch(/1 damaged in (messages|memories)/);
});

test('a copy that cannot be made is told with the reason, and the store goes on', async () => {
  writeFileSync(copies, 'a file where the folder should be');
  const keeper = keep();
  await looked(61_000);
  expect(keeper.health().problem).toMatch(/EEXIST|ENOTDIR/);
  expect(await store.call('memories.count', null)).toBeGreaterThan(0);
  rmSync(copies);
  await looked(61 * 60_000);
  expect(keeper.health()).toMatchObject({ problem: null, copies: 1 });
});

test('before an update a copy is made at once, and where none can be made the update is told why', async () => {
  const keeper = keep();
  await Promise.all([keeper.copyNow(), keeper.copyNow()]);
  expect(listCopies(copies).map(({ reason }) => reason)).toContain('upgrade');
  expect(keeper.health()).toMatchObject({ check: { damage: null }, problem: null });

  rmSync(copies, { recursive: true });
  writeFileSync(copies, 'in the way');
  await expect(keeper.copyNow()).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining('No good copy'),
  });
});

test('copies from before something was erased are replaced by a younger one, or stay and are said to be there', async () => {
  const keeper = keep();
  const replaced = async (until: number) => {
    const answer = keeper.replaceCopies(until);
    time.pass(2_000);
    return answer;
  };
  expect(await replaced(start)).toBe(true);
  await keeper.copyNow();
  expect(await replaced(time.clock.now())).toBe(true);
  const [young, ...older] = listCopies(copies);
  expect(older).toEqual([]);

  const bytes = readFileSync(file);
  bytes.write('the', bytes.lastIndexOf('The router password'));
  writeFileSync(file, bytes);
  expect(await replaced(time.clock.now())).toBe(false);
  expect(listCopies(copies)).toEqual([young]);
});

test('a product that stops begins no copy, and says of none that was asked for that it is there', async () => {
  const keeper = keep();
  const asked = [keeper.copyNow(), keeper.copyNow()].map((copy) => copy.catch((error: unknown) => error));
  await keeper.stop();
  for (const outcome of await Promise.all(asked))
    expect(outcome).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('stopping') });
  expect(listCopies(copies)).toEqual([]);
});

test('an index whose words are not those of the memories is made anew', async () => {
  const before = await store.call('memories.list', { limit: 50, q: 'router' });
  expect(before.items.length).toBeGreaterThan(0);
  // The words of one memory are those of another, as a flipped bit in the index would have it.
  await store.call('memories.mendIndex', { after: 0, limit: 0, anew: true });
  await store.close();
  const db = new Database(file);
  db.exec(
    "INSERT INTO memory_fts(rowid, words, grams) SELECT seq, 'wrong', 'wrong' FROM memories WHERE forgotten_at IS NULL",
  );
  db.close();
  store = await openStore({ file, durability: 'full', copies, now: start, onFailure: () => {} });
  keep();
  await looked(61_000);
  const after = await store.call('memories.list', { limit: 50, q: 'router' });
  expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
});

test('seven daily copies are kept and the last from before three migrations', async () => {
  mkdirSync(copies);
  chmodSync(copies, 0o755);
  for (let turn = 0; turn < 9; turn++) {
    await makeCopy({ file, folder: copies, reason: 'daily', now: start + turn * day });
    if (turn < 5) await makeCopy({ file, folder: copies, reason: 'migration', now: start + turn * day + 60_000 });
  }
  const left = listCopies(copies);
  expect(left.filter(({ reason }) => reason === 'daily').map(({ madeAt }) => (madeAt - start) / day)).toEqual([
    8, 7, 6, 5, 4, 3, 2,
  ]);
  expect(left.filter(({ reason }) => reason === 'migration')).toHaveLength(3);
});

test('where a copy would leave too little room none is begun, and the reason says how much is needed', async ({
  task,
}) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    const reason = 'needs root on Linux to mount a file system';
    Object.assign(task.meta, { leftOut: reason });
    console.log(`left out: ${reason}`);
    return;
  }
  mkdirSync(copies);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', copies]);
  try {
    const keeper = keep();
    await looked(61_000);
    expect(keeper.health()).toMatchObject({ problem: expect.stringMatching(/no room.*needs \d+ MB/), copies: 0 });
    expect(readdirSync(copies)).toEqual([]);
    expect(await store.call('memories.count', null)).toBeGreaterThan(0);
  } finally {
    execFileSync('umount', ['-l', copies]);
  }
});
