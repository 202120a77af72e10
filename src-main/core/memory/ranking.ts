import { analyseQuery, foldText } from '../language/index.ts';
import type { Turn } from './conversation.ts';
import type { Evidence } from './evidence.ts';
import type { Nearness } from './fusion.ts';
import { isAboutSubject, type RecallPlan } from './plan.ts';
import { hasAmount, lengthInWords, tellsOfOneself } from './telling.ts';
import { asksSomething, hasTimeWord, nearness as nearnessInTime } from './time.ts';

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
  latest: 0.8,
  fullness: 0.1,
  ofOneself: 0.05,
  amount: 0.1,
  saidBy: 0.5,
  sameQuestion: 0.2,
  nearness: 0.7,
};

/** Natural logarithms of a number of words: what most turns have, and from where on more words say no more. */
const usualOf = 2.5;
const fullOf = 3.5;
/** So many characters hold more words than count. */
const headOfWords = 400;

/** Longer texts say more than they ask. */
const maxBareQuestion = 100;

export interface Ranked {
  turn: Turn;
  score: number;
  /** In a time that the query names. */
  inTime: boolean;
}

/** Scores every turn by its own words, those around it, sender and time; best first, the later one where equal. */
export function rank(turns: readonly Turn[], evidence: Evidence, plan: RecallPlan, nearness?: Nearness): Ranked[] {
  const keywords = keywordScores(turns, evidence, plan);
  const moments = turns.map((turn) => turn.created_at);
  const newest = moments.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY);
  const oldest = moments.reduce((least, at) => Math.min(least, at), newest);

  const ranked = turns.map((turn, index) => {
    const near = plan.spans.reduce((best, span) => Math.max(best, nearnessInTime(turn.created_at, span)), 0);
    const found = evidence.foundIn(turn.seq);
    let score = (keywords[index] ?? 0) * senderFactor(turn, plan, found) * answerFactor(turn, plan);
    if (!isAboutSubject(plan) && isFrom(turn, plan)) score += weights.saidBy;
    score += weights.date * near;
    if (plan.asksWhen && hasTimeWord(turn.head)) score += weights.timeWord;
    if (isQuestion(turn)) score += weights.question;
    if (nearness) score += weights.nearness * (nearness.get(turn.seq) ?? 0);
    if (asksTheSame(turn, plan, found)) score *= weights.sameQuestion;
    if (plan.asksForLatest && newest > oldest) {
      score += weights.latest * ((turn.created_at - oldest) / (newest - oldest));
    }
    return { turn, score, inTime: near === 1 };
  });
  return ranked.sort((a, b) => b.score - a.score || b.turn.created_at - a.turn.created_at || b.turn.seq - a.turn.seq);
}

/** What the words in a turn, in those next to it and in its sitting say for it, each against the best of the answer. */
function keywordScores(turns: readonly Turn[], evidence: Evidence, plan: RecallPlan): number[] {
  const none = new Float64Array(plan.terms.length);
  const scoresOf = (turn: Turn) => evidence.scoresOf(turn.seq) ?? none;
  const own = normalised(turns.map((turn) => ownScore(scoresOf(turn), plan)));
  const window = normalised(turns.map((turn) => sumOfStrongest(windowOf(turn).map(scoresOf), none.length)));
  const sittings = Map.groupBy(turns, (turn) => turn.sitting);
  const bySitting = new Map(
    [...sittings].map(([id, members]) => [id, sumOfStrongest(members.map(scoresOf), none.length)]),
  );
  const sitting = normalised(turns.map((turn) => bySitting.get(turn.sitting) ?? 0));
  const ownOf = new Map(turns.map((turn, index) => [turn, own[index] ?? 0]));

  return turns.map((turn, index) => {
    const { previous, next } = turn;
    const asked = previous !== undefined && isQuestion(previous);
    return (
      (own[index] ?? 0) +
      (previous ? (ownOf.get(previous) ?? 0) : 0) * (weights.previous + (asked ? weights.previousQuestion : 0)) +
      (next ? (ownOf.get(next) ?? 0) : 0) * weights.next +
      (window[index] ?? 0) * weights.window +
      (sitting[index] ?? 0) * weights.sitting
    );
  });
}

const isFrom = (turn: Turn, { senders }: RecallPlan): boolean =>
  turn.sender_id !== null && senders.has(foldText(turn.sender_id));

/** The person asked about speaks in the answer, or at least is named in it: a boost and not a filter. */
function senderFactor(turn: Turn, plan: RecallPlan, found: readonly string[]): number {
  if (plan.senders.size !== 1) return 1;
  if (isFrom(turn, plan)) return weights.bySender;
  return found.some((term) => plan.names.has(term)) ? 1 : weights.byOthers;
}

// A note in square brackets may follow, as exports write it for an attachment.
const questionEnd = /[?？]["'”’」)）\]\s]*(\[[^\]]*\]?)?\s*$|[吗呢]\s*$/;

const shownEnd = 40;

/** It ends as a question does. */
export const isQuestion = (turn: Turn): boolean => {
  turn.asks ??= questionEnd.test(turn.tail ?? turn.head.slice(-shownEnd));
  return turn.asks;
};

/** Somebody asked this before: a question that holds every word of the query and no other is not its answer. */
function asksTheSame(turn: Turn, { terms }: RecallPlan, found: readonly string[]): boolean {
  if (turn.head.length > maxBareQuestion || !(isQuestion(turn) || asksSomething(turn.head))) return false;
  const topical = terms.filter(({ weight }) => weight === 1).map(({ text }) => text);
  if (topical.length === 0 || !topical.every((text) => found.includes(text))) return false;
  const known = new Set(terms.map(({ text }) => text));
  return analyseQuery(turn.head).terms.every(({ text }) => known.has(text));
}

/** Few words seldom answer, and people who tell of themselves, or of an amount where one is asked for, often do. */
function answerFactor({ head }: Turn, { asksHowMany }: RecallPlan): number {
  const fullness = Math.min(Math.log1p(lengthInWords(head.slice(0, headOfWords))), fullOf) - usualOf;
  return (
    1 +
    weights.fullness * fullness +
    (tellsOfOneself(head) ? weights.ofOneself : 0) +
    (asksHowMany && hasAmount(head) ? weights.amount : 0)
  );
}

function windowOf(turn: Turn): Turn[] {
  return [turn.previous?.previous, turn.previous, turn, turn.next, turn.next?.next].filter(
    (each) => each !== undefined,
  );
}

/** The sum of its terms' scores; a memory that holds every term comes before one that repeats a few. */
function ownScore(scores: Float64Array, { terms }: RecallPlan): number {
  let asked = 0;
  let held = 0;
  for (const [index, { weight }] of terms.entries()) {
    asked += weight;
    if (scores[index]) held += weight;
  }
  return asked > 0 ? sum(scores) * (1 - weights.coverage + (weights.coverage * held) / asked) : 0;
}

/** The strongest score of each term among several turns, added up. */
function sumOfStrongest(scores: readonly Float64Array[], terms: number): number {
  let total = 0;
  for (let term = 0; term < terms; term++) {
    let best = 0;
    for (const each of scores) best = Math.max(best, each[term] ?? 0);
    total += best;
  }
  return total;
}

function sum(scores: Float64Array): number {
  let total = 0;
  for (const score of scores) total += score;
  return total;
}

function normalised(scores: readonly number[]): number[] {
  const most = Math.max(0, ...scores);
  return most > 0 ? scores.map((score) => score / most) : [...scores];
}
