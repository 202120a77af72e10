/**
 * Clustered vectors as embeddings have them: clusters on a surface of 40 dimensions, noise in all of them, length 1. The
 * same seed gives the same vectors; one space has one set of clusters, whatever seed its vectors are drawn by.
 */
export function createVectorSpace(dimensions: number, { clusters = 500, inner = 40, spread = 0.7, noise = 0.2 } = {}) {
  const fixed = createNoise(7);
  const draw = (count: number) => Float32Array.from({ length: count }, fixed);
  const surface = draw(inner * dimensions).map((value) => value / Math.sqrt(inner));
  const centres = draw(clusters * inner);

  /** `count` vectors one after the other. */
  function fill(count: number, seed: number): Float32Array<ArrayBuffer> {
    const random = createNoise(seed);
    const all = new Float32Array(count * dimensions);
    const place = new Float32Array(inner);
    for (let row = 0; row < count; row++) {
      // The square of an even number between 0 and 1: some clusters are much larger than others.
      const cluster = Math.floor(clusters * uniform(random) ** 2);
      for (let at = 0; at < inner; at++) place[at] = (centres[cluster * inner + at] as number) + spread * random();
      const vector = all.subarray(row * dimensions, (row + 1) * dimensions);
      for (let at = 0; at < dimensions; at++) vector[at] = noise * random();
      for (let at = 0; at < inner; at++) {
        const [amount, from] = [place[at] as number, at * dimensions];
        for (let each = 0; each < dimensions; each++)
          vector[each] = (vector[each] as number) + amount * (surface[from + each] as number);
      }
      const length = Math.hypot(...vector);
      for (let at = 0; at < dimensions; at++) vector[at] = (vector[at] as number) / length;
    }
    return all;
  }

  return {
    fill,
    vectors: (count: number, seed: number): Float32Array[] => rowsOf(fill(count, seed), dimensions),
  };
}

export const rowsOf = (all: Float32Array, dimensions: number): Float32Array[] =>
  Array.from({ length: all.length / dimensions }, (_, row) => all.subarray(row * dimensions, (row + 1) * dimensions));

/** Numbers of mean 0 and spread 1, nearly normal: four even ones added. */
function createNoise(seed: number): () => number {
  let state = (seed * 0x9e3779b9) | 1;
  const even = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return () => (even() + even() + even() + even() - 2) * Math.sqrt(3);
}

const uniform = (noise: () => number): number => Math.min(0.999_999, Math.abs(noise()) / (2 * Math.sqrt(3)));

/** What every engine is measured against: each cosine, one after the other. */
export function nearestByHand(
  vectors: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
  count: number,
  isAllowed: (id: number) => boolean = () => true,
): { id: number; score: number }[] {
  return [...vectors]
    .filter(([id]) => isAllowed(id))
    .map(([id, vector]) => ({ id, score: cosine(query, vector) }))
    .sort((one, other) => other.score - one.score || other.id - one.id)
    .slice(0, count);
}

function cosine(one: Float32Array, other: Float32Array): number {
  let [product, left, right] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at] as number, other[at] as number];
    product += a * b;
    left += a * a;
    right += b * b;
  }
  return product / Math.sqrt(left * right);
}
