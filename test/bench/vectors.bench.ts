import { FaissUnavailable, openFaissIndex } from '../../src-main/core/memory/vectors/faiss/faiss-index.ts';
import { createScanIndex } from '../../src-main/core/memory/vectors/scan/scan-index.ts';
import type { VectorIndex } from '../../src-main/core/memory/vectors/vector-index.ts';
import { openVectorSet } from './lib/vector-set.ts';

export const name = 'vectors';

const dimensions = 384;
const nearest = 10;
const warmUp = 10;
/** The exact scans of a peer over a million take half a second each. */
const peerQueries = 30;
const sizes = [10_000, 100_000, 1_000_000];
/** faiss keeps whole vectors in main memory, and its graph takes minutes to make. */
const mostForFaiss = 100_000;
const wordsPerMemory = 71;

interface Row {
  name: string;
  ours: number;
  peer: number | null;
  ratio: number | null;
  unit: string;
  goal?: string;
  met?: boolean;
  note?: string;
}

/** The nearest ten of clustered vectors: the scan beside sqlite-vec and faiss, turn by turn on the same machine. */
export async function run(): Promise<Row[]> {
  await using set = await openVectorSet(dimensions);
  const scan = createScanIndex({ dimensions, read: set.read });
  const faiss = await openFaiss();
  const rows: Row[] = [];
  for (const size of sizes.slice(0, limitOfSizes())) {
    await set.growTo(size, async (batch) => {
      scan.add(batch);
      if (size <= mostForFaiss) for (const index of faiss) await index.add(batch);
    });
    rows.push(...(await measure(size, scan, size <= mostForFaiss ? faiss : [], set)));
  }
  for (const index of faiss) await index.close();
  return rows;
}

/** A smaller run, for a machine that is shared: CLAWDBOT_VECTOR_SIZES=2 leaves the million out. */
const limitOfSizes = (): number => Number(process.env['CLAWDBOT_VECTOR_SIZES'] ?? sizes.length);

async function openFaiss(): Promise<VectorIndex[]> {
  try {
    return [await openFaissIndex({ kind: 'flat', dimensions }), await openFaissIndex({ kind: 'hnsw', dimensions })];
  } catch (error) {
    if (!(error instanceof FaissUnavailable)) throw error;
    console.info(`bench  vectors: without faiss, for ${error.message}`);
    return [];
  }
}

type VectorSet = Awaited<ReturnType<typeof openVectorSet>>;

async function measure(size: number, scan: VectorIndex, faiss: readonly VectorIndex[], set: VectorSet): Promise<Row[]> {
  const [ours, peer] = [new Times(), new Times()];
  const others = faiss.map((index) => ({ index, times: new Times(), found: 0 }));
  let found = 0;
  for (const query of set.queries.slice(0, warmUp)) await scan.search(query, nearest);
  for (const [at, query] of set.queries.entries()) {
    const hits = await ours.take(() => scan.search(query, nearest));
    // Turn by turn: whatever else runs on the machine hits all of them.
    if (at >= peerQueries) continue;
    const truth = new Set(await peer.take(() => set.searchPeer(query, nearest)));
    found += hits.filter(({ id }) => truth.has(id)).length;
    for (const other of others) {
      const answers = await other.times.take(() => other.index.search(query, nearest));
      other.found += answers.filter(({ id }) => truth.has(id)).length;
    }
  }
  const of = `${size.toLocaleString('en')} × ${dimensions}`;
  const recall = found / (peerQueries * nearest);
  const bytes = scan.bytes / size;
  const isLargest = size === sizes.at(-1);
  return [
    { ...beside(`${of}: median`, ours.at(0.5), peer.at(0.5)), note: 'the peer is sqlite-vec, float[384]' },
    {
      ...beside(`${of}: 99th percentile`, ours.at(0.99), peer.at(0.99)),
      ...(isLargest ? upTo(ours.at(0.99), 15) : {}),
    },
    {
      ...beside(`${of}: processor time`, ours.cpu, peer.cpu),
      note: 'of a search; what runs beside does not lengthen it',
    },
    {
      name: `${of}: times faster than sqlite-vec`,
      ours: peer.at(0.5) / ours.at(0.5),
      peer: null,
      ratio: null,
      unit: '×',
      ...(isLargest ? atLeast(peer.at(0.5) / ours.at(0.5), 25) : {}),
    },
    {
      name: `${of}: found of the exact ten`,
      ours: recall,
      peer: 1,
      ratio: recall,
      unit: 'share',
      ...atLeast(recall, 0.99),
    },
    {
      name: `${of}: resident bytes of a memory`,
      ours: bytes + wordsPerMemory,
      peer: null,
      ratio: null,
      unit: 'bytes',
      ...(isLargest ? upTo(bytes + wordsPerMemory, 530) : {}),
      note: `${bytes.toFixed(0)} of the vector, ${wordsPerMemory} of the words`,
    },
    ...others.map(({ index, times, found: hits }) => ({
      ...beside(`${of}: median, beside ${index.engine}`, ours.at(0.5), times.at(0.5)),
      note: `it finds ${(hits / (peerQueries * nearest)).toFixed(3)}, process of ${(index.bytes / 1e6).toFixed(0)} MB`,
    })),
  ];
}

const beside = (of: string, ours: number, peer: number): Row => ({
  name: of,
  ours,
  peer,
  ratio: peer > 0 ? ours / peer : null,
  unit: 'ms',
});
const upTo = (value: number, most: number) => ({ goal: `≤ ${most}`, met: value <= most });
const atLeast = (value: number, least: number) => ({ goal: `≥ ${least}`, met: value >= least });

class Times {
  private readonly taken: number[] = [];
  private cpuMicroseconds = 0;

  async take<T>(what: () => T | Promise<T>): Promise<T> {
    const cpu = process.threadCpuUsage();
    const started = performance.now();
    const result = await what();
    this.taken.push(performance.now() - started);
    const { user, system } = process.threadCpuUsage(cpu);
    this.cpuMicroseconds += user + system;
    return result;
  }

  /** Milliseconds. */
  at(share: number): number {
    const sorted = this.taken.toSorted((one, other) => one - other);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  }

  /** Milliseconds of this thread for one. */
  get cpu(): number {
    return this.cpuMicroseconds / 1_000 / Math.max(1, this.taken.length);
  }
}
