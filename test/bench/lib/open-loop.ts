import { Agent, request } from 'node:http';
import { Worker } from 'node:worker_threads';
import { webhookSecret } from '../../fakes/product.ts';
import { sign } from '../../fakes/signed-load.ts';

/** One message that was due at its moment and what was answered; status 0 where nothing was. */
export interface Answered {
  status: number;
  /** From the moment it was due. */
  ms: number;
  externalId: string;
  hasRetryAfter: boolean;
}

export interface OpenLoop {
  url: string;
  perSecond: number;
  seconds: number;
  /** Begins every external id. */
  label: string;
}

/**
 * Signed messages that arrive when they arrive, whether or not the receiver is ready for them (Poisson arrivals). Each
 * is timed from the moment it was due, so a stall counts for everything that arrives during it.
 */
export async function runOpenLoop({ url, perSecond, seconds, label }: OpenLoop): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const { hostname, port } = new URL(url);
  const under: Promise<Answered>[] = [];
  const clock = new Worker(new URL('./arrivals-worker.ts', import.meta.url), { workerData: { perSecond, seconds } });
  clock.on('message', (due: number) => under.push(post({ agent, hostname, port }, label, under.length, due)));
  await new Promise<void>((resolve, reject) => clock.once('exit', () => resolve()).once('error', reject));
  const answers = await Promise.all(under);
  agent.destroy();
  return answers;
}

export const isAccepted = ({ status }: Answered): boolean => status >= 200 && status < 300;

interface Target {
  agent: Agent;
  hostname: string;
  port: string;
}

function post({ agent, hostname, port }: Target, label: string, index: number, due: number): Promise<Answered> {
  const externalId = `${label}-${index}`;
  const body = bodyOf(externalId, index);
  return new Promise((resolve) => {
    const end = (status: number, hasRetryAfter: boolean) =>
      resolve({ status, ms: Number(process.hrtime.bigint()) / 1e6 - due, externalId, hasRetryAfter });
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
        response.on('end', () => end(response.statusCode ?? 0, response.headers['retry-after'] !== undefined));
        response.on('error', () => end(0, false));
      },
    );
    outgoing.on('error', () => end(0, false));
    outgoing.end(body);
  });
}

const bodyOf = (externalId: string, index: number): string =>
  JSON.stringify({
    external_id: externalId,
    sender_id: `sender-${index % 50}`,
    content:
      index % 2 === 0
        ? `麻烦明天下午三点前把第 ${index} 份合同发给财务`
        : `The room for meeting ${index} moved to the second floor, please tell the others by Friday`,
    timestamp: 1_800_000_000,
  });
