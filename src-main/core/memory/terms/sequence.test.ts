import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSegment, type Segment, type TermSource, takeOut } from './segment.ts';
import { neighboursIn } from './sequence.ts';

const said = fc.record({
  conversation_id: fc.constantFrom('a', 'b', null),
  sender_id: fc.constantFrom('ana', null),
  created_at: fc.nat(400),
  part: fc.nat(2),
  fate: fc.constantFrom('alive', 'alive', 'alive', 'dead', 'masked'),
});

/** Three segments of memories with the numbers 1, 2, 3 …, what is taken out and what is masked. */
function indexed(given: readonly (typeof said extends fc.Arbitrary<infer T> ? T : never)[]) {
  const all = given.map((each, at) => ({ ...each, seq: at + 1, content: '', subject: null, platform: null }));
  const parts = [0, 1, 2].map((part) => all.filter((each) => each.part === part));
  const segments: Segment[] = parts.map((part) => buildSegment(part satisfies TermSource[], null));
  const masks = parts.map((part) => Uint8Array.from(part, ({ fate }) => (fate === 'masked' ? 0 : 1)));
  for (const [at, part] of parts.entries())
    part.forEach(({ fate }, slot) => {
      if (fate === 'dead') takeOut(segments[at] as Segment, slot);
    });
  return { all, segments, masks };
}

test('who stands before and after is what looking at every memory says', () => {
  fc.assert(
    fc.property(fc.array(said, { minLength: 1, maxLength: 60 }), fc.constantFrom('before', 'after'), (given, side) => {
      const { all, segments, masks } = indexed(given);
      const sign = side === 'before' ? -1 : 1;
      for (const moment of all) {
        const expected = all
          .filter((other) => other.conversation_id === moment.conversation_id && other.fate === 'alive')
          .filter((other) => other.conversation_id !== null || other.sender_id !== null)
          .filter((other) => sign * (other.created_at - moment.created_at || other.seq - moment.seq) > 0)
          .filter((other) => Math.abs(other.created_at - moment.created_at) <= 100)
          .toSorted((a, b) => sign * (a.created_at - b.created_at || a.seq - b.seq))
          .slice(0, 2)
          .map(({ seq }) => seq);
        expect(neighboursIn(segments, masks, moment, { side, count: 2, reachMs: 100 })).toEqual(expected);
      }
    }),
  );
});

test('also where a memory of long ago came last, and thousands came in the wrong order', () => {
  const source = (seq: number, created_at: number): TermSource => ({
    seq,
    content: '',
    created_at,
    sender_id: 'ana',
    conversation_id: 'a',
    subject: null,
    platform: null,
  });
  const backwards = Array.from({ length: 3_000 }, (_, at) => source(at + 1, 3_000 - at));
  const segment = buildSegment([...backwards, source(3_001, 1_500)], null);
  const around = (side: 'before' | 'after') =>
    neighboursIn(
      [segment],
      [null],
      { seq: 3_001, conversation_id: 'a', created_at: 1_500 },
      { side, count: 2, reachMs: 9 },
    );
  expect([around('before'), around('after')]).toEqual([
    [1_501, 1_502],
    [1_500, 1_499],
  ]);
});
