import { expect, test } from 'vitest';
import { type Candidate, chooseEngine } from './choose.ts';
import { createScanIndex } from './scan/scan-index.ts';
import { createVectorSpace } from './test-space.ts';

const dimensions = 64;
const space = createVectorSpace(dimensions, { clusters: 5 });
const [sample, queries] = [space.vectors(200, 1), space.vectors(9, 2)];

interface Manner {
  /** Milliseconds that it waits in a search. */
  waits?: number;
  misses?: boolean;
  bytes?: number;
}

/** An engine that answers rightly, and is otherwise as it is asked to be. */
function candidate(
  engine: string,
  { waits = 0, misses = false, bytes = 100 }: Manner,
  closed: string[] = [],
): Candidate {
  return {
    engine,
    open: async () => {
      const scan = createScanIndex({
        dimensions,
        read: (ids) => new Map(ids.map((id) => [id, sample[id - 1] as Float32Array])),
      });
      return {
        ...scan,
        bytes: bytes * sample.length,
        async search(...asked) {
          await new Promise((resolve) => setTimeout(resolve, waits));
          return misses ? [] : scan.search(...asked);
        },
        close: () => void closed.push(engine),
      };
    },
  };
}

const choose = (...candidates: Candidate[]) => chooseEngine({ candidates, sample, queries, mostBytes: 600 });

test('of engines that find enough and fit, the one that is clearly faster; the first where none is', async () => {
  const closed: string[] = [];
  const slow = candidate('slow', { waits: 40 }, closed);
  const fast = candidate('fast', { waits: 1 }, closed);
  expect((await choose(slow, fast)).engine).toBe('fast');
  expect((await choose(fast, slow)).engine).toBe('fast');
  expect(closed).toEqual(['slow', 'fast', 'fast', 'slow']);
  expect((await choose(slow, candidate('blind', { misses: true }))).engine).toBe('slow');
  expect((await choose(slow, candidate('large', { bytes: 5_000 }))).engine).toBe('slow');
});

test('what was measured is told', async () => {
  const { measured } = await choose(candidate('one', {}), candidate('blind', { misses: true, bytes: 7 }));
  expect(measured).toMatchObject([
    { engine: 'one', recall: 1, bytes: 100 },
    { engine: 'blind', recall: 0, bytes: 7 },
  ]);
});
