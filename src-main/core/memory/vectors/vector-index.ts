import type { NumberMask } from './number-mask.ts';

/** A vector as the database keeps it: `made` is its own number, which is never given again. */
export interface VectorRow {
  /** The number of the memory that it was made of. */
  id: number;
  made: number;
  vector: Float32Array;
}

/** All vectors with numbers above `after`, up to and with `upto`, in the order of their numbers. */
export interface VectorBatch extends VectorRange {
  rows: readonly VectorRow[];
}

export interface VectorRange {
  after: number;
  upto: number;
}

export interface VectorHit {
  id: number;
  /** The cosine, -1 to 1. */
  score: number;
}

/** The vectors that these memories have now, as they were made; a memory without one is left out. */
export type ReadVectors = (ids: readonly number[]) => ReadonlyMap<number, Float32Array>;

/**
 * Finds the vectors nearest to another by their cosine. A memory has one vector; a later one takes the place of the one
 * before. What was removed, or is not in the mask, is never an answer. Vectors without a direction, of another length, or
 * with parts that are no numbers are refused with a RangeError.
 */
export interface VectorIndex {
  readonly engine: VectorEngine;
  readonly dimensions: number;
  readonly size: number;
  /** Bytes held in main memory, the engine's own process included. */
  readonly bytes: number;
  add(batch: VectorBatch): Awaitable<void>;
  /** Takes vectors out; a memory that has a later vector keeps that one. */
  remove(gone: readonly Pick<VectorRow, 'id' | 'made'>[]): Awaitable<void>;
  /** At most `count` (1 to 1,000), the nearest first, the later memory where equal. */
  search(query: Float32Array, count: number, mask?: NumberMask | null): Awaitable<VectorHit[]>;
  /** Numbers of vectors, up to `upto`, that it was told nothing about. */
  gaps(upto: number): VectorRange[];
  clear(): Awaitable<void>;
  close(): Awaitable<void>;
}

export type VectorEngine = 'scan' | 'faiss-flat' | 'faiss-hnsw';
export type Awaitable<T> = T | Promise<T>;

export const maxDimensions = 4_096;
export const maxHits = 1_000;

/** @throws RangeError for a length that no index is made for. */
export function checkDimensions(dimensions: number): void {
  if (Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= maxDimensions) return;
  throw new RangeError(`vectors have 1 to ${maxDimensions} dimensions, not ${dimensions}`);
}

/** @throws RangeError */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= maxHits) return;
  throw new RangeError(`a search answers 1 to ${maxHits} vectors, not ${count}`);
}

/** The vector at length 1. @throws RangeError for one that cannot be compared; `whose` says which it is. */
export function unitOf(vector: Float32Array, dimensions: number, whose: string): Float32Array<ArrayBuffer> {
  if (vector.length !== dimensions)
    throw new RangeError(`${whose} has ${vector.length} dimensions, and those of this index have ${dimensions}`);
  let squares = 0;
  for (let at = 0; at < dimensions; at++) squares += (vector[at] as number) * (vector[at] as number);
  if (!Number.isFinite(squares)) throw new RangeError(`${whose} holds a part that is no finite number`);
  // So short, what its parts say is what rounding left of them.
  if (squares < 1e-30) throw new RangeError(`${whose} is zero, or so short that it has no direction`);
  const factor = 1 / Math.sqrt(squares);
  const unit = new Float32Array(dimensions);
  for (let at = 0; at < dimensions; at++) unit[at] = (vector[at] as number) * factor;
  return unit;
}

/** Orders candidates by their true cosine; those that no longer have a vector go. `query` has length 1. */
export function rerank(query: Float32Array, ids: readonly number[], count: number, read: ReadVectors): VectorHit[] {
  const vectors = read(ids);
  const hits = ids.flatMap((id): VectorHit[] => {
    const vector = vectors.get(id);
    return vector ? [{ id, score: cosineTo(query, vector) }] : [];
  });
  return hits.sort(nearestFirst).slice(0, count);
}

export const nearestFirst = (one: VectorHit, other: VectorHit): number => other.score - one.score || other.id - one.id;

function cosineTo(unit: Float32Array, vector: Float32Array): number {
  let product = 0;
  let squares = 0;
  for (let at = 0; at < unit.length; at++) {
    const part = vector[at] as number;
    product += (unit[at] as number) * part;
    squares += part * part;
  }
  return squares > 0 ? product / Math.sqrt(squares) : -1;
}
