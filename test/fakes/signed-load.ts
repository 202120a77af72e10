import { createHmac } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  status: number;
  id: string | null;
  duplicate: boolean | null;
  /** From Retry-After; null where it is missing or no number. */
  retryAfterS: number | null;
}

/** What became of one message that was sent. */
export interface Sent {
  externalId: string;
  conversation: string;
  /** Its place in its conversation. */
  order: number;
  /** The product's answer, or null when there was none: the sender cannot know whether it was stored. */
  answer: Answer | null;
}

export const sign = (secret: string, body: string | Buffer): string =>
  createHmac('sha256', secret).update(body).digest('hex');

const contents = [
  'Please send the quarterly report to Mei by Friday',
  '明天下午三点前把发票寄给财务',
  'The spare key is in the blue box behind the printer',
  '会议室的门禁密码已经换了，新的贴在前台',
  'Where is the spare key?',
  '谢谢，收到了',
];

/** Whether the message of this place asks for something, so that it becomes a card. */
export const isRequest = (order: number): boolean => order % contents.length < 2;

/** Signed webhook messages over kept-alive connections. */
export function createSender(url: string, secret: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);

  return {
    send(message: Record<string, unknown>): Promise<Answer | null> {
      const body = JSON.stringify(message);
      return new Promise((resolve) => {
        const outgoing = request(
          {
            hostname,
            port,
            agent,
            method: 'POST',
            path: '/api/messages',
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
              'x-signature': sign(secret, body),
            },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part: string) => (text += part));
            response.on('end', () => resolve(readAnswer(response, text)));
            response.on('error', () => resolve(null));
          },
        );
        outgoing.on('error', () => resolve(null));
        outgoing.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

function readAnswer({ statusCode: status = 0, headers }: IncomingMessage, text: string): Answer | null {
  const wait = headers['retry-after'];
  const retryAfterS = wait !== undefined && /^\d+$/.test(wait) ? Number(wait) : null;
  try {
    const { id, duplicate } = JSON.parse(text) as { id?: string; duplicate?: boolean };
    return { status, id: id ?? null, duplicate: duplicate ?? null, retryAfterS };
  } catch {
    // Cut off in the middle of the answer: not an acknowledgement.
    return status >= 400 ? { status, id: null, duplicate: null, retryAfterS } : null;
  }
}

export const messageOf = ({
  externalId,
  conversation,
  order,
}: Pick<Sent, 'externalId' | 'conversation' | 'order'>) => ({
  sender_id: conversation,
  conversation_id: conversation,
  external_id: externalId,
  timestamp: 1_800_000_000 + order,
  content: `${contents[order % contents.length]} (${externalId})`,
});

/** Sends without pause from `clients` conversations until told to stop; each waits for its answer before the next. */
export function startLoad({
  url,
  secret,
  clients,
  name,
}: {
  url: string;
  secret: string;
  clients: number;
  name: string;
}) {
  const sender = createSender(url, secret, clients);
  const sent: Sent[] = [];
  let going = true;

  async function runClient(client: number): Promise<void> {
    const conversation = `${name}-${client}`;
    for (let order = 0; going; order++) {
      const entry: Sent = { externalId: `${conversation}-${order}`, conversation, order, answer: null };
      sent.push(entry);
      entry.answer = await sender.send(messageOf(entry));
      if (entry.answer === null) return;
      if (entry.answer.status >= 429) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const clientsDone = Promise.all(Array.from({ length: clients }, (_, client) => runClient(client)));
  return {
    async stop(): Promise<Sent[]> {
      going = false;
      await clientsDone;
      sender.close();
      return sent;
    },
  };
}
