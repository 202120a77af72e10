import { Agent, request } from 'node:http';
import { startProduct, webhookSecret } from '../fakes/product.ts';
import { sign } from '../fakes/signed-load.ts';
import { startEcho } from './lib/echo.ts';
import { cpuMs, quantile, round } from './lib/process-use.ts';

export const name = 'open-loop';

const rates = [100, 500, 1000];
const seconds = 15;

interface Latencies {
  ms: number[];
  failed: number;
}

/**
 * Messages that arrive when they arrive, whether or not the product is ready for them (Poisson arrivals). Each is
 * timed from the moment it was due, so a stall counts for everything that arrives during it. All of it is worked
 * meanwhile: memories, todos and replies.
 */
export async function run() {
  const product = await startProduct({ from: 'bundle', config: { platforms: { socket: { enabled: false } } } });
  const echo = await startEcho();
  try {
    await arrive(product.url, 200, 3, 'warm');
    await arrive(echo.url, 200, 3, 'warm');
    const rows = [];
    for (const rate of rates) {
      await status(product);
      const cpuBefore = cpuMs(product.pid);
      const ours = await arrive(product.url, rate, seconds, `r${rate}`);
      const cores = (cpuMs(product.pid) - cpuBefore) / (seconds * 1000);
      const { process } = await status(product);
      const peer = await arrive(echo.url, rate, seconds, `r${rate}`);
      rows.push(...rowsOf(rate, ours, peer, process.loop_delay_p99_ms, cores));
    }
    return rows;
  } finally {
    await product.stop();
    await echo.stop();
  }
}

async function status({
  url,
  token,
}: {
  url: string;
  token: string;
}): Promise<{ process: { loop_delay_p99_ms: number } }> {
  const response = await fetch(`${url}/api/v1/health/detail`, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as { process: { loop_delay_p99_ms: number } };
}

async function arrive(url: string, rate: number, forSeconds: number, label: string): Promise<Latencies> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { hostname, port } = new URL(url);
  const result: Latencies = { ms: [], failed: 0 };
  const under: Promise<void>[] = [];
  const begun = performance.now();
  let due = begun;
  for (let index = 0; due - begun < forSeconds * 1000; index++) {
    due += (-Math.log(1 - Math.random()) / rate) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    under.push(post({ agent, hostname, port }, bodyOf(label, index), due, result));
  }
  await Promise.all(under);
  agent.destroy();
  return result;
}

const bodyOf = (label: string, index: number): string =>
  JSON.stringify({
    external_id: `${label}-${index}`,
    sender_id: `sender-${index % 50}`,
    content:
      index % 2 === 0
        ? `麻烦明天下午三点前把第 ${index} 份合同发给财务`
        : `The room for meeting ${index} moved to the second floor, please tell the others by Friday`,
    timestamp: 1_800_000_000,
  });

interface Target {
  agent: Agent;
  hostname: string;
  port: string;
}

function post({ agent, hostname, port }: Target, body: string, due: number, result: Latencies): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        method: 'POST',
        path: '/api/messages',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-signature': sign(webhookSecret, body),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => {
          if ((response.statusCode ?? 500) < 300) result.ms.push(performance.now() - due);
          else result.failed++;
          resolve();
        });
      },
    );
    outgoing.on('error', () => {
      result.failed++;
      resolve();
    });
    outgoing.end(body);
  });
}

function rowsOf(rate: number, ours: Latencies, peer: Latencies, loopDelayMs: number, cores: number) {
  const p99 = quantile(ours.ms, 0.99);
  const peerP99 = quantile(peer.ms, 0.99);
  const p50 = quantile(ours.ms, 0.5);
  const peerP50 = quantile(peer.ms, 0.5);
  const goals = rate === 1000;
  return [
    {
      name: `acknowledged at ${rate}/s, p50`,
      ours: round(p50),
      peer: round(peerP50),
      ratio: round(p50 / peerP50),
      unit: 'ms',
      note: `max ${round(Math.max(...ours.ms), 0)} ms, ${ours.failed} failed`,
    },
    {
      name: `acknowledged at ${rate}/s, p99`,
      ours: round(p99),
      peer: round(peerP99),
      ratio: round(p99 / peerP99),
      unit: 'ms',
      ...(goals ? { goal: '≤ 30 ms', met: p99 <= 30 && ours.failed === 0 } : {}),
    },
    {
      name: `main thread's loop delay at ${rate}/s, p99`,
      ours: round(loopDelayMs),
      peer: null,
      ratio: null,
      unit: 'ms',
      goal: '≤ 20 ms',
      met: loopDelayMs <= 20,
    },
    { name: `cores at ${rate}/s, work included`, ours: round(cores), peer: null, ratio: null, unit: 'cores' },
  ];
}
