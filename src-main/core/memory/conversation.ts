import type { Reader } from '../store/index.ts';
import type { FilterSql } from './filter.ts';

/** A pause of an hour ends a sitting: what was said before it is no context for what comes after. */
export const sittingGapMs = 3_600_000;
export const neighbourReach = 2;
/** Around this many of the best, neighbours are looked for: more cost time and find nothing more. */
const maxCentres = 60;

/** A memory as ranking sees it, with its neighbours in the conversation. */
export interface Turn {
  seq: number;
  id: string;
  conversation_id: string | null;
  created_at: number;
  sender_id: string | null;
  message_id: string | null;
  head: string;
  /** The last characters of a text that `head` does not hold whole; else null. */
  tail: string | null;
  /** Whether it ends as a question does, once that was looked at. */
  asks?: boolean;
  previous?: Turn;
  next?: Turn;
  /** Turns of one sitting share a number. */
  sitting: number;
}

const turnColumns = `m.seq, m.id, m.conversation_id, m.created_at, m.sender_id, m.message_id,
  substr(m.content, 1, 2000) AS head, CASE WHEN octet_length(m.content) > 2000 THEN substr(m.content, -40) END AS tail`;

/** The memories with these numbers, in that order; what was forgotten meanwhile, is sealed, or the filter keeps out, is not there. */
export function readTurns(reader: Reader, seqs: readonly number[], filter: FilterSql): Turn[] {
  const rows = reader.all<Turn>(
    `SELECT ${turnColumns} FROM memories m
     WHERE m.seq IN (SELECT value FROM json_each(?)) AND m.forgotten_at IS NULL AND m.sensitive < 2${filter.sql}`,
    JSON.stringify(seqs),
    ...filter.values,
  );
  const bySeq = new Map(rows.map((turn) => [turn.seq, turn]));
  return seqs.map((seq) => bySeq.get(seq)).filter((turn) => turn !== undefined);
}

export type Side = 'before' | 'after';
/** The numbers of at most two memories right before or after one in its conversation, the nearest first. */
export type NeighboursOf = (turn: Turn, side: Side) => number[];

/** The turns and those up to two before and after the best of them in the same sitting, linked; sittings numbered. */
export function withNeighbours(
  reader: Reader,
  anchors: readonly Turn[],
  filter: FilterSql,
  neighboursOf: NeighboursOf = (turn, side) => neighbours(reader, turn, side, filter),
): Turn[] {
  const order = sequenceAround(anchors, neighboursOf);
  const known = new Map(anchors.map((turn) => [turn.seq, turn]));
  const missing = [...new Set(order.flatMap(({ earlier, later }) => [earlier, later]))].filter(
    (seq) => !known.has(seq),
  );
  for (const turn of readTurns(reader, missing, filter)) known.set(turn.seq, turn);
  for (const pair of order) {
    const earlier = known.get(pair.earlier);
    const later = known.get(pair.later);
    if (!earlier || !later || later.created_at - earlier.created_at > sittingGapMs) continue;
    earlier.next = later;
    later.previous = earlier;
  }
  return numberSittings([...known.values()]);
}

/** Two memories that follow each other directly in a conversation. */
interface Pair {
  earlier: number;
  later: number;
}

/** Who follows whom around the anchors. Looks at each stretch once: anchors often stand together. */
function sequenceAround(anchors: readonly Turn[], neighboursOf: NeighboursOf): Pair[] {
  const next = new Map<number, number>();
  const previous = new Map<number, number>();
  const link = (earlier: number, later: number) => {
    next.set(earlier, later);
    previous.set(later, earlier);
  };
  for (const anchor of anchors.slice(0, maxCentres)) {
    if (!isSaid(anchor)) continue;
    if (!reaches(anchor.seq, next)) {
      let at = anchor.seq;
      for (const seq of neighboursOf(anchor, 'after')) {
        link(at, seq);
        at = seq;
      }
    }
    if (!reaches(anchor.seq, previous)) {
      let at = anchor.seq;
      for (const seq of neighboursOf(anchor, 'before')) {
        link(seq, at);
        at = seq;
      }
    }
  }
  return [...next].map(([earlier, later]) => ({ earlier, later }));
}

/** Part of a conversation. An imported chat may not name one: then what people said in the same hour is the context. */
const isSaid = (turn: Turn): boolean => turn.conversation_id !== null || turn.sender_id !== null;

function reaches(from: number, step: ReadonlyMap<number, number>): boolean {
  let at: number | undefined = from;
  for (let count = 0; count < neighbourReach && at !== undefined; count++) at = step.get(at);
  return at !== undefined;
}

function neighbours(reader: Reader, turn: Turn, side: Side, filter: FilterSql): number[] {
  const [sign, order] = side === 'before' ? ['<', 'DESC'] : ['>', 'ASC'];
  const rows = reader.all<{ seq: number }>(
    `SELECT m.seq FROM memories m
     WHERE m.conversation_id IS ? AND (m.conversation_id IS NOT NULL OR m.sender_id IS NOT NULL)
       AND (m.created_at, m.seq) ${sign} (?, ?) AND m.forgotten_at IS NULL${filter.sql}
     ORDER BY m.created_at ${order}, m.seq ${order} LIMIT ${neighbourReach}`,
    turn.conversation_id,
    turn.created_at,
    turn.seq,
    ...filter.values,
  );
  return rows.map(({ seq }) => seq);
}

function numberSittings(turns: Turn[]): Turn[] {
  const compare = (a: string | null, b: string | null) => (a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1);
  turns.sort((a, b) => compare(a.conversation_id, b.conversation_id) || a.created_at - b.created_at || a.seq - b.seq);
  let sitting = 0;
  let before: Turn | undefined;
  for (const turn of turns) {
    const continues =
      before !== undefined &&
      isSaid(turn) &&
      isSaid(before) &&
      turn.conversation_id === before.conversation_id &&
      turn.created_at - before.created_at <= sittingGapMs;
    if (!continues) sitting++;
    turn.sitting = sitting;
    before = turn;
  }
  return turns;
}
