import { foldText } from '../language/index.ts';
import type { Turn } from './conversation.ts';
import type { Evidence } from './evidence.ts';
import type { RecallPlan } from './plan.ts';
import { hasTimeWord, nearness } from './time.ts';

/** How much each kind of evidence counts; a memory's own words are 1. */
export const weights = {
  coverage: 0.5,
  previous: 0.3,
  previousQuestion: 0.3,
  next: 0.2,
  window: 0.6,
  sitting: 0.4,
  bySender: 1.3,
  byOthers: 0.7,
  date: 1.2,
  timeWord: 0.4,
  question: -0.13,
  latest: 0.5,
};

export interface Ranked {
  turn: Turn;
  score: number;
  /** In a time that the query names. */
  inTime: boolean;
}

/** Scores every turn by its own words, those around it, sender and time; best first, the later one where equal. */
export function rank(turns: readonly Turn[], evidence: Evidence, plan: RecallPlan): Ranked[] {
  const none = new Float64Array(plan.terms.length);
  const scoresOf = (turn: Turn) => evidence.scoresOf(turn.seq) ?? none;
  const own = normalised(turns.map((turn) => ownScore(scoresOf(turn), plan)));
  const window = normalised(turns.map((turn) => sum(strongestOf(windowOf(turn).map(scoresOf), none))));
  const bySitting = new Map<number, Turn[]>();
  for (const turn of turns) bySitting.set(turn.sitting, [...(bySitting.get(turn.sitting) ?? []), turn]);
  const sittingScores = new Map(
    [...bySitting].map(([sitting, of]) => [sitting, sum(strongestOf(of.map(scoresOf), none))]),
  );
  const sitting = normalised(turns.map((turn) => sittingScores.get(turn.sitting) ?? 0));
  const ownOf = new Map(turns.map((turn, index) => [turn, own[index] ?? 0]));
  const newest = turns.reduce((latest, turn) => Math.max(latest, turn.created_at), Number.NEGATIVE_INFINITY);
  const oldest = turns.reduce((first, turn) => Math.min(first, turn.created_at), newest);

  const ranked = turns.map((turn, index) => {
    const { previous, next } = turn;
    const before = previous ? (ownOf.get(previous) ?? 0) : 0;
    const after = next ? (ownOf.get(next) ?? 0) : 0;
    let score =
      (own[index] ?? 0) +
      before * (weights.previous + (previous && isQuestion(previous) ? weights.previousQuestion : 0)) +
      after * weights.next +
      (window[index] ?? 0) * weights.window +
      (sitting[index] ?? 0) * weights.sitting;
    score *= senderFactor(turn, plan, evidence.foundIn(turn.seq));
    const near = plan.spans.reduce((best, span) => Math.max(best, nearness(turn.created_at, span)), 0);
    score += weights.date * near;
    if (plan.asksWhen && hasTimeWord(turn.head)) score += weights.timeWord;
    if (isQuestion(turn)) score += weights.question;
    if (plan.asksForLatest && newest > oldest)
      score += weights.latest * ((turn.created_at - oldest) / (newest - oldest));
    return { turn, score, inTime: near === 1 };
  });
  return ranked.sort((a, b) => b.score - a.score || b.turn.created_at - a.turn.created_at || b.turn.seq - a.turn.seq);
}

/** The person asked about speaks in the answer, or at least is named in it: a boost and not a filter. */
function senderFactor(turn: Turn, { senders, names }: RecallPlan, found: readonly string[]): number {
  if (senders.size !== 1) return 1;
  if (turn.sender_id !== null && senders.has(foldText(turn.sender_id))) return weights.bySender;
  return found.some((term) => names.has(term)) ? 1 : weights.byOthers;
}

export const isQuestion = (turn: Turn): boolean =>
  /[?？]["'”’」)）\]\s]*(\[image:[^\]]*\]?)?\s*$|[吗呢]\s*$/.test(turn.tail);

function windowOf(turn: Turn): Turn[] {
  return [turn.previous?.previous, turn.previous, turn, turn.next, turn.next?.next].filter(
    (each) => each !== undefined,
  );
}

/** The sum of its terms' scores; a memory that holds every term comes before one that repeats a few. */
function ownScore(scores: Float64Array, { terms }: RecallPlan): number {
  const asked = terms.reduce((total, { weight }) => total + weight, 0);
  const held = terms.reduce((total, { weight }, index) => total + (scores[index] ? weight : 0), 0);
  return asked > 0 ? sum(scores) * (1 - weights.coverage + (weights.coverage * held) / asked) : 0;
}

/** The strongest score of each term among several turns. */
function strongestOf(scores: readonly Float64Array[], none: Float64Array): Float64Array {
  return none.map((_, term) => scores.reduce((best, each) => Math.max(best, each[term] ?? 0), 0));
}

const sum = (scores: Float64Array): number => scores.reduce((total, score) => total + score, 0);

function normalised(scores: readonly number[]): number[] {
  const most = Math.max(0, ...scores);
  return most > 0 ? scores.map((score) => score / most) : [...scores];
}
