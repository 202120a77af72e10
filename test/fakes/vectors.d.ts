/**
 * Clustered vectors as embeddings have them: clusters on a surface of 40 dimensions, noise in all of them, length 1. The
 * same seed gives the same vectors; one space has one set of clusters, whatever seed its vectors are drawn by.
 */
export declare function createVectorSpace(
  dimensions: number,
  {
    clusters,
    inner,
    spread,
    noise,
  }?: {
    clusters?: number | undefined;
    inner?: number | undefined;
    noise?: number | undefined;
    spread?: number | undefined;
  },
): {
  fill: (count: number, seed: number) => Float32Array<ArrayBuffer>;
  vectors: (count: number, seed: number) => Float32Array[];
};
export declare const rowsOf: (all: Float32Array, dimensions: number) => Float32Array[];
/** What every engine is measured against: each cosine, one after the other. */
export declare function nearestByHand(
  vectors: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
  count: number,
  isAllowed?: (id: number) => boolean,
): {
  id: number;
  score: number;
}[];
