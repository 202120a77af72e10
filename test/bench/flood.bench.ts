import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';
import { balanceOf, statusOf, sumsOf } from '../fakes/status.ts';
import { startEcho } from './lib/echo.ts';
import { type Answered, isAccepted, runOpenLoop } from './lib/open-loop.ts';
import { quantile, residentMb, round } from './lib/process-use.ts';
import { type FloodResult, hasWrk, prepareFlood, runFlood } from './lib/wrk.ts';

export const name = 'flood';

const seconds = 30;
const connections = 256;
/** Together some 10,000 messages a second, about twenty times what the product works off meanwhile on two cores. */
const pauseMs = 25;
const requests = 100_000;
/** Small, so that it is full after a moment and the product takes what it works off and no more. */
const queueLimit = 500;
/** Beside the flood: few enough not to be one, and timed one by one. */
const probesPerSecond = 200;

interface Flooded {
  flood: FloodResult;
  probes: Answered[];
  memoryMb: number;
  recoveredMs: number;
  loopDelayMs: number;
  /** Acknowledged, and not in the database after a stop. */
  lost: number;
  /** What the product's two sums are off by, after the queue ran empty. */
  difference: number;
  /** Accepted as the product counts it, beyond what its senders were told; wrk leaves without hearing the last answers. */
  unheard: number;
}

/** Many times more than the product can work off, for half a minute; and the echo peer under the same flood. */
export async function run() {
  if (!(await hasWrk())) throw new Error('wrk is not installed: apt-get install wrk');
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-flood-'));
  try {
    const script = await prepareFlood(folder, webhookSecret, { count: requests, pauseMs });
    const ours = await floodProduct(folder, script);
    const peer = await floodEcho(script);
    return rowsOf(ours, peer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function floodProduct(folder: string, script: string): Promise<Flooded> {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const product = await startProduct({
    from: 'bundle',
    dataDir,
    config: { app: { queue_limit: queueLimit }, platforms: { socket: { enabled: false } } },
  });
  try {
    await runOpenLoop({ url: product.url, perSecond: probesPerSecond, seconds: 3, label: 'warm' });
    await drained(product);
    const { totals: before } = await statusOf(product);
    const beforeMb = residentMb(product.pid);
    const memory = watchMemory(product.pid);
    const [flood, probes] = await Promise.all([
      runFlood(product.url, script, { connections, seconds }),
      runOpenLoop({ url: product.url, perSecond: probesPerSecond, seconds, label: 'probe' }),
    ]);
    const recovered = await recover(product);
    const memoryMb = memory.stop() - beforeMb;
    const { process } = await statusOf(product);
    await drained(product);
    const rest = await statusOf(product);
    await product.stop();

    const taken = probes.filter(isAccepted);
    const told = flood.accepted + taken.length + 1;
    return {
      flood,
      probes,
      memoryMb,
      recoveredMs: recovered,
      loopDelayMs: process.loop_delay_p99_ms,
      lost: lostOf(dataDir, readFileSync(join(folder, 'accepted.txt'), 'utf8').trim().split('\n'), taken),
      difference:
        Math.abs(sumsOf(rest).received - balanceOf(rest).received) +
        Math.abs(sumsOf(rest).messages - balanceOf(rest).messages),
      unheard: rest.totals.accepted - before.accepted - told,
    };
  } finally {
    await product.stop();
  }
}

async function floodEcho(script: string): Promise<Answered[]> {
  const echo = await startEcho();
  try {
    await runOpenLoop({ url: echo.url, perSecond: probesPerSecond, seconds: 3, label: 'warm' });
    const [, probes] = await Promise.all([
      runFlood(echo.url, script, { connections, seconds }),
      runOpenLoop({ url: echo.url, perSecond: probesPerSecond, seconds, label: 'probe' }),
    ]);
    return probes;
  } finally {
    await echo.stop();
  }
}

/** Until the first message that is accepted, in ms. */
async function recover({ url }: Product): Promise<number> {
  const begun = performance.now();
  const sender = createSender(url, webhookSecret, 1);
  for (let index = 0; performance.now() - begun < 60_000; index++) {
    const answer = await sender.send({ sender_id: 'ana', external_id: `afterwards-${index}`, content: 'still there?' });
    if (answer?.status === 202) break;
    await sleep(10);
  }
  sender.close();
  return performance.now() - begun;
}

async function drained(product: Product): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 100) {
    const { queue, totals } = await statusOf(product);
    if (queue.queued + queue.working + totals.arriving === 0) return;
    await sleep(100);
  }
  throw new Error('the queue did not run empty within a minute');
}

/** The most memory a process held until stopped, in MB. */
function watchMemory(pid: number) {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentMb(pid))), 200);
  return {
    stop(): number {
      clearInterval(timer);
      return most;
    },
  };
}

function lostOf(dataDir: string, ids: string[], probes: Answered[]): number {
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const column = (sql: string) => new Set(db.prepare<[], string>(sql).pluck().all());
  const stored = column("SELECT id FROM messages WHERE direction = 'in'");
  const keys = column("SELECT external_id FROM messages WHERE direction = 'in'");
  db.close();
  return ids.filter((id) => !stored.has(id)).length + probes.filter(({ externalId }) => !keys.has(externalId)).length;
}

function rowsOf(ours: Flooded, peer: Answered[]) {
  const { flood, probes } = ours;
  const taken = probes.filter(isAccepted);
  const turnedAway = probes.filter(({ status }) => status === 429 || status === 503);
  const accepted = (flood.accepted + taken.length) / flood.seconds;
  const shed = (flood.shed + turnedAway.length) / flood.seconds;
  const bare = flood.withoutRetryAfter + turnedAway.filter(({ hasRetryAfter }) => !hasRetryAfter).length;
  const other = flood.other + probes.length - taken.length - turnedAway.length;
  const p99 = quantile(
    taken.map(({ ms }) => ms),
    0.99,
  );
  const peerP99 = quantile(
    peer.filter(isAccepted).map(({ ms }) => ms),
    0.99,
  );
  const plain = { peer: null, ratio: null };
  const zero = (what: string, value: number, unit: string, note?: string) => ({
    name: what,
    ours: value,
    ...plain,
    unit,
    goal: '0',
    met: value === 0,
    ...(note === undefined ? {} : { note }),
  });
  return [
    {
      name: 'offered',
      ours: round(accepted + shed, 0),
      ...plain,
      unit: 'messages/s',
      note: `${round((accepted + shed) / accepted, 0)} × what is taken; ${seconds} s, ${connections} connections, room for ${queueLimit}`,
    },
    { name: 'accepted', ours: round(accepted, 0), ...plain, unit: 'messages/s' },
    { name: 'shed with 429 or 503', ours: round(shed, 0), ...plain, unit: 'messages/s' },
    zero('shed without Retry-After', bare, 'answers'),
    zero('answered otherwise, or not at all', other, 'answers'),
    {
      name: 'answer p99 of accepted ones',
      ours: round(p99),
      peer: round(peerP99),
      ratio: round(p99 / peerP99),
      unit: 'ms',
      goal: '≤ 50 ms, or 2 × echo',
      met: p99 <= Math.max(50, 2 * peerP99),
      note: `${taken.length} of ${probes.length} probes accepted; the peer takes all of its flood`,
    },
    {
      name: 'memory, peak above before',
      ours: round(ours.memoryMb, 0),
      ...plain,
      unit: 'MB',
      goal: '≤ 100 MB',
      met: ours.memoryMb <= 100,
    },
    {
      name: 'first message taken after the flood',
      ours: round(ours.recoveredMs, 0),
      ...plain,
      unit: 'ms',
      goal: '≤ 5000 ms',
      met: ours.recoveredMs <= 5000,
    },
    {
      name: "main thread's loop delay, p99",
      ours: round(ours.loopDelayMs),
      ...plain,
      unit: 'ms',
      goal: '≤ 20 ms',
      met: ours.loopDelayMs <= 20,
    },
    zero('accepted and lost', ours.lost, 'messages', `of ${flood.accepted + taken.length} acknowledged`),
    {
      ...zero('sums that do not balance', ours.difference, 'messages'),
      note: `${ours.unheard} accepted whose sender had left`,
    },
  ];
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
