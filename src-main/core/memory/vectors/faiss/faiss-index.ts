import type { NumberMask } from '../number-mask.ts';
import { gapsBetween, withRange } from '../ranges.ts';
import {
  checkCount,
  checkDimensions,
  nearestFirst,
  type ReadVectors,
  rerank,
  unitOf,
  type VectorBatch,
  type VectorHit,
  type VectorIndex,
  type VectorRange,
} from '../vector-index.ts';
import { startFaiss } from './child.ts';
import type { FaissKind } from './protocol.ts';

export { FaissUnavailable } from './child.ts';

export interface FaissOptions {
  kind: FaissKind;
  dimensions: number;
  read?: ReadVectors | undefined;
}

/** So many vectors cross to the process at a time. */
const batchRows = 1_000;
/** The graph is searched as widely as answers are asked for; sixteen, its default, finds a fifth of clustered vectors. */
const leastAskedOfGraph = 256;
/** So few are compared one by one: far from a query, the graph knows its way less well. */
const fewAllowed = 1_000;
/** Where what was taken out fills so much of the answers, everything is given to a new process. */
const tooManyGone = 0.2;

interface Entry {
  position: number;
  made: number;
}

/**
 * faiss's exact index by inner product, or its graph (HNSW). It knows positions alone, and neither filters nor takes out:
 * which memory stands where, and which still answers, is known here, and a search asks for more until enough are left.
 * @throws FaissUnavailable
 */
export async function openFaissIndex({ kind, dimensions, read }: FaissOptions): Promise<VectorIndex> {
  checkDimensions(dimensions);
  let process = await start();
  /** By position; 0 for one that was taken out. */
  let ids: number[] = [];
  const entries = new Map<number, Entry>();
  let ranges: VectorRange[] = [];
  let bytes = 0;

  return {
    engine: `faiss-${kind}`,
    dimensions,
    get size() {
      return entries.size;
    },
    get bytes() {
      return bytes;
    },
    add,
    remove: (gone) => {
      for (const { id, made } of gone) if (entries.get(id)?.made === made) takeOut(id);
    },
    search,
    gaps: (upto) => gapsBetween(ranges, upto),
    clear,
    close: () => process.close(),
  };

  async function start() {
    const started = startFaiss();
    try {
      await started.ask({ call: 'open', kind, dimensions });
    } catch (error) {
      await started.close();
      throw error;
    }
    return started;
  }

  async function clear(): Promise<void> {
    await process.close();
    process = await start();
    ids = [];
    entries.clear();
    ranges = [];
    bytes = 0;
  }

  async function add({ after, upto, rows }: VectorBatch): Promise<void> {
    // Forgotten as a whole, everything is told again.
    if (ids.length - entries.size > Math.max(batchRows, tooManyGone * ids.length)) {
      await clear();
      return;
    }
    const units = rows.map(({ id, vector }) => unitOf(vector, dimensions, `the vector of memory ${id}`));
    for (let from = 0; from < rows.length; from += batchRows) {
      const part = units.slice(from, from + batchRows);
      const vectors = new Float32Array(part.length * dimensions);
      part.forEach((unit, at) => vectors.set(unit, at * dimensions));
      ({ bytes } = await process.ask({ call: 'add', vectors }));
      for (const { id, made } of rows.slice(from, from + batchRows)) {
        takeOut(id);
        entries.set(id, { position: ids.length, made });
        ids.push(id);
      }
    }
    ranges = withRange(ranges, { after, upto });
  }

  function takeOut(id: number): void {
    const entry = entries.get(id);
    if (!entry) return;
    ids[entry.position] = 0;
    entries.delete(id);
  }

  async function search(query: Float32Array, count: number, mask: NumberMask | null = null): Promise<VectorHit[]> {
    checkCount(count);
    const unit = unitOf(query, dimensions, 'the vector of a query');
    if (entries.size === 0 || mask?.size === 0) return [];
    if (read && mask && mask.size <= fewAllowed) {
      const allowed = mask.numbers().filter((id) => entries.has(id));
      return rerank(unit, allowed, count, read);
    }
    for (let asked = Math.max(2 * count, kind === 'hnsw' ? leastAskedOfGraph : 0); ; asked *= 4) {
      const { positions, products } = await process.ask({ call: 'search', query: unit, count: asked });
      const hits = positions.flatMap((position, at): VectorHit[] => {
        const id = ids[position] ?? 0;
        return id > 0 && (mask?.has(id) ?? true) ? [{ id, score: products[at] ?? -1 }] : [];
      });
      if (hits.length < count && asked < ids.length) continue;
      const nearest = hits.sort(nearestFirst).slice(0, count);
      return read
        ? rerank(
            unit,
            nearest.map(({ id }) => id),
            count,
            read,
          )
        : nearest;
    }
  }
}
