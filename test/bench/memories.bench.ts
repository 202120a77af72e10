import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../src-main/core/store/index.ts';
import { manyMemories, randomNumbers, someRank, wordOf } from '../fakes/many-memories.ts';
import { type Product, startProduct } from '../fakes/product.ts';
import { statusOf } from '../fakes/status.ts';
import { isAccepted, runOpenLoop } from './lib/open-loop.ts';
import { cpuMs, quantile, residentMb, round } from './lib/process-use.ts';

export const name = 'memories';

const sizes = [10_000, 100_000, 1_000_000];
const goals = new Map([
  [100_000, 8],
  [1_000_000, 15],
]);
const searches = 400;
const batch = 2_000;
const writesPerSecond = 100;
const underWritesSeconds = 20;

/** Searches for three words over HTTP, alone and while messages come in, at several numbers of memories. */
export async function run() {
  const rows = [];
  const empty = await memoryOfEmpty();
  for (const size of sizes) rows.push(...(await measure(size, empty)));
  return rows;
}

async function measure(size: number, emptyMb: number) {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-memories-'));
  try {
    const perSecond = await fill(join(dataDir, 'memory.db'), size);
    await indexed(dataDir);
    const begun = performance.now();
    const product = await startProduct({ dataDir, from: 'bundle', startTimeoutMs: 60_000 });
    const readyMs = performance.now() - begun;
    try {
      await settled(product);
      const alone = await searchFor(product, searches);
      const used = residentMb(product.pid);
      await statusOf(product);
      const written = runOpenLoop({
        url: product.url,
        perSecond: writesPerSecond,
        seconds: underWritesSeconds,
        label: `w${size}`,
      });
      const busy = await searchFor(product, searches, 5);
      const answers = await written;
      const { process } = await statusOf(product);
      const refused = answers.filter((answer) => !isAccepted(answer)).length;
      const peer = searchFts(join(dataDir, 'memory.db'));
      const goal = goals.get(size);
      const row = (what: string, ours: number, theirs: number | null, unit: string, limit?: number, note?: string) => ({
        name: `${label(size)}: ${what}`,
        ours: round(ours),
        peer: theirs === null ? null : round(theirs),
        ratio: theirs === null ? null : round(ours / theirs),
        unit,
        ...(limit === undefined ? {} : { goal: `≤ ${limit} ${unit}`, met: ours <= limit }),
        ...(note === undefined ? {} : { note }),
      });
      const fts = 'the peer is FTS5 in its own process, any of the words, without HTTP';
      return [
        row('recall, p50', quantile(alone, 0.5), quantile(peer, 0.5), 'ms', undefined, fts),
        row('recall, p99', quantile(alone, 0.99), quantile(peer, 0.99), 'ms', goal),
        row(`recall, p50, ${writesPerSecond} messages/s`, quantile(busy, 0.5), null, 'ms'),
        row(
          `recall, p99, ${writesPerSecond} messages/s`,
          quantile(busy, 0.99),
          null,
          'ms',
          goal,
          `${refused} messages refused`,
        ),
        row("main thread's loop delay meanwhile, p99", process.loop_delay_p99_ms, null, 'ms', 20),
        row('ready after', readyMs, null, 'ms', size === 1_000_000 ? 3_000 : undefined),
        row('held in memory beyond an empty one', ((used - emptyMb) * 1024 * 1024) / size, null, 'bytes a memory', 530),
        {
          ...row('stored, durable', perSecond, null, 'memories/s', undefined, `batches of ${batch}`),
          goal: '≥ 10000 memories/s',
          met: perSecond >= 10_000,
        },
      ];
    } finally {
      await product.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const label = (size: number): string => `${size.toLocaleString('en')} memories`;

async function memoryOfEmpty(): Promise<number> {
  const product = await startProduct({ from: 'bundle' });
  try {
    await settled(product);
    await searchFor(product, 20);
    return residentMb(product.pid);
  } finally {
    await product.stop();
  }
}

/** At full durability; answers how many a second. */
async function fill(file: string, size: number): Promise<number> {
  const failures: unknown[] = [];
  const store = await openStore({ file, durability: 'full', onFailure: (error) => failures.push(error) });
  const begun = performance.now();
  let spentOnTexts = 0;
  for (let from = 0; from < size; from += batch) {
    const making = performance.now();
    const rows = manyMemories(from, Math.min(batch, size - from));
    spentOnTexts += performance.now() - making;
    await store.call('memories.insert', { rows });
  }
  const ms = performance.now() - begun - spentOnTexts;
  await store.close();
  if (failures.length > 0) throw new Error('the store failed while memories were written', { cause: failures[0] });
  return size / (ms / 1000);
}

/** Lets a product make its index of words and keep it, as it does in the background of the first start. */
async function indexed(dataDir: string): Promise<void> {
  const product = await startProduct({ dataDir, from: 'bundle', startTimeoutMs: 60_000 });
  try {
    await settled(product);
  } finally {
    await product.stop();
  }
}

/** Waits until the product has nothing more to do by itself: its processor time stands still for some seconds. */
async function settled(product: Product): Promise<void> {
  let still = 0;
  for (let waited = 0; waited < 600 && still < 7; waited++) {
    const before = cpuMs(product.pid);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    still = cpuMs(product.pid) - before < 50 ? still + 1 : 0;
  }
}

/** Milliseconds of each search, one after the other, with a pause between two. */
async function searchFor(product: Product, count: number, seed = 3): Promise<number[]> {
  const random = randomNumbers(seed);
  const times: number[] = [];
  for (let each = 0; each < count; each++) {
    const body = JSON.stringify({ query: threeWords(random).join(' '), k: 10 });
    const begun = performance.now();
    const response = await fetch(`${product.url}/api/v1/memories/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    times.push(performance.now() - begun);
    if (!response.ok) throw new Error(`a search was answered with ${response.status}: ${text.slice(0, 200)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times;
}

/** The very first words are left out, as people leave out "the" and "of". */
const threeWords = (random: () => number): string[] => Array.from({ length: 3 }, () => wordOf(20 + someRank(random)));

function searchFts(file: string): number[] {
  const db = new Database(file, { readonly: true });
  try {
    const statement = db.prepare(
      `SELECT m.content FROM memory_fts f JOIN memories m ON m.seq = f.rowid
       WHERE memory_fts MATCH ? ORDER BY f.rank LIMIT 10`,
    );
    const random = randomNumbers(3);
    return Array.from({ length: searches / 4 }, () => {
      const words = threeWords(random)
        .map((word) => `"${word}"`)
        .join(' OR ');
      const begun = performance.now();
      statement.all(words);
      return performance.now() - begun;
    });
  } finally {
    db.close();
  }
}
