import { type Product, startProduct } from '../fakes/product.ts';
import { statusOf } from '../fakes/status.ts';
import { startEcho } from './lib/echo.ts';
import { isAccepted, runOpenLoop } from './lib/open-loop.ts';
import { cpuMs, quantile, round } from './lib/process-use.ts';

export const name = 'open-loop';

const rates = [100, 500, 1000, 2000];
const seconds = 15;

interface Latencies {
  ms: number[];
  failed: number;
}

/** Messages that arrive when they arrive, at several rates. All of it is worked meanwhile: memories, todos and replies. */
export async function run() {
  const product = await startProduct({ from: 'bundle', config: { platforms: { socket: { enabled: false } } } });
  const echo = await startEcho();
  try {
    await arrive(product.url, 200, 3, 'warm');
    await arrive(echo.url, 200, 3, 'warm');
    const rows = [];
    for (const rate of rates) {
      await statusOf(product);
      const cpuBefore = cpuMs(product.pid);
      const ours = await arrive(product.url, rate, seconds, `r${rate}`);
      const cores = (cpuMs(product.pid) - cpuBefore) / (seconds * 1000);
      const { process } = await statusOf(product);
      await drained(product);
      const peer = await arrive(echo.url, rate, seconds, `r${rate}`);
      rows.push(...rowsOf(rate, ours, peer, process.loop_delay_p99_ms, cores));
    }
    return rows;
  } finally {
    await product.stop();
    await echo.stop();
  }
}

/** What still has to be worked would take the peer's processor. */
async function drained(product: Product): Promise<void> {
  for (let waitedMs = 0; waitedMs < 120_000; waitedMs += 250) {
    const { queue } = await statusOf(product);
    if (queue.queued + queue.working === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the queue did not run empty within two minutes');
}

async function arrive(url: string, perSecond: number, forSeconds: number, label: string): Promise<Latencies> {
  const answers = await runOpenLoop({ url, perSecond, seconds: forSeconds, label });
  const accepted = answers.filter(isAccepted);
  return { ms: accepted.map(({ ms }) => ms), failed: answers.length - accepted.length };
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
