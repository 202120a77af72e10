import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';
import { statusOf } from '../fakes/status.ts';

/** What the database and the receiver of replies hold. */
interface Found {
  messages: number;
  /** In the inbox, by the state of the row. */
  inbox: string[];
  replies: number;
  cards: number;
  memories: number;
  /** In the outbox, by the state of the row. */
  outbox: string[];
  delivered: number;
}

interface Step {
  step: string;
  /** See test/fixtures/stop-at-step.ts. */
  at: string;
  /** What the kill leaves behind, which shows that it struck where it should. */
  left: Partial<Found>;
  /** Where it differs from one delivery, confirmed. */
  end?: Partial<Found>;
}

const untouched = { messages: 1, replies: 0, cards: 0, memories: 0, outbox: [], delivered: 0 };
const worked = { messages: 1, inbox: [], replies: 1, cards: 1, memories: 1 };
/** Nobody can tell whether the receiver has it, so it is never sent again. */
const unknown = { outbox: ['unknown'] };

const steps: Step[] = [
  {
    step: 'stored and not committed',
    at: 'before-commit:messages.accept',
    left: { ...untouched, messages: 0, inbox: [] },
  },
  {
    step: 'stored and not acknowledged',
    at: 'after-commit:messages.accept',
    left: { ...untouched, inbox: ['queued'] },
  },
  { step: 'handed out to be worked', at: 'after-commit:work.lease', left: { ...untouched, inbox: ['leased'] } },
  {
    step: 'understood and its effects on their way',
    at: 'before-post:work.finish',
    left: { ...untouched, inbox: ['leased'] },
  },
  {
    step: 'worked and its effects not committed',
    at: 'before-commit:work.finish',
    left: { ...untouched, inbox: ['leased'] },
  },
  {
    step: 'worked and nobody told',
    at: 'after-commit:work.finish',
    left: { ...worked, outbox: ['pending'], delivered: 0 },
  },
  {
    step: 'about to be replied to',
    at: 'after-commit:outbox.take',
    left: { ...worked, outbox: ['sending'], delivered: 0 },
    end: { ...unknown, delivered: 0 },
  },
  {
    step: 'replied to and the outcome on its way',
    at: 'before-post:outbox.settle',
    left: { ...worked, outbox: ['sending'], delivered: 1 },
    end: unknown,
  },
  {
    step: 'replied to and the outcome not committed',
    at: 'before-commit:outbox.settle',
    left: { ...worked, outbox: ['sending'], delivered: 1 },
    end: unknown,
  },
  {
    step: 'replied to and the outcome kept',
    at: 'after-commit:outbox.settle',
    left: { ...worked, outbox: ['sent'], delivered: 1 },
  },
];

const stopAtStep = fileURLToPath(new URL('../fixtures/stop-at-step.ts', import.meta.url));
const message = {
  sender_id: 'ana',
  conversation_id: 'ana',
  external_id: 'the one message',
  content: 'Please send the quarterly report to Mei by Friday',
};

let covered = 0;
afterAll(() => {
  process.stdout.write(`crash steps: ${covered}/${steps.length} covered\n`);
});

test.concurrent.each(steps)(
  'killed with a message $step, the product has each effect once in the end',
  {
    timeout: 90_000,
  },
  async ({ at, left, end = {} }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-step-'));
    const receiver = await startReceiver();
    try {
      const config = { platforms: { webhook: { reply_url: receiver.url }, socket: { enabled: false } } };
      const start = (extra: { nodeArgs?: string[]; env?: Record<string, string> } = {}) =>
        startProduct({ dataDir, config, from: 'bundle', startTimeoutMs: 60_000, ...extra });

      const first = await start({ nodeArgs: ['--import', stopAtStep], env: { STOP_AT: at } });
      const answer = await send(first);
      if (at.endsWith('messages.accept')) expect(answer).toBeNull();
      await first.exited;
      const before = look(dataDir, receiver.delivered());
      expect(before).toMatchObject(left);

      const second = await start();
      const again = await send(second);
      const isKnown = before.id !== null;
      expect(again).toMatchObject({
        status: isKnown ? 200 : 202,
        id: isKnown ? before.id : expect.any(String),
        duplicate: isKnown,
      });
      await settled(second);
      expect(await second.stop()).toBe(0);
      expect(look(dataDir, receiver.delivered())).toEqual({
        id: again?.id,
        ...worked,
        outbox: ['sent'],
        delivered: 1,
        ...end,
      });
      covered++;
    } finally {
      await receiver.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
);

async function send(product: Product) {
  const sender = createSender(product.url, webhookSecret, 1);
  try {
    return await sender.send(message);
  } finally {
    sender.close();
  }
}

function look(dataDir: string, delivered: number): Found & { id: string | null } {
  // Read only: another close would tidy up the log that the next start has to find.
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  try {
    const list = (sql: string) => db.prepare<[], string>(sql).pluck().all();
    const count = (sql: string) => list(sql).length;
    const ids = list("SELECT id FROM messages WHERE direction = 'in'");
    return {
      id: ids[0] ?? null,
      messages: ids.length,
      inbox: list('SELECT state FROM inbox'),
      replies: count("SELECT id FROM messages WHERE direction = 'out'"),
      cards: count('SELECT id FROM tasks'),
      memories: count('SELECT id FROM memories'),
      outbox: list('SELECT state FROM outbox'),
      delivered,
    };
  } finally {
    db.close();
  }
}

/** Until nothing waits any more, neither to be worked nor to be sent. */
async function settled(product: Product): Promise<void> {
  for (;;) {
    const { queue, outbox } = await statusOf(product);
    if (queue.queued + queue.working + outbox.pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Takes replies, and counts every copy. */
async function startReceiver() {
  let copies = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      copies++;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/replies`,
    delivered: () => copies,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
