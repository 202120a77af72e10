import { createRequire } from 'node:module';
import { openFaissIndex } from './faiss/faiss-index.ts';
import { createScanIndex } from './scan/scan-index.ts';
import type { ReadVectors, VectorEngine, VectorIndex, VectorRow } from './vector-index.ts';

/** For tests: leaves one out where faiss is not built, and says so in the report. */
export function needsFaiss({ task, skip }: { task: { meta: object }; skip(): never }): void {
  const why = whyNoFaiss();
  if (why === null) return;
  Object.assign(task.meta, { leftOut: why });
  skip();
}

function whyNoFaiss(): string | null {
  try {
    createRequire(import.meta.url)('faiss-node');
    return null;
  } catch (error) {
    return `faiss-node is not built here (npm run build:faiss): ${String((error as Error).message).split('\n')[0]}`;
  }
}

export function openEngine(engine: VectorEngine, dimensions: number, read?: ReadVectors): Promise<VectorIndex> {
  if (engine === 'scan') return Promise.resolve(createScanIndex({ dimensions, read }));
  return openFaissIndex({ kind: engine === 'faiss-flat' ? 'flat' : 'hnsw', dimensions, read });
}

/** For tests: what the database would hold, and an index that is told of it. */
export async function openTestVectors(engine: VectorEngine, dimensions: number) {
  const vectors = new Map<number, Float32Array>();
  const madeOf = new Map<number, number>();
  const index = await openEngine(engine, dimensions, (ids) => {
    const known = ids.flatMap((id) => (vectors.has(id) ? [[id, vectors.get(id) as Float32Array] as const] : []));
    return new Map(known);
  });
  let made = 0;
  return {
    index,
    vectors,
    async add(given: readonly { id: number; vector: Float32Array }[]): Promise<void> {
      const after = made;
      const rows = given.map(({ id, vector }): VectorRow => ({ id, vector, made: ++made }));
      await index.add({ after, upto: made, rows });
      for (const row of rows) {
        vectors.set(row.id, row.vector);
        madeOf.set(row.id, row.made);
      }
    },
    async remove(ids: readonly number[]): Promise<void> {
      const gone = ids.flatMap((id) => (madeOf.has(id) ? [{ id, made: madeOf.get(id) as number }] : []));
      for (const { id } of gone) {
        vectors.delete(id);
        madeOf.delete(id);
      }
      await index.remove(gone);
    },
    async [Symbol.asyncDispose]() {
      await index.close();
    },
  };
}
