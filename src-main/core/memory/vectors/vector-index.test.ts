import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumberMask } from './number-mask.ts';
import { createVectorSpace, nearestByHand } from './test-space.ts';
import { needsFaiss, openTestVectors } from './test-vectors.ts';
import type { VectorEngine } from './vector-index.ts';

const engines: VectorEngine[] = ['scan', 'faiss-flat', 'faiss-hnsw'];

/** One suite for all engines. The graph of HNSW may miss some of the nearest; it answers nothing that it should not. */
describe.each(engines.map((engine) => ({ engine, runs: engine === 'scan' ? 60 : 12 })))(
  '$engine',
  ({ engine, runs }) => {
    const isExact = engine !== 'faiss-hnsw';
    test('answers what comparing each vector by hand answers, under any mask and after any deletion', async (context) => {
      if (engine !== 'scan') needsFaiss(context);
      const step = fc.oneof(
        fc.record({
          kind: fc.constant('add' as const),
          ids: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }),
        }),
        fc.record({
          kind: fc.constant('remove' as const),
          ids: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 9 }),
        }),
        fc.record({
          kind: fc.constant('search' as const),
          count: fc.integer({ min: 1, max: 12 }),
          allowed: fc.option(fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 40 })),
          like: fc.nat(),
        }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(3, 64, 100),
          fc.integer({ min: 1, max: 1e6 }),
          fc.array(step, { minLength: 3, maxLength: 25 }),
          async (dimensions, seed, steps) => {
            const pool = createVectorSpace(dimensions, { clusters: 5 }).vectors(100, seed);
            const drawn = (at: number): Float32Array => pool[at % pool.length] as Float32Array;
            await using tested = await openTestVectors(engine, dimensions);
            let at = 0;
            for (const each of steps) {
              if (each.kind === 'add')
                await tested.add([...new Set(each.ids)].map((id) => ({ id, vector: drawn(at++ * 7 + id) })));
              else if (each.kind === 'remove') await tested.remove(each.ids);
              else {
                const mask = each.allowed && new NumberMask(each.allowed);
                const query = drawn(each.like);
                const hits = await tested.index.search(query, each.count, mask);
                const truth = nearestByHand(tested.vectors, query, each.count, (id) => mask?.has(id) ?? true);
                for (const { id } of hits) {
                  expect(tested.vectors.has(id)).toBe(true);
                  expect(mask?.has(id) ?? true).toBe(true);
                }
                expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
                if (!isExact) continue;
                expect(hits.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
                for (const [place, hit] of hits.entries()) expect(hit.score).toBeCloseTo(truth[place]?.score ?? 9, 4);
              }
              expect(tested.index.size).toBe(tested.vectors.size);
            }
          },
        ),
        { numRuns: runs },
      );
    });

    test('finds the ten nearest of many, and of those that a mask allows', { timeout: 180_000 }, async (context) => {
      if (engine !== 'scan') needsFaiss(context);
      const dimensions = 128;
      const count = engine === 'scan' ? 45_000 : 12_000;
      const space = createVectorSpace(dimensions, { clusters: 300 });
      await using tested = await openTestVectors(engine, dimensions);
      const vectors = space.vectors(count, 1).map((vector, at) => ({ id: at + 1, vector }));
      for (let from = 0; from < count; from += 1_000) await tested.add(vectors.slice(from, from + 1_000));
      const forgotten = vectors.filter(({ id }) => id % 11 === 3).map(({ id }) => id);
      await tested.remove(forgotten);
      const masks = [
        null,
        new NumberMask(vectors.filter(({ id }) => id % 50 === 1).map(({ id }) => id)),
        largeMask(count),
      ];
      for (const mask of masks) {
        let found = 0;
        const queries = space.vectors(12, 99);
        for (const query of queries) {
          const truth = new Set(
            nearestByHand(tested.vectors, query, 10, (id) => mask?.has(id) ?? true).map(({ id }) => id),
          );
          const hits = await tested.index.search(query, 10, mask);
          expect(hits.every(({ id }) => id % 11 !== 3 && (mask?.has(id) ?? true))).toBe(true);
          found += hits.filter(({ id }) => truth.has(id)).length;
        }
        expect(found / (10 * queries.length), `mask of ${mask?.size ?? 'none'}`).toBeGreaterThanOrEqual(
          isExact ? 0.99 : 0.9,
        );
      }
    });

    test('refuses what has no direction, another length, or parts that are no numbers, and stays as it was', async (context) => {
      if (engine !== 'scan') needsFaiss(context);
      await using tested = await openTestVectors(engine, 4);
      await tested.add([{ id: 1, vector: Float32Array.of(1, 0, 0, 0) }]);
      const refused = [
        [Float32Array.of(0, 0, 0, 0), 'has no direction'],
        [Float32Array.of(1, 0, 0), 'has 3 dimensions, and those of this index have 4'],
        [Float32Array.of(1, Number.NaN, 0, 0), 'no finite number'],
        [Float32Array.of(1, Number.POSITIVE_INFINITY, 0, 0), 'no finite number'],
        [Float32Array.of(1e-30, 0, 0, 0), 'so short that it has no direction'],
      ] as const;
      for (const [vector, why] of refused) {
        const add = async () => tested.index.add({ after: 1, upto: 3, rows: [good(2), { id: 3, made: 3, vector }] });
        await expect(add()).rejects.toThrow(why);
        await expect(async () => tested.index.search(vector, 1)).rejects.toThrow(why);
      }
      for (const count of [0, -1, 1.5, 1_001, Number.NaN])
        await expect(async () => tested.index.search(Float32Array.of(1, 0, 0, 0), count)).rejects.toThrow('1 to 1000');
      expect(tested.index.size).toBe(1);
      expect(tested.index.gaps(3)).toEqual([{ after: 1, upto: 3 }]);
      expect(await tested.index.search(Float32Array.of(1, 1, 0, 0), 5)).toHaveLength(1);
    });

    test('answers nothing where nothing is, and at most what is there', async (context) => {
      if (engine !== 'scan') needsFaiss(context);
      await using tested = await openTestVectors(engine, 2);
      const query = Float32Array.of(0, 1);
      expect(await tested.index.search(query, 3)).toEqual([]);
      await tested.add([{ id: 5, vector: Float32Array.of(0, 2) }]);
      expect(await tested.index.search(query, 1_000)).toEqual([{ id: 5, score: 1 }]);
      expect(await tested.index.search(query, 3, new NumberMask([]))).toEqual([]);
      expect(await tested.index.search(query, 3, new NumberMask([4, 6]))).toEqual([]);
      await tested.index.remove([{ id: 5, made: 99 }]);
      expect(tested.index.size).toBe(1);
      await tested.remove([5]);
      expect(await tested.index.search(query, 3)).toEqual([]);
    });
  },
);

const good = (id: number) => ({ id, made: id, vector: Float32Array.of(0, 1, 0, 0) });

/** Every number but each fourth. */
const largeMask = (count: number): NumberMask =>
  new NumberMask(Array.from({ length: count }, (_, at) => at + 1).filter((id) => id % 4 !== 0));
