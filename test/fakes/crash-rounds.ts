import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Disk, type Fault, openDisks } from './crash-disks.ts';
import { type Product, startProduct, webhookSecret } from './product.ts';
import { openReplySink, type ReplySink } from './reply-sink.ts';
import { createSender, isRequest, messageOf, type Sent, startLoad } from './signed-load.ts';
import { statusOf } from './status.ts';

export interface RoundsOptions {
  rounds: number;
  fault: Fault;
  durability?: 'full' | 'normal';
  /** The control that acknowledges before it commits. */
  program?: string;
  clients?: number;
  /** Bounds of the random moment of the fault, ms after the load began. */
  between?: [number, number];
  from?: 'sources' | 'bundle';
  /** What the configuration says of memory, for a round that keeps it on a server. */
  memory?: (round: number) => Promise<Record<string, unknown>>;
  /** Looks further, after everything was sent again and the product has ended in order. */
  look?: (dataDir: string, round: number) => Promise<void>;
  /** Rounds under way at the same time, each with a product and a folder of its own. */
  sideBySide?: number;
  log?(line: string): void;
}

export interface RoundsResult {
  rounds: number;
  acknowledged: number;
  /** Acknowledged, and not there after the fault. Must be 0. */
  lost: number;
  /** Stored without the sender knowing; sent again it must be found to be a duplicate. */
  storedUnacknowledged: number;
  /** Messages stored twice after everything was sent again. Must be 0. */
  storedTwice: number;
  /** Messages with more than one reply, or with a reply delivered more than once. Must be 0. */
  answeredTwice: number;
  /** Messages without a reply after the queue ran empty. Must be 0. */
  unanswered: number;
  /** Replies of one conversation that were stored in another order than its messages. Must be 0. */
  outOfOrder: number;
  /** Messages with more or fewer cards, memories or deliveries than their words make when they are said once. Must be 0. */
  doubledEffects: number;
  /** accepted − (done + queued + dead), added up over every look at a database. Must be 0. */
  unaccounted: number;
  /** Rounds after which SQLite found the file damaged or without tables. */
  damaged: number;
  /** Deliveries whose outcome is unknown; they were not sent again. */
  unknownDeliveries: number;
  /** Messages that were still handed out after the fault, to be worked by nobody. */
  heldLeases: number;
  /** Ends that were asked for and came with another exit code than 0. Must be 0. */
  unclean: number;
  /** The longest that a product took from being asked to its end. */
  slowestEndMs: number;
}

/** What must not happen, whatever ended the product. */
export const nothingWrong = {
  lost: 0,
  storedTwice: 0,
  answeredTwice: 0,
  unanswered: 0,
  outOfOrder: 0,
  doubledEffects: 0,
  unaccounted: 0,
  damaged: 0,
} satisfies Partial<RoundsResult>;

/** Loads the product, ends it at a random moment, looks at what is left, starts it again and sends everything again. */
export async function runCrashRounds(options: RoundsOptions): Promise<RoundsResult> {
  const workshop = mkdtempSync(join(tmpdir(), 'clawdbot-crash-'));
  const sink = await openReplySink();
  try {
    const openDisk = openDisks(options.fault, workshop);
    const total = emptyResult();
    let begun = 0;
    const lane = async () => {
      while (begun < options.rounds) {
        const round = begun++;
        const result = await runRound(options, { round, disk: await openDisk(round), sink });
        add(total, result);
        options.log?.(
          `round ${round + 1}/${options.rounds}: acknowledged ${result.acknowledged}, lost ${result.lost}, damaged ${result.damaged}`,
        );
      }
    };
    await Promise.all(Array.from({ length: options.sideBySide ?? 1 }, lane));
    return total;
  } finally {
    sink.close();
    rmSync(workshop, { recursive: true, force: true });
  }
}

interface Round {
  round: number;
  disk: Disk;
  sink: ReplySink;
}

async function runRound(options: RoundsOptions, { round, disk, sink }: Round): Promise<RoundsResult> {
  const { durability = 'full', clients = 32, between = [300, 1600], from = 'bundle', program } = options;
  const { dataDir } = disk;
  const memory = (await options.memory?.(round)) ?? {};
  const platforms = { webhook: { reply_url: sink.url }, socket: { enabled: false } };
  const config = { app: { durability }, memory, platforms };
  const start = (extra: { env?: Record<string, string>; program?: string }) =>
    startProduct({ dataDir, config, from, startTimeoutMs: 60_000, ...extra });
  let running: Product | null = null;
  try {
    const first = await start({ env: disk.env, ...(program === undefined ? {} : { program }) });
    running = first;
    const load = startLoad({ url: first.url, secret: webhookSecret, clients, name: `r${round}` });
    await sleep(between[0] + Math.random() * (between[1] - between[0]));
    const end = await endBy(first, options.fault, disk);
    const sent = await load.stop();
    await disk.restore();

    const result = emptyResult();
    result.rounds = 1;
    Object.assign(result, end);
    result.acknowledged = acknowledged(sent).length;
    look(dataDir, sent, result);
    if (program === undefined && result.damaged === 0) {
      running = await start({});
      await recover(running, { sent, dataDir, sink, result });
      if (options.look) {
        await running.stop();
        await options.look(dataDir, round);
      }
    }
    return result;
  } finally {
    await running?.kill();
    await disk.remove();
  }
}

async function endBy(
  product: Product,
  fault: Fault,
  disk: Disk,
): Promise<Pick<RoundsResult, 'unclean' | 'slowestEndMs'>> {
  const asked = performance.now();
  const isAsked = fault === 'SIGTERM' || fault === 'SIGINT';
  if (isAsked) product.signal(fault);
  else await disk.cut(product);
  const code = await product.exited;
  return { unclean: isAsked && code !== 0 ? 1 : 0, slowestEndMs: performance.now() - asked };
}

const acknowledged = (sent: Sent[]): Sent[] =>
  sent.filter(({ answer }) => answer !== null && answer.status >= 200 && answer.status < 300);

/** Reads the database as the fault left it. */
function look(dataDir: string, sent: Sent[], result: RoundsResult): void {
  let db: Database.Database | undefined;
  try {
    db = new Database(join(dataDir, 'memory.db'));
    if (db.pragma('quick_check', { simple: true }) !== 'ok') result.damaged++;
    const stored = new Set(
      db.prepare<[], string>("SELECT external_id FROM messages WHERE direction = 'in'").pluck().all(),
    );
    const known = new Set(acknowledged(sent).map(({ externalId }) => externalId));
    result.lost += [...known].filter((id) => !stored.has(id)).length;
    result.storedUnacknowledged += [...stored].filter((id) => !known.has(id)).length;
    result.unaccounted += unaccounted(db);
    result.heldLeases += db.prepare<[], number>("SELECT count(*) FROM inbox WHERE state = 'leased'").pluck().get() ?? 0;
  } catch (error) {
    // No file or no tables: everything that was acknowledged is lost.
    if (!(error instanceof Error && 'code' in error)) throw error;
    result.damaged++;
    result.lost += acknowledged(sent).length;
  } finally {
    db?.close();
  }
}

/** accepted = done + queued + dead, each counted from its own table; and done as it was counted when it happened. */
function unaccounted(db: Database.Database): number {
  const counts = db
    .prepare<[], { accepted: number; done: number; booked: number; waiting: number; dead: number }>(
      `SELECT (SELECT count(*) FROM messages WHERE direction = 'in') AS accepted,
              (SELECT count(*) FROM messages m WHERE direction = 'in' AND state IN ('answered', 'sent', 'failed')
                 AND NOT EXISTS (SELECT 1 FROM inbox WHERE message_seq = m.seq)
                 AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq)) AS done,
              (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'messages_done') AS booked,
              (SELECT count(*) FROM inbox) AS waiting,
              (SELECT count(*) FROM dead_letters) AS dead`,
    )
    .get();
  if (!counts) return 1;
  const { accepted, done, booked, waiting, dead } = counts;
  return Math.abs(accepted - done - waiting - dead) + Math.abs(done - booked);
}

async function recover(
  product: Product,
  { sent, dataDir, sink, result }: { sent: Sent[]; dataDir: string; sink: ReplySink; result: RoundsResult },
): Promise<void> {
  await sendAgain(product, sent);
  await drain(product);
  await product.stop();
  const db = new Database(join(dataDir, 'memory.db'), { readonly: true });
  const one = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  result.storedTwice += one("SELECT count(*) - count(DISTINCT external_id) FROM messages WHERE direction = 'in'");
  result.unanswered += one(
    "SELECT count(*) FROM messages q WHERE direction = 'in' AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.in_reply_to = q.id)",
  );
  result.answeredTwice +=
    one('SELECT count(*) - count(DISTINCT in_reply_to) FROM messages WHERE in_reply_to IS NOT NULL') +
    sink.takeRepeats();
  result.doubledEffects += oddEffects(db);
  result.outOfOrder += one(
    `SELECT count(*) FROM (SELECT seq, lag(seq) OVER (PARTITION BY conversation_id ORDER BY question) AS before FROM
       (SELECT r.seq, r.conversation_id, q.seq AS question FROM messages r JOIN messages q ON q.id = r.in_reply_to)) WHERE before > seq`,
  );
  result.unknownDeliveries += one("SELECT count(*) FROM outbox WHERE state = 'unknown'");
  result.unaccounted += unaccounted(db);
  db.close();
}

/** Unique keys of the database forbid some ways to have an effect twice; this counts effects, whatever made them. */
function oddEffects(db: Database.Database): number {
  const messages = db
    .prepare<[], { external_id: string; cards: number; memories: number; deliveries: number }>(
      `SELECT external_id,
              (SELECT count(*) FROM tasks WHERE source_message_id = m.id) AS cards,
              (SELECT count(*) FROM memories WHERE message_id = m.id) AS memories,
              (SELECT count(*) FROM outbox o JOIN messages r ON r.seq = o.message_seq WHERE r.in_reply_to = m.id) AS deliveries
       FROM messages m WHERE direction = 'in'`,
    )
    .all();
  const odd = messages.filter(({ external_id, cards, memories, deliveries }) => {
    const order = Number(external_id.slice(external_id.lastIndexOf('-') + 1));
    return cards !== (isRequest(order) ? 1 : 0) || memories !== 1 || deliveries !== 1;
  });
  const count = (table: string) => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  const sum = (key: 'cards' | 'memories' | 'deliveries') => messages.reduce((total, one) => total + one[key], 0);
  // And none that belongs to no message.
  const strays =
    Math.abs(count('tasks') - sum('cards')) +
    Math.abs(count('memories') - sum('memories')) +
    Math.abs(count('outbox') - sum('deliveries'));
  return odd.length + strays;
}

/** Everything once more, acknowledged or not: what was acknowledged must be known. */
async function sendAgain(product: Product, sent: Sent[]): Promise<void> {
  const sender = createSender(product.url, webhookSecret, 32);
  const queue = [...sent];
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let entry = queue.shift(); entry; entry = queue.shift()) {
        const answer = await sender.send(messageOf(entry));
        if (answer?.status === 429) queue.push(entry);
        else if (!answer || answer.status >= 300)
          throw new Error(`${entry.externalId} sent again: ${JSON.stringify(answer)}`);
      }
    }),
  );
  sender.close();
}

async function drain(product: Product): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 100) {
    const { queue, outbox } = await statusOf(product);
    if (queue.queued + queue.working + outbox.pending === 0) return;
    await sleep(100);
  }
  throw new Error('the queue did not run empty within two minutes');
}

const emptyResult = (): RoundsResult => ({
  rounds: 0,
  acknowledged: 0,
  lost: 0,
  storedUnacknowledged: 0,
  storedTwice: 0,
  answeredTwice: 0,
  unanswered: 0,
  outOfOrder: 0,
  doubledEffects: 0,
  unaccounted: 0,
  damaged: 0,
  unknownDeliveries: 0,
  heldLeases: 0,
  unclean: 0,
  slowestEndMs: 0,
});

function add(total: RoundsResult, one: RoundsResult): void {
  const slowestEndMs = Math.max(total.slowestEndMs, one.slowestEndMs);
  for (const key of Object.keys(total) as (keyof RoundsResult)[]) total[key] += one[key];
  total.slowestEndMs = slowestEndMs;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
