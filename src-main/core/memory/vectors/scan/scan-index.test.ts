import { expect, test } from 'vitest';
import { createKernel } from '../kernel/kernel.ts';
import { createVectorSpace, nearestByHand } from '../test-space.ts';
import type { VectorRow } from '../vector-index.ts';
import { blockRows } from './blocks.ts';
import { createScanIndex, type ScanIndex } from './scan-index.ts';

const dimensions = 64;
const space = createVectorSpace(dimensions, { clusters: 40 });
const rowsFrom = (made: number, count: number, seed = 1): VectorRow[] =>
  space.vectors(count, seed).map((vector, at) => ({ id: made + at + 1, made: made + at + 1, vector }));

function filled(rows: readonly VectorRow[]): ScanIndex {
  const index = createScanIndex({ dimensions });
  index.add({ after: 0, upto: rows.length, rows });
  return index;
}

const query = space.vectors(1, 77)[0] as Float32Array;

test('a block comes back from its image as it was, without what was taken out', () => {
  const rows = rowsFrom(0, blockRows + 10);
  const index = filled(rows);
  index.remove([{ id: 7, made: 7 }]);
  const [block] = index.sealed();
  if (!block) throw new Error('no block is full');
  const { image, lowest, highest } = index.encode(block);
  expect([block.after, block.upto, lowest, highest]).toEqual([0, blockRows, 1, blockRows]);

  const next = createScanIndex({ dimensions });
  expect(next.place(image, block)).toBe(true);
  expect(next.size).toBe(blockRows - 1);
  expect(next.gaps(blockRows + 10)).toEqual([{ after: blockRows, upto: blockRows + 10 }]);
  next.add({ after: blockRows, upto: blockRows + 10, rows: rows.slice(blockRows) });
  expect(next.search(query, 30)).toEqual(index.search(query, 30));
});

test('bytes that are not what was written are refused, wherever they differ', () => {
  const index = filled(rowsFrom(0, blockRows));
  const [block] = index.sealed();
  if (!block) throw new Error('no block is full');
  const { image } = index.encode(block);
  for (const at of [0, 4, 8, 12, 100, image.length >> 1, image.length - 1]) {
    const damaged = image.slice();
    damaged[at] = 255 - (damaged[at] ?? 0);
    expect(createScanIndex({ dimensions }).place(damaged, block)).toBe(false);
  }
  for (const wrong of [image.slice(1), image.slice(0, -1), new Uint8Array(0)])
    expect(createScanIndex({ dimensions }).place(wrong, block)).toBe(false);
  expect(createScanIndex({ dimensions: 63 }).place(image, block)).toBe(false);
  expect(index.place(image, block)).toBe(false);
});

test('the image of an earlier block does not bring back a vector that a later one replaced', () => {
  const rows = rowsFrom(0, blockRows);
  const index = filled(rows);
  const [block] = index.sealed();
  if (!block) throw new Error('no block is full');
  const { image } = index.encode(block);
  const next = createScanIndex({ dimensions });
  const later = { id: 3, made: blockRows + 5, vector: query };
  next.add({ after: blockRows, upto: blockRows + 5, rows: [later] });
  next.place(image, block);
  expect(next.size).toBe(blockRows);
  expect(next.search(query, 1)[0]).toMatchObject({ id: 3 });
  // That the earlier vector went is no news of the later one.
  next.remove([{ id: 3, made: 3 }]);
  expect(next.search(query, 1)[0]).toMatchObject({ id: 3 });
});

test('blocks that were emptied become one, and answer as before', () => {
  const count = 3 * blockRows;
  const vectors = new Map(rowsFrom(0, count).map(({ id, vector }) => [id, vector]));
  const index = createScanIndex({
    dimensions,
    read: (ids) => new Map(ids.map((id) => [id, vectors.get(id) as Float32Array])),
  });
  index.add({ after: 0, upto: count, rows: rowsFrom(0, count) });
  expect(index.compact()).toBe(false);
  const gone = [...vectors.keys()].filter((id) => id % 3 !== 0);
  index.remove(gone.map((id) => ({ id, made: id })));
  for (const id of gone) vectors.delete(id);
  const before = index.search(query, 20);
  const bytes = index.bytes;
  while (index.compact());
  expect(index.sealed()).toHaveLength(1);
  expect(index.gaps(count)).toEqual([]);
  expect(index.search(query, 20)).toEqual(before);
  expect(before.map(({ id }) => id)).toEqual(nearestByHand(vectors, query, 20).map(({ id }) => id));
  // The room of the old ones is given to the next.
  index.add({ after: count, upto: count + blockRows, rows: rowsFrom(count, blockRows, 5) });
  expect(index.bytes).toBeLessThan(bytes + 400_000);
});

test('of a hundred thousand, some by signs, the ten nearest are found', { timeout: 120_000 }, () => {
  const count = 100_000;
  const all = createVectorSpace(dimensions, { clusters: 1_000, inner: 20 });
  const vectors = new Map<number, Float32Array>();
  const index = createScanIndex({
    dimensions,
    read: (ids) => new Map(ids.map((id) => [id, vectors.get(id) as Float32Array])),
  });
  const rows = all.vectors(count, 1).map((vector, at) => ({ id: at + 1, made: at + 1, vector }));
  for (const { id, vector } of rows) vectors.set(id, vector);
  index.add({ after: 0, upto: count, rows });
  let found = 0;
  const queries = all.vectors(20, 99);
  for (const each of queries) {
    const truth = new Set(nearestByHand(vectors, each, 10).map(({ id }) => id));
    found += index.search(each, 10).filter(({ id }) => truth.has(id)).length;
  }
  expect(found / 200).toBeGreaterThanOrEqual(0.99);
});

test('a text said forty thousand times hides nothing that is nearer', () => {
  const [said, nearer] = space.vectors(2, 55) as [Float32Array, Float32Array];
  const count = 40_000;
  const rows = Array.from({ length: count }, (_, at) => ({ id: at + 1, made: at + 1, vector: said }));
  rows[123] = { id: 124, made: 124, vector: nearer };
  const index = filled(rows);
  expect(index.search(nearer, 3)[0]?.id).toBe(124);
  expect(index.search(said, 3)).toHaveLength(3);
});

test('a number that no memory has is refused, and nothing of its batch is taken', () => {
  const index = createScanIndex({ dimensions });
  const vector = query;
  for (const id of [0, -1, 1.5, 2 ** 40]) {
    const rows = [
      { id: 1, made: 1, vector },
      { id, made: 2, vector },
    ];
    expect(() => index.add({ after: 0, upto: 2, rows })).toThrow('is not one from 1 to');
  }
  expect(index.size).toBe(0);
  for (const wrong of [0, 4_097, 1.5])
    expect(() => createScanIndex({ dimensions: wrong })).toThrow('1 to 4096 dimensions');
});

test.each([64, 128, 384, 1_024])('the loops for %i dimensions count and multiply as they would by hand', (width) => {
  const { kernel, memory } = createKernel(width);
  memory.grow(20);
  const bytes = new Uint8Array(memory.buffer);
  const rows = 192;
  const at = {
    bits: 65_536,
    query: 256,
    allowed: 8_192,
    out: 16_384,
    histogram: 32_768,
    codes: 300_000,
    places: 131_072,
  };
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  for (let each = 0; each < (rows * width) / 8; each++) bytes[at.bits + each] = random();
  for (let each = 0; each < width / 8; each++) bytes[at.query + each] = random();
  // All of the first group, none of the second, some of the third.
  bytes.fill(255, at.allowed, at.allowed + 8);
  bytes.set([0b1010_0001, 0, 0, 0, 0, 0, 0, 0x80], at.allowed + 16);
  const isAllowed = (row: number): boolean => (((bytes[at.allowed + (row >>> 3)] ?? 0) >>> (row & 7)) & 1) === 1;
  const ones = (value: number): number => value.toString(2).replaceAll('0', '').length;
  const distance = (row: number): number =>
    Array.from({ length: width / 8 }, (_, each) =>
      ones((bytes[at.bits + (row * width) / 8 + each] ?? 0) ^ (bytes[at.query + each] ?? 0)),
    ).reduce((sum, each) => sum + each, 0);
  const allowed = Array.from({ length: rows }, (_, row) => row).filter(isAllowed);
  kernel.distances(at.bits, at.query, 3, at.allowed, at.out, at.histogram);
  const distances = new Uint16Array(memory.buffer, at.out, rows);
  for (const row of allowed) expect(distances[row]).toBe(distance(row));
  const histogram = new Uint32Array(memory.buffer, at.histogram, width + 1);
  expect(histogram.reduce((sum, each) => sum + each, 0)).toBe(allowed.length);

  const most = width / 2;
  const placesOf = (count: number): number[] => [...new Uint16Array(memory.buffer, at.places, count)];
  expect(placesOf(kernel.collect(at.out, 3, at.allowed, most, at.places))).toEqual(
    allowed.filter((row) => distance(row) <= most),
  );
  expect(placesOf(kernel.list(3, at.allowed, at.places))).toEqual(allowed);

  const codes = new Int8Array(memory.buffer, at.codes, 3 * width).map(() => random() - 128);
  new Int8Array(memory.buffer, at.codes, 3 * width).set(codes);
  const numbers = new Int16Array(memory.buffer, at.query, width).map(() => random() * 16 - 2_047);
  new Int16Array(memory.buffer, at.query, width).set(numbers);
  new Float32Array(memory.buffer, at.histogram, 3).set([1, 2, 0.5]);
  new Uint16Array(memory.buffer, at.places, 2).set([2, 1]);
  kernel.score(at.codes, at.histogram, at.query, at.places, 2, at.out);
  const product = (row: number): number =>
    numbers.reduce((sum, number, each) => sum + number * (codes[row * width + each] ?? 0), 0);
  expect([...new Float32Array(memory.buffer, at.out, 2)]).toEqual([product(2) * 0.5, product(1) * 2].map(Math.fround));
});
