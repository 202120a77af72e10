import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProduct } from '../fakes/product.ts';
import { startEcho } from './lib/echo.ts';
import { cpuMs, median, residentMb, round } from './lib/process-use.ts';

export const name = 'start';

const starts = 9;
const settleMs = 5_000;
const idleMs = 20_000;

/** From the start of the process until it takes messages, and what it costs to have it there doing nothing. */
export async function run() {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-start-'));
  const ours: number[] = [];
  const peer: number[] = [];
  try {
    for (let turn = 0; turn < starts; turn++) {
      const begun = performance.now();
      const product = await startProduct({ dataDir, from: 'bundle' });
      ours.push(performance.now() - begun);
      await product.stop();
      const echo = await startEcho();
      peer.push(echo.startedMs);
      await echo.stop();
    }
    const readyMs = median(ours);
    return [
      {
        name: 'ready, headless',
        ours: round(readyMs, 0),
        peer: round(median(peer), 0),
        ratio: round(readyMs / median(peer)),
        unit: 'ms',
        goal: '< 600 ms',
        met: readyMs < 600,
        note: `median of ${starts}`,
      },
      ...(await idle(dataDir)),
    ];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function idle(dataDir: string) {
  const product = await startProduct({ dataDir, from: 'bundle' });
  const echo = await startEcho();
  try {
    await sleep(settleMs);
    const before = { ours: cpuMs(product.pid), peer: cpuMs(echo.pid) };
    await sleep(idleMs);
    const cpu = ((cpuMs(product.pid) - before.ours) / idleMs) * 100;
    const peerCpu = ((cpuMs(echo.pid) - before.peer) / idleMs) * 100;
    const memory = residentMb(product.pid);
    const peerMemory = residentMb(echo.pid);
    return [
      {
        name: 'idle memory',
        ours: round(memory, 0),
        peer: round(peerMemory, 0),
        ratio: round(memory / peerMemory),
        unit: 'MB',
        goal: '< 120 MB',
        met: memory < 120,
      },
      {
        name: 'idle CPU',
        ours: round(cpu),
        peer: round(peerCpu),
        ratio: null,
        unit: '% of a core',
        goal: '< 1 %',
        met: cpu < 1,
        note: `over ${idleMs / 1000} s`,
      },
    ];
  } finally {
    await product.stop();
    await echo.stop();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
