import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareWithServer } from '../../src-main/core/store/index.ts';
import { nothingWrong, runCrashRounds } from '../fakes/crash-rounds.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { leaveOut } from '../fakes/leave-out.ts';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { startLoad } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

/** Messages that are not worked yet. */
async function open(product: Product): Promise<number> {
  const { queue } = await statusOf(product);
  return queue.queued + queue.working;
}

function externalIds(file: string): string[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all();
  } finally {
    db.close();
  }
}

describe.each(serverKinds)('a product that is kept on a %s server', (kind) => {
  let server: DatabaseServer | null;
  let databases = 0;
  beforeAll(async () => {
    server = await startDatabaseServer(kind);
  });
  afterAll(async () => server?.stop());
  beforeEach(({ task, skip }) => {
    if (server) return;
    leaveOut(task, `${kind} is not installed`);
    skip();
  });
  const newDatabase = async (): Promise<string> => (await server?.create(`c${++databases}`)) ?? '';
  const compare = (dataDir: string, url: string) =>
    compareWithServer({
      file: join(dataDir, 'memory.db'),
      to: url,
      signal: new AbortController().signal,
      onStep: () => {},
    });

  test('killed under load it loses and doubles nothing, and the server has every cell', async () => {
    const urls = new Map<number, string>();
    let compared = 0;
    const result = await runCrashRounds({
      rounds: 2,
      fault: 'kill',
      from: 'sources',
      between: [500, 2_000],
      async memory(round) {
        urls.set(round, await newDatabase());
        return { storage_type: kind, url: urls.get(round) };
      },
      async look(dataDir, round) {
        compared += (await compare(dataDir, urls.get(round) ?? '')).total;
      },
    });
    expect(result).toMatchObject({ rounds: 2, ...nothingWrong });
    expect(result.acknowledged).toBeGreaterThan(20);
    expect(compared).toBeGreaterThan(result.acknowledged);
  });

  test('a server that is killed under load and comes back has every message that was acknowledged, without the folder’s file', async () => {
    const url = await newDatabase();
    const config = { memory: { storage_type: kind, url } };
    let product = await startProduct({ config, startTimeoutMs: 60_000 });
    const { dataDir } = product;
    try {
      const load = startLoad({ url: product.url, secret: webhookSecret, clients: 16, name: 'away' });
      for (let time = 0; time < 2; time++) {
        await new Promise((resolve) => setTimeout(resolve, 800));
        await server?.kill();
        await expect
          .poll(async () => (await statusOf(product)).trouble, { timeout: 60_000 })
          .toBe('SERVER_UNAVAILABLE');
        await server?.start();
        await expect.poll(async () => (await statusOf(product)).trouble, { timeout: 60_000 }).toBeNull();
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      const sent = await load.stop();
      const acknowledged = sent.filter(({ answer }) => answer?.status === 202 || answer?.status === 200);
      expect(acknowledged.length).toBeGreaterThan(20);
      await product.kill();
      for (const name of ['memory.db', 'memory.db-wal', 'memory.db-shm']) rmSync(join(dataDir, name), { force: true });
      product = await startProduct({ dataDir, keepConfig: true, startTimeoutMs: 60_000 });
      await expect.poll(() => open(product), { timeout: 60_000 }).toBe(0);
      expect(await product.stop()).toBe(0);
      await compare(dataDir, url);
      const stored = new Set(externalIds(join(dataDir, 'memory.db')));
      expect(acknowledged.filter(({ externalId }) => !stored.has(externalId))).toEqual([]);
    } finally {
      await product.kill();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
