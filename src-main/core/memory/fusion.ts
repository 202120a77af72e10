import type { Turn } from './conversation.ts';

/** From 0 to 1 for each memory that is near a question in meaning, the nearest first. It only ever adds. */
export type Nearness = ReadonlyMap<number, number>;

/** What the least near of those found counts, against the nearest. */
const leastNear = 0.1;

/** Cosines of one question tell little against another's: what counts is which of its memories are nearer. */
export function nearnessOf(near: readonly { id: number; score: number }[]): Nearness {
  const scores = near.map(({ score }) => score);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const share = (score: number): number => (most > least ? (score - least) / (most - least) : 1);
  return new Map(near.map(({ id, score }) => [id, leastNear + (1 - leastNear) * share(score)]));
}

/**
 * The first `count` of an order that several levels made together, with the best of each level among them: none pushes out
 * what another is sure of. `levels` have the numbers of memories, each by its own order; where one place is all there is,
 * the common order has it.
 */
export function withBestOfEach<T extends { turn: Pick<Turn, 'seq'> }>(
  together: readonly T[],
  levels: readonly (readonly number[])[],
  count: number,
): T[] {
  const placeOf = new Map(together.map(({ turn }, place) => [turn.seq, place]));
  const sure = new Set(levels.flatMap((level) => level.find((seq) => placeOf.has(seq)) ?? []));
  const chosen = new Set([...together.keys()].slice(0, count));
  for (const seq of sure) {
    const place = placeOf.get(seq) ?? 0;
    if (chosen.has(place)) continue;
    const last = [...chosen].findLast((each) => each > 0 && !sure.has(together[each]?.turn.seq ?? 0));
    if (last === undefined) continue;
    chosen.delete(last);
    chosen.add(place);
  }
  return [...chosen].sort((one, other) => one - other).flatMap((place) => together[place] ?? []);
}
