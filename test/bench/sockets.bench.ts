import { Agent, get } from 'node:http';
import { openIdleSockets, socketRoom } from '../fakes/idle-sockets.ts';
import { startProduct } from '../fakes/product.ts';
import { startWsServer } from './lib/echo.ts';
import { cpuMs, quantile, residentMb, round } from './lib/process-use.ts';

export const name = 'sockets';

/** CLAWDBOT_SOCKETS=1000 for a look. */
const wanted = Number(process.env['CLAWDBOT_SOCKETS'] ?? 10_000);
const warmUp = 500;
const settleMs = 5_000;
/** Two heartbeats and a little. */
const idleMs = 65_000;
const requests = 1_000;
const pauseMs = 5;

/** Many sockets that are let in and then say nothing: what each costs, and whether others feel them. */
export async function run() {
  const count = socketRoom(wanted);
  const product = await startProduct({ from: 'bundle' });
  const ours = await measure(
    { pid: product.pid, socketUrl: product.wsUrl, healthUrl: `${product.url}/api/v1/health`, token: product.token },
    count,
  );
  await product.stop();
  const server = await startWsServer();
  const peer = await measure(
    { pid: server.pid, socketUrl: server.url.replace('http', 'ws'), healthUrl: server.url, token: 'none' },
    count,
  );
  await server.stop();

  const note = `${count} sockets`;
  return [
    {
      name: 'memory for each idle socket',
      ours: round(ours.kbEach, 1),
      peer: round(peer.kbEach, 1),
      ratio: round(ours.kbEach / peer.kbEach),
      unit: 'KB',
      goal: '≤ 10',
      met: ours.kbEach <= 10,
      note,
    },
    {
      name: 'CPU for all of them, idle',
      ours: round(ours.cores, 3),
      peer: round(peer.cores, 3),
      ratio: round(ours.cores / peer.cores),
      unit: 'cores',
      goal: '≤ 0.05',
      met: ours.cores <= 0.05,
      note: `${note}, a ping each 30 s`,
    },
    {
      name: 'HTTP beside them, p99',
      ours: round(ours.besideP99Ms),
      peer: round(peer.besideP99Ms),
      ratio: round(ours.besideP99Ms / peer.besideP99Ms),
      unit: 'ms',
      goal: '≤ 10, or twice the figure without',
      met: ours.besideP99Ms <= Math.max(10, 2 * ours.aloneP99Ms),
      note: `${round(ours.aloneP99Ms)} ms without`,
    },
    {
      name: 'sockets let go while idle',
      ours: ours.closed,
      peer: peer.closed,
      ratio: null,
      unit: 'sockets',
      goal: '0',
      met: ours.closed === 0 && ours.pings >= count,
      note: `${ours.pings} pings answered`,
    },
  ];
}

interface Target {
  pid: number;
  socketUrl: string;
  healthUrl: string;
  token: string;
}

async function measure({ pid, socketUrl, healthUrl, token }: Target, count: number) {
  const aloneP99Ms = await p99Of(healthUrl);
  // A few come and go first, so that what the runtime takes for anybody at all is there.
  await (await openIdleSockets(socketUrl, warmUp, token)).closeAll();
  const before = residentMb(pid);
  const idle = await openIdleSockets(socketUrl, count, token);
  await sleep(settleMs);
  const kbEach = ((residentMb(pid) - before) * 1024) / count;
  const cpuBefore = cpuMs(pid);
  const begun = performance.now();
  await sleep(idleMs);
  const cores = (cpuMs(pid) - cpuBefore) / (performance.now() - begun);
  const besideP99Ms = await p99Of(healthUrl);
  const { closed, pings } = idle;
  await idle.closeAll();
  return { aloneP99Ms, besideP99Ms, kbEach, cores, closed, pings };
}

/** One request after the other on a connection that stays. */
async function p99Of(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const tookMs: number[] = [];
  for (let turn = 0; turn < requests; turn++) {
    const begun = performance.now();
    await new Promise((resolve, reject) => {
      get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    tookMs.push(performance.now() - begun);
    await sleep(pauseMs);
  }
  agent.destroy();
  return quantile(tookMs, 0.99);
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
