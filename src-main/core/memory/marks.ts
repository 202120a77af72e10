import type { MemoryHit } from '../../../src-shared/schema/memory.ts';
import type { MarkedMemories } from './filter.ts';
import type { Ranked } from './ranking.ts';

export const marksOf = (
  seq: number,
  { pinned, neverUse }: MarkedMemories,
): Pick<MemoryHit, 'pinned' | 'never_use'> => ({
  pinned: pinned.has(seq),
  never_use: neverUse.has(seq),
});

/** Scores that differ by less than this part of the best one are equal to a reader. */
const equalWithin = 0.02;

/** Among equals, those that somebody pinned come first; the order is otherwise that of the scores. */
export function pinnedFirst(answers: readonly Ranked[], { pinned }: MarkedMemories): readonly Ranked[] {
  const best = answers[0]?.score ?? 0;
  if (best <= 0 || !answers.some(({ turn }) => pinned.has(turn.seq))) return answers;
  const step = best * equalWithin;
  const placed = answers.map((answer, place) => ({
    answer,
    place,
    level: Math.round(answer.score / step),
    isPinned: Number(pinned.has(answer.turn.seq)),
  }));
  placed.sort((a, b) => b.level - a.level || b.isPinned - a.isPinned || a.place - b.place);
  return placed.map(({ answer }) => answer);
}
