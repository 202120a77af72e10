import { type Candidate, chooseEngine } from './choose.ts';
import { FaissUnavailable, openFaissIndex } from './faiss/faiss-index.ts';
import { createScanIndex } from './scan/scan-index.ts';
import type { ReadVectors, VectorEngine, VectorIndex } from './vector-index.ts';

export type EngineChoice = 'auto' | VectorEngine;

export interface EngineOptions {
  choice: EngineChoice;
  dimensions: number;
  read: ReadVectors;
  /** Some of the vectors that will be searched; fewer than two hundred decide nothing. */
  sample(count: number): readonly Float32Array[];
}

const sampled = 4_000;
const asked = 50;
const leastSampled = 200;
/** A vector at 384 dimensions takes 450 bytes in the scan; a person's memories should not take three times that. */
const bytesPerDimension = 1.5;

/**
 * Opens the engine that was chosen. `auto` is the scan wherever faiss-node is not installed, and else what a trial on some of
 * the vectors says.
 * @throws FaissUnavailable where an engine of faiss was chosen by name and is not there.
 */
export async function openEngine(options: EngineOptions): Promise<VectorIndex> {
  const { choice, dimensions } = options;
  if (choice !== 'auto') return open(choice, options);
  if (!isFaissInstalled()) return open('scan', options);
  const vectors = options.sample(sampled + asked);
  if (vectors.length < leastSampled) return open('scan', options);
  const queries = vectors.slice(0, Math.min(asked, vectors.length >> 2));
  const sample = vectors.slice(queries.length);
  const known = new Map(sample.map((vector, at) => [at + 1, vector]));
  const trial = { ...options, read: (ids: readonly number[]) => new Map(ids.flatMap((id) => entryOf(known, id))) };
  const candidates = (['scan', 'faiss-flat', 'faiss-hnsw'] as const).map((engine): Candidate => {
    return { engine, open: async () => open(engine, trial) };
  });
  try {
    const chosen = await chooseEngine({ candidates, sample, queries, mostBytes: bytesPerDimension * dimensions });
    return await open((chosen.engine ?? 'scan') as VectorEngine, options);
  } catch (error) {
    if (error instanceof FaissUnavailable) return open('scan', options);
    throw error;
  }
}

function open(engine: VectorEngine, { dimensions, read }: EngineOptions): Promise<VectorIndex> | VectorIndex {
  if (engine === 'scan') return createScanIndex({ dimensions, read });
  return openFaissIndex({ kind: engine === 'faiss-flat' ? 'flat' : 'hnsw', dimensions, read });
}

function isFaissInstalled(): boolean {
  try {
    import.meta.resolve('faiss-node');
    return true;
  } catch {
    return false;
  }
}

const entryOf = (known: ReadonlyMap<number, Float32Array>, id: number): [number, Float32Array][] => {
  const vector = known.get(id);
  return vector ? [[id, vector]] : [];
};
