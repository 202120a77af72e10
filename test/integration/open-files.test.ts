import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

const limit = 256;
const idle = 400;
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

test.runIf(canLimit)(
  `with room for ${limit} open files and ${idle} idle connections it neither ends nor loses anything, and recovers within 2 s`,
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-open-files-'));
    const product = await startProduct({ dataDir, from: 'bundle' });
    const acknowledged: string[] = [];
    const sender = createSender(product.url, webhookSecret, 1);
    const send = async (id: string): Promise<boolean> => {
      const answer = await sender.send({ sender_id: 'ana', external_id: id, content: 'Please call Mei tomorrow' });
      if (answer?.status === 202) acknowledged.push(id);
      return answer?.status === 202;
    };
    try {
      // One connection that stays: the product has to go on storing for whoever it has let in.
      expect(await send('before')).toBe(true);
      execFileSync('prlimit', ['--pid', String(product.pid), `--nofile=${limit}:${limit}`]);
      const sockets = openIdle(Number(new URL(product.url).port));
      await until(() => openFiles(product.pid) >= limit - 2);
      // Those that find no room are turned away, and do not wait for ever.
      await until(() => sockets.filter(({ destroyed }) => destroyed).length > idle - limit);
      for (let turn = 0; turn < 20; turn++) expect(await send(`during ${turn}`)).toBe(true);

      for (const socket of sockets) socket.destroy();
      const released = performance.now();
      await until(() => answers(product.url));
      expect(performance.now() - released).toBeLessThan(2_000);
      expect(await send('after')).toBe(true);
      // The thread that understands messages found no room to start in: said on the status screen, and tried again.
      expect((await statusOf(product)).errors).toContainEqual(expect.objectContaining({ component: 'mind' }));
      await until(async () => (await statusOf(product)).totals.done === acknowledged.length);
      expect((await statusOf(product)).queue.dead).toBe(0);
    } finally {
      sender.close();
      expect(await product.stop()).toBe(0);
    }
    const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
    const stored = new Set(
      db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all(),
    );
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    expect(acknowledged).toHaveLength(22);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    rmSync(dataDir, { recursive: true });
  },
  60_000,
);

function openIdle(port: number): Socket[] {
  return Array.from({ length: idle }, () => {
    const socket = connect(port, '127.0.0.1');
    // Those that find no room are closed by the product.
    socket.on('error', () => {});
    return socket;
  });
}

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Whether a new connection is served. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v1/health`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(1_000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
