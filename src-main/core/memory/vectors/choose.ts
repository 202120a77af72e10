import { nearestFirst, type VectorHit, type VectorIndex } from './vector-index.ts';

/** An engine that is installed, and how it is opened for a trial: without what the database could add to its answers. */
export interface Candidate {
  engine: string;
  open(): Promise<VectorIndex>;
}

export interface Measured {
  engine: string;
  /** Median of a search. */
  ms: number;
  /** Share of the ten nearest that it found. */
  recall: number;
  /** Of main memory for each vector. */
  bytes: number;
}

export interface ChoiceOptions {
  candidates: readonly Candidate[];
  /** Some of the vectors that will be searched, and others to search with. */
  sample: readonly Float32Array[];
  queries: readonly Float32Array[];
  /** What a vector may take of main memory. */
  mostBytes: number;
}

const wantedRecall = 0.99;
const nearest = 10;
/** One that is not clearly faster is not worth another engine. */
const clearly = 0.8;

/** Tries each engine on the same vectors: of those that find enough and fit, the fastest; the first where none is clearly. */
export async function chooseEngine({ candidates, sample, queries, mostBytes }: ChoiceOptions) {
  const truth = queries.map((query) => new Set(nearestOf(sample, query).map(({ id }) => id)));
  const measured: Measured[] = [];
  for (const candidate of candidates) measured.push(await measure(candidate, sample, queries, truth));
  const [first, ...others] = measured.filter(({ recall, bytes }) => recall >= wantedRecall && bytes <= mostBytes);
  const chosen = others.reduce((best, other) => (best && other.ms < clearly * best.ms ? other : best), first);
  return { engine: (chosen ?? measured[0])?.engine ?? null, measured };
}

async function measure(
  { engine, open }: Candidate,
  sample: readonly Float32Array[],
  queries: readonly Float32Array[],
  truth: readonly ReadonlySet<number>[],
): Promise<Measured> {
  const index = await open();
  try {
    const rows = sample.map((vector, at) => ({ id: at + 1, made: at + 1, vector }));
    await index.add({ after: 0, upto: sample.length, rows });
    const times: number[] = [];
    let found = 0;
    for (const [at, query] of queries.entries()) {
      const started = performance.now();
      const hits = await index.search(query, nearest);
      times.push(performance.now() - started);
      found += hits.filter(({ id }) => truth[at]?.has(id)).length;
    }
    const wanted = truth.reduce((sum, { size }) => sum + size, 0);
    times.sort((one, other) => one - other);
    return {
      engine,
      ms: times[times.length >> 1] ?? 0,
      recall: wanted > 0 ? found / wanted : 1,
      bytes: index.bytes / Math.max(1, sample.length),
    };
  } finally {
    await index.close();
  }
}

function nearestOf(sample: readonly Float32Array[], query: Float32Array): VectorHit[] {
  const scored = sample.map((vector, at) => ({
    id: at + 1,
    score: vector.reduce((sum, part, each) => sum + part * (query[each] as number), 0),
  }));
  return scored.sort(nearestFirst).slice(0, nearest);
}
