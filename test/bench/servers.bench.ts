import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptRow,
  compareWithServer,
  type NewMessage,
  openStore,
  type Store,
} from '../../src-main/core/store/index.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { manyMemories } from '../fakes/many-memories.ts';

export const name = 'servers';

const messages = 6_000;
const inFlight = 256;
const memories = 50_000;
const batch = 1_000;
const log = (line: string) => process.stderr.write(`  ${line}\n`);

/** What keeping everything on a database server of this machine costs beside the file alone, durable at every commit. */
export async function run() {
  const rows: unknown[] = [];
  const alone = await measure(null);
  for (const kind of serverKinds) {
    const server = await startDatabaseServer(kind, { durable: true });
    if (!server) {
      log(`left out: ${kind} is not installed`);
      continue;
    }
    try {
      rows.push(...rowsOf(kind, await measure(server), alone));
    } finally {
      await server.stop();
    }
  }
  return rows;
}

interface Figures {
  messagesPerS: number;
  slowestMs: number;
  memoriesPerS: number;
  fetchS: number;
  compareS: number;
}

async function measure(server: DatabaseServer | null): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-servers-'));
  const file = join(folder, 'memory.db');
  const url = server?.url ?? null;
  const open = (where: string) =>
    openStore({ file: where, durability: 'full', server: url, onFailure: (error) => log(error.message) });
  try {
    const store = await open(file);
    const accepted = await acceptAll(store);
    const begun = performance.now();
    for (let from = 0; from < memories; from += batch)
      await store.call('memories.insert', { rows: manyMemories(from, batch) });
    const memoriesPerS = memories / seconds(begun);
    await store.close();
    return { ...accepted, memoriesPerS, ...(url === null ? none : await moves(open, { folder, file, url })) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const none = { fetchS: 0, compareS: 0 };

async function moves(
  open: (file: string) => Promise<Store>,
  { folder, file, url }: { folder: string; file: string; url: string },
): Promise<Pick<Figures, 'fetchS' | 'compareS'>> {
  const comparing = performance.now();
  await compareWithServer({ file, to: url, signal: new AbortController().signal, onStep: () => {} });
  const compareS = seconds(comparing);
  const fetching = performance.now();
  await (await open(join(folder, 'fetched.db'))).close();
  return { compareS, fetchS: seconds(fetching) };
}

async function acceptAll(store: Store): Promise<Pick<Figures, 'messagesPerS' | 'slowestMs'>> {
  const took: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < messages) {
      const begun = performance.now();
      await store.call('messages.accept', acceptRow(messageOf(next++), Date.now()));
      took.push(performance.now() - begun);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: inFlight }, client));
  took.sort((one, other) => one - other);
  return { messagesPerS: messages / seconds(begun), slowestMs: took[Math.floor(took.length * 0.99)] ?? 0 };
}

const messageOf = (number: number): NewMessage => ({
  id: `m${number}`,
  platform: 'webhook',
  channel: 'webhook',
  external_id: `e${number}`,
  conversation_id: `c${number % inFlight}`,
  sender_id: 'ana',
  content: `Please send the quarterly report number ${number} to Mei by Friday`,
  timestamp: 1_700_000_000,
  attachments: '[]',
  metadata: '{}',
  received_at: 1_700_000_000_000,
});

const seconds = (since: number): number => (performance.now() - since) / 1_000;

function rowsOf(kind: string, ours: Figures, alone: Figures) {
  const beside = (what: string, unit: string, figure: number, peer: number) => ({
    name: `${kind}: ${what}`,
    ours: figure,
    peer,
    ratio: figure / peer,
    unit,
    note: 'peer: the file alone',
  });
  const plain = (what: string, figure: number) => ({
    name: `${kind}: ${what}`,
    ours: figure,
    peer: null,
    ratio: null,
    unit: 's',
  });
  return [
    beside(`messages accepted, ${inFlight} at once`, 'per s', ours.messagesPerS, alone.messagesPerS),
    beside('p99 of accepting one of them', 'ms', ours.slowestMs, alone.slowestMs),
    beside(`memories in batches of ${batch}`, 'per s', ours.memoriesPerS, alone.memoriesPerS),
    plain(`everything with ${memories} memories read back and compared`, ours.compareS),
    plain('the same fetched into a new folder, text index included', ours.fetchS),
  ];
}
