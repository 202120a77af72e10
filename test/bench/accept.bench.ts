import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct, webhookSecret } from '../fakes/product.ts';
import { startEcho } from './lib/echo.ts';
import { cpuMs, median, round } from './lib/process-use.ts';
import { hasWrk, prepareWrk, runWrk } from './lib/wrk.ts';

export const name = 'accept';

const rounds = 5;
const seconds = 5;
/** Both sides are compiled while they run; what is measured is the steady state after that. */
const warmUpSeconds = 4;
const connections = 256;
const requests = 200_000;

interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
}

/**
 * Messages accepted and durable over HTTP, beside a bare Fastify echo of the same bodies. Both are measured in turn,
 * five times over, because on a shared machine only the ratio of neighbours holds.
 */
export async function run() {
  if (!(await hasWrk())) throw new Error('wrk is not installed: apt-get install wrk');
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-bench-'));
  try {
    const script = await prepareWrk(folder, webhookSecret, requests);
    const echo: Sample[] = [];
    const full: Sample[] = [];
    const normal: Sample[] = [];
    for (let turn = 0; turn < rounds; turn++) {
      echo.push(await sampleEcho(script));
      full.push(await sampleProduct(script, 'full'));
      normal.push(await sampleProduct(script, 'normal'));
    }
    return [...rowsOf('FULL', full, echo, 0.6, 1.8), ...rowsOf('NORMAL', normal, echo, null, null)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sampleEcho(script: string): Promise<Sample> {
  const echo = await startEcho();
  try {
    return await sample(echo.url, echo.pid, script);
  } finally {
    await echo.stop();
  }
}

async function sampleProduct(script: string, durability: 'full' | 'normal'): Promise<Sample> {
  const product = await startProduct({
    from: 'bundle',
    config: { app: { durability, queue_limit: 1_000_000 }, platforms: { socket: { enabled: false } } },
  });
  try {
    return await sample(product.url, product.pid, script);
  } finally {
    await product.stop();
  }
}

async function sample(url: string, pid: number, script: string): Promise<Sample> {
  await runWrk(url, script, { connections, seconds: warmUpSeconds });
  const before = cpuMs(pid);
  const { perSecond, p50Ms, p99Ms, requests: done, failed } = await runWrk(url, script, { connections, seconds });
  if (failed > 0) throw new Error(`${failed} of ${done} requests failed`);
  return { perSecond, p50Ms, p99Ms, cpuUs: ((cpuMs(pid) - before) * 1000) / done };
}

function rowsOf(level: string, ours: Sample[], echo: Sample[], ratioGoal: number | null, cpuGoal: number | null) {
  const of = (samples: Sample[], key: keyof Sample) => median(samples.map((one) => one[key]));
  // The ratio is taken pair by pair, so that a slow moment of the machine falls on both sides.
  const pairs = (key: keyof Sample) => median(ours.map((one, turn) => one[key] / (echo[turn]?.[key] ?? Number.NaN)));
  const throughput = pairs('perSecond');
  const cpu = pairs('cpuUs');
  const note = `${rounds} rounds in turn, wrk ${connections} connections, ${seconds} s each`;
  return [
    {
      name: `accepted and durable, ${level}`,
      ours: round(of(ours, 'perSecond'), 0),
      peer: round(of(echo, 'perSecond'), 0),
      ratio: round(throughput, 3),
      unit: 'messages/s',
      ...(ratioGoal === null ? {} : { goal: `≥ ${ratioGoal} of echo`, met: throughput >= ratioGoal }),
      note,
    },
    {
      name: `CPU for each message, ${level}`,
      ours: round(of(ours, 'cpuUs'), 1),
      peer: round(of(echo, 'cpuUs'), 1),
      ratio: round(cpu, 2),
      unit: 'µs',
      ...(cpuGoal === null ? {} : { goal: `≤ ${cpuGoal} × echo`, met: cpu <= cpuGoal }),
    },
    {
      name: `answer p50, ${level}`,
      ours: round(of(ours, 'p50Ms')),
      peer: round(of(echo, 'p50Ms')),
      ratio: round(pairs('p50Ms')),
      unit: 'ms',
    },
    {
      name: `answer p99, ${level}`,
      ours: round(of(ours, 'p99Ms')),
      peer: round(of(echo, 'p99Ms')),
      ratio: round(pairs('p99Ms')),
      unit: 'ms',
    },
  ];
}
