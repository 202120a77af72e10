import type { ConversationSummary } from '../../../../src-shared/schema/summary.ts';
import { isoTime } from '../../foundation/clock.ts';
import type { Reader } from '../../store/index.ts';
import { keyTurns } from './key-turns.ts';

/** A pause of six hours ends a talk: people answer after a meeting, and begin anew the next day. */
const talkGapMs = 6 * 3_600_000;
/** Fewer turns are read as fast as a summary of them. */
const leastTurns = 8;
/** Of a longer talk the last ones count. */
const mostTurns = 400;
/** One point for so many turns. */
const turnsForPoint = 6;
const fewestPoints = 3;
const mostPoints = 8;
/** So many memories of a conversation are looked through, from the latest back. */
const looked = 3_000;
const shown = 300;

interface TurnRow {
  id: string;
  message_id: string | null;
  sender_id: string | null;
  created_at: number;
  text: string;
}

export interface SummariesQuery {
  conversation: string;
  /** Talks that began before this time, in milliseconds. */
  before: number | null;
  limit: number;
}

/**
 * What was talked about in a conversation, talk by talk, the latest first: of each long one the turns that say most. It is
 * made of memories whenever it is asked for and kept nowhere, so whatever is forgotten, corrected or erased is so here.
 * Sealed memories have no part in it. Synchronous, for a worker thread.
 */
export function summariesOf(reader: Reader, { conversation, before, limit }: SummariesQuery): ConversationSummary[] {
  const rows = reader.all<TurnRow>(
    `SELECT id, message_id, sender_id, created_at, substr(content, 1, 600) AS text FROM memories
     WHERE conversation_id = ? AND created_at < ? AND forgotten_at IS NULL AND sensitive = 0 AND kind = 'message'
     ORDER BY created_at DESC, seq DESC LIMIT ${looked}`,
    conversation,
    before ?? Number.MAX_SAFE_INTEGER,
  );
  const summaries: ConversationSummary[] = [];
  for (const talk of talksOf(rows)) {
    if (summaries.length === limit) break;
    if (talk.length >= leastTurns) summaries.push(summaryOf(talk));
  }
  return summaries;
}

/** The latest talk first, each in the order in which it was said. */
function* talksOf(latestFirst: readonly TurnRow[]): Generator<TurnRow[]> {
  let talk: TurnRow[] = [];
  for (const row of latestFirst) {
    const next = talk.at(-1);
    if (next && next.created_at - row.created_at > talkGapMs) {
      yield talk.toReversed();
      talk = [];
    }
    talk.push(row);
  }
  if (talk.length > 0) yield talk.toReversed();
}

function summaryOf(talk: readonly TurnRow[]): ConversationSummary {
  const turns = talk.slice(-mostTurns);
  return {
    begun_at: isoTime(talk[0]?.created_at ?? 0),
    ended_at: isoTime(talk.at(-1)?.created_at ?? 0),
    turns: talk.length,
    points: keyTurns(
      turns.map(({ text }) => text),
      pointsFor(turns.length),
    ).flatMap((at) => {
      const turn = turns[at];
      if (!turn) return [];
      const { id, message_id, sender_id, created_at, text } = turn;
      return [{ memory_id: id, message_id, sender_id, at: isoTime(created_at), text: shortened(text) }];
    }),
  };
}

/** How many turns stand for so many. */
const pointsFor = (turns: number): number =>
  Math.min(mostPoints, Math.max(fewestPoints, Math.round(turns / turnsForPoint)));

const shortened = (text: string): string => (text.length > shown ? `${text.slice(0, shown - 1)}…` : text);
