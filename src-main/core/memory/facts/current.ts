import type { MemoryHit } from '../../../../src-shared/schema/memory.ts';
import { isoTime } from '../../foundation/clock.ts';
import { foldText } from '../../language/index.ts';
import { ends, type Reader } from '../../store/index.ts';
import type { Turn } from '../conversation.ts';
import type { Ranked } from '../ranking.ts';
import { isAskedFor } from './slots.ts';

/** A memory that tells something which a later one ended. */
export interface Outdated {
  seq: number;
  /** The memory that says what holds now. */
  by: number;
  /** What the fact tells. */
  slot: string;
}

/** Which of these memories tell a fact that no longer holds, and the latest memory that says so. */
export const outdatedAmong = (reader: Reader, seqs: readonly number[]): Outdated[] =>
  reader.all<Outdated>(
    `SELECT seq, by, slot FROM (
       SELECT f.memory_seq AS seq, f.slot, (
         SELECT n.memory_seq FROM known_facts n WHERE n.person = f.person AND n.slot = f.slot
           AND (n.said_at, n.memory_seq) > (f.said_at, f.memory_seq) AND ${ends}
         ORDER BY n.said_at DESC, n.memory_seq DESC LIMIT 1) AS by
       FROM known_facts f WHERE f.memory_seq IN (SELECT value FROM json_each(?)))
     WHERE by IS NOT NULL AND by <> seq ORDER BY seq`,
    JSON.stringify(seqs),
  );

/** By memory, what was said later and ends what it tells; of `later` alone, for others the filter keeps out. */
export function endsOf(outdated: readonly Outdated[], later: readonly Turn[]) {
  const turns = new Map(later.map((turn) => [turn.seq, turn]));
  return new Map<number, NonNullable<MemoryHit['superseded_by']>>(
    outdated.flatMap(({ seq, by }) => {
      const turn = turns.get(by);
      return turn ? [[seq, { id: turn.id, created_at: isoTime(turn.created_at) }] as const] : [];
    }),
  );
}

/**
 * Where the question may be one for the fact, what holds now stands right before what it ended, also where it was not
 * found itself. Nothing is taken out.
 */
export function withCurrentFirst(
  ranked: readonly Ranked[],
  { outdated, later, question }: { outdated: readonly Outdated[]; later: readonly Turn[]; question: string },
): Ranked[] {
  const ordered = [...ranked];
  const asked = foldText(question);
  for (const { seq, by, slot } of outdated) {
    const turn = later.find((each) => each.seq === by);
    const at = ordered.findIndex((each) => each.turn.seq === seq);
    const now = ordered.findIndex((each) => each.turn.seq === by);
    const before = ordered[at];
    if (!turn || !before || (now >= 0 && now < at) || !isAskedFor(slot, asked)) continue;
    const moved = now >= 0 ? ordered.splice(now, 1)[0] : undefined;
    ordered.splice(at, 0, { inTime: false, ...moved, turn, score: before.score });
  }
  return ordered;
}
