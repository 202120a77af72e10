import type { Reader } from '../store/index.ts';
import type { FilterSql } from './filter.ts';

/** A pause of an hour ends a sitting: what was said before it is no context for what comes after. */
const sittingGapMs = 3_600_000;
const neighbourReach = 2;

/** A memory as ranking sees it, with its neighbours in the conversation. */
export interface Turn {
  seq: number;
  conversation_id: string | null;
  created_at: number;
  sender_id: string | null;
  message_id: string | null;
  head: string;
  /** Its last characters, where a question shows. */
  tail: string;
  previous?: Turn;
  next?: Turn;
  /** Turns of one sitting share a number. */
  sitting: number;
}

const turnColumns = `m.seq, m.conversation_id, m.created_at, m.sender_id, m.message_id,
  substr(m.content, 1, 2000) AS head, substr(m.content, -40) AS tail`;

export function readTurns(reader: Reader, seqs: readonly number[]): Turn[] {
  return reader.all<Turn>(
    `SELECT ${turnColumns} FROM memories m WHERE m.seq IN (SELECT value FROM json_each(?)) AND m.forgotten_at IS NULL`,
    JSON.stringify(seqs),
  );
}

/** The turns and those up to two before and after them in the same sitting, linked; sittings numbered. */
export function withNeighbours(reader: Reader, anchors: readonly Turn[], filter: FilterSql): Turn[] {
  const turns = new Map(anchors.map((turn) => [turn.seq, turn]));
  const known = (turn: Turn): Turn => {
    const there = turns.get(turn.seq);
    if (there) return there;
    turns.set(turn.seq, turn);
    return turn;
  };
  for (const anchor of anchors) {
    if (anchor.conversation_id === null) continue;
    let at = anchor;
    for (const earlier of neighbours(reader, anchor, 'before', filter).map(known)) {
      if (at.created_at - earlier.created_at > sittingGapMs) break;
      at.previous = earlier;
      earlier.next = at;
      at = earlier;
    }
    at = anchor;
    for (const later of neighbours(reader, anchor, 'after', filter).map(known)) {
      if (later.created_at - at.created_at > sittingGapMs) break;
      at.next = later;
      later.previous = at;
      at = later;
    }
  }
  return numberSittings([...turns.values()]);
}

function neighbours(reader: Reader, turn: Turn, side: 'before' | 'after', filter: FilterSql): Turn[] {
  const [sign, order] = side === 'before' ? ['<', 'DESC'] : ['>', 'ASC'];
  return reader.all<Turn>(
    `SELECT ${turnColumns} FROM memories m
     WHERE m.conversation_id = ? AND (m.created_at, m.seq) ${sign} (?, ?) AND m.forgotten_at IS NULL${filter.sql}
     ORDER BY m.created_at ${order}, m.seq ${order} LIMIT ${neighbourReach}`,
    turn.conversation_id,
    turn.created_at,
    turn.seq,
    ...filter.values,
  );
}

function numberSittings(turns: Turn[]): Turn[] {
  const compare = (a: string | null, b: string | null) => (a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1);
  turns.sort((a, b) => compare(a.conversation_id, b.conversation_id) || a.created_at - b.created_at || a.seq - b.seq);
  let sitting = 0;
  let before: Turn | undefined;
  for (const turn of turns) {
    const continues =
      before !== undefined &&
      turn.conversation_id !== null &&
      turn.conversation_id === before.conversation_id &&
      turn.created_at - before.created_at <= sittingGapMs;
    if (!continues) sitting++;
    turn.sitting = sitting;
    before = turn;
  }
  return turns;
}
