import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Product, productArgs, startProduct } from '../fakes/product.ts';

const isPosix = process.platform !== 'win32';

let around: string;
let umask: number;
beforeAll(() => {
  around = mkdtempSync(join(tmpdir(), 'clawdbot-modes-'));
  // Of a machine where nothing is closed by default; what the product starts inherits it.
  umask = process.umask(0);
});
afterAll(() => {
  process.umask(umask);
  rmSync(around, { recursive: true, force: true });
});

/** The folder and everything in it, by name, where others than the owner may do anything. */
function openToOthers(dataDir: string): { looked: number; wrong: string[] } {
  const below = readdirSync(dataDir, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  );
  const wrong = [dataDir, ...below].flatMap((path) => {
    const info = statSync(path);
    const mode = info.mode & 0o777;
    return mode === (info.isDirectory() ? 0o700 : 0o600) ? [] : [`${relative(around, path)} ${mode.toString(8)}`];
  });
  return { looked: below.length + 1, wrong };
}

async function work({ url, token, dataDir }: Product): Promise<void> {
  for (const content of ['Please send the report to Mei by Friday', '/remember the key is in the blue box']) {
    const response = await fetch(`${url}/api/v1/messages?wait=10`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sender_id: 'ana', content }),
    });
    expect(response.status).toBe(202);
    await response.body?.cancel();
  }
  execFileSync(process.execPath, [...productArgs, 'token', '--data', dataDir], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

test.runIf(isPosix)('under a umask of 000 the data folder and every file in it are for their owner only', async () => {
  const dataDir = join(around, 'data');
  const start = () => startProduct({ dataDir, keepConfig: true, from: 'bundle' });
  const clean = { wrong: [] };

  const first = await start();
  expect(openToOthers(dataDir)).toMatchObject(clean);
  await work(first);
  const busy = openToOthers(dataDir);
  expect(busy).toMatchObject(clean);
  // Folder, keys and the two in it, config and its copy, database with log and shared memory, lock and its holder.
  expect(busy.looked).toBeGreaterThanOrEqual(11);
  expect(await first.stop()).toBe(0);
  expect(openToOthers(dataDir)).toMatchObject(clean);

  const second = await start();
  await work(second);
  expect(openToOthers(dataDir)).toMatchObject(clean);
  await second.kill();
  expect(openToOthers(dataDir)).toMatchObject(clean);

  const third = await start();
  expect(openToOthers(dataDir)).toMatchObject(clean);
  await third.stop();
});

test.runIf(isPosix)(
  'a database that an earlier version left open to others is closed to them at the start',
  async () => {
    const dataDir = join(around, 'earlier');
    const first = await startProduct({ dataDir, keepConfig: true, from: 'bundle' });
    await work(first);
    await first.kill();
    for (const name of ['memory.db', 'memory.db-wal', 'memory.db-shm']) chmodSync(join(dataDir, name), 0o644);

    const second = await startProduct({ dataDir, keepConfig: true, from: 'bundle' });
    expect(openToOthers(dataDir)).toMatchObject({ wrong: [] });
    await second.stop();
  },
);
