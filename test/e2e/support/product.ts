import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Client } from '../../../src-shared/contract/index.ts';
import { builtProgram, freePort, type Product, startProduct, webhookSecret } from '../../fakes/product.ts';
import { connectOverRest } from '../../fakes/rest-client.ts';
import { createSender } from '../../fakes/signed-load.ts';

export type House = Awaited<ReturnType<typeof openHouse>>;

/** One data folder and one address for a whole test, under which the product may end and start again. */
export async function openHouse(config: Record<string, unknown> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-e2e-'));
  const port = await freePort();
  const start = () => startProduct({ from: 'bundle', dataDir, config, args: ['--port', String(port)] });
  const gone = new AbortController();
  let product: Product = await start();
  const { url, token } = product;
  const sender = createSender(url, webhookSecret, 32);

  return {
    url,
    token,
    /** What a program with the administrator's token sees and does. */
    rest: connectOverRest({ url, token, signal: gone.signal }),
    /** A signed webhook message; fails unless it was taken. */
    async post(message: { sender_id: string; content: string } & Record<string, unknown>): Promise<string> {
      const answer = await sender.send(message);
      if (answer?.status !== 202 || answer.id === null) throw new Error(`not taken: ${JSON.stringify(answer)}`);
      return answer.id;
    },
    stop: () => product.stop(),
    kill: () => product.kill(),
    async startAgain() {
      product = await start();
    },
    async close() {
      gone.abort();
      sender.close();
      await product.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The product as a person starts it, with what it prints for them: its address and a pairing code. */
export async function startForPeople() {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-e2e-'));
  const [command, ...before] = builtProgram();
  const child = spawn(command, [...before, 'serve', '--data', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /is ready: (\S+)/.exec(line)?.[1] ?? url;
    const code = /Pairing code for your browser: (\S+)/.exec(line)?.[1];
    if (!code) continue;
    return {
      url,
      code,
      pid: child.pid,
      async close() {
        child.kill('SIGTERM');
        await exited;
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  }
  throw new Error('the product ended without a pairing code');
}

/** Waits until every message that was taken has been worked. */
export async function untilWorked(rest: Client): Promise<void> {
  for (;;) {
    const { queue } = await rest.system.status();
    if (queue.queued + queue.working === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
