import { MatchReason, type MemoryHit, type MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { isoTime } from '../foundation/clock.ts';
import { foldText } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { readTurns, type Turn, withNeighbours } from './conversation.ts';
import { type Evidence, evidenceOfText, latestSaid } from './evidence.ts';
import { filterSql, type MarkedMemories, needsDatabase, readMarks, showsNeverUse } from './filter.ts';
import { planQuery, type RecallPlan } from './plan.ts';
import { isQuestion, type Ranked, rank } from './ranking.ts';
import { isPartOfName, type Saying } from './saying.ts';
import { evidenceOfTerms } from './term-evidence.ts';
import type { TermFollower } from './terms/follow.ts';
import { asksSomething, type ReadTimes } from './time.ts';

/** How many of the best candidates are looked at within their conversations. */
const maxAnchors = 150;

export interface RecallDeps {
  reader: Reader;
  /** Finds the times a query speaks of; without it, time words are words like others. */
  readTimes?: ReadTimes | undefined;
  /** The words of all memories in main memory; while they are not ready the database's own index answers. */
  terms?: Pick<TermFollower, 'isReady' | 'index'> | undefined;
}

export interface RecallOptions {
  /** Milliseconds; what "last week" is measured from when the query has no `now` of its own. */
  now: number;
  /** The message being worked: it is the question, not an answer. */
  exclude_message_id?: string | undefined;
  /** The query is a text to find, also where it is a question that somebody asked. */
  verbatim?: boolean | undefined;
  /** The sender of the query: the one that "I" means in it. */
  asker?: string | undefined;
}

export interface Recalled {
  hits: MemoryHit[];
  /** Set where the query asks what somebody said; with no topic in it the hits are what they said last. */
  saying: Saying | null;
}

export type Recall = ReturnType<typeof createRecall>;

/** Finds the memories that answer a question. Synchronous, for a worker thread with its own read-only connection. */
export function createRecall({ reader, readTimes, terms }: RecallDeps) {
  return {
    /** At most `k` hits, best first, with scores relative to the best one (1). */
    search: (query: MemoryQuery, options: RecallOptions): MemoryHit[] => recall(query, options).hits,
    recall,
  };

  /** The hits of a search, with how the query was read. */
  function recall(query: MemoryQuery, options: RecallOptions): Recalled {
    const { now, exclude_message_id, verbatim = false, asker } = options;
    const plan = planQuery(query, {
      reader,
      readTimes,
      now: query.now === undefined ? now : Date.parse(query.now),
      asker,
    });
    const marks = readMarks(reader);
    const { answers, evidence } = answersTo(plan, query, marks);
    const best = Math.max(0, ...answers.map(({ score }) => score)) || 1;
    const hits: MemoryHit[] = [];
    for (const answer of answers) {
      const { turn, score } = answer;
      if (hits.length === query.k) break;
      if (score <= 0) continue;
      if (exclude_message_id !== undefined && turn.message_id === exclude_message_id) continue;
      if (evidence.exact?.has(turn.seq) === false || (!verbatim && isTheQuestion(turn, query.query))) continue;
      const why = whyFound(answer, evidence, plan);
      const hit = hitOf(reader, turn.seq, { ...why, score: score / best, ...marksOf(turn.seq, marks) }, plan);
      if (hit) hits.push(hit);
    }
    return { hits, saying: plan.saying };
  }

  function answersTo(plan: RecallPlan, query: MemoryQuery, marks: MarkedMemories) {
    const filter = filterSql(query, marks);
    const leftOut = showsNeverUse(query) ? nobody : marks.neverUse;
    if (plan.saying?.topic.length === 0) {
      // One more than asked for: the question itself may be among them.
      const turns = readTurns(reader, latestSaid(reader, plan.saying, plan.spans, filter, query.k + 1), filter);
      return {
        answers: turns.map((turn) => ({ turn, score: 1, inTime: plan.spans.length > 0 })),
        evidence: noEvidence,
      };
    }
    const evidence =
      !needsDatabase(query) && terms?.isReady()
        ? evidenceOfTerms(terms.index, reader, plan, { filter, query, leftOut })
        : evidenceOfText(reader, plan, filter);
    const turns = withNeighbours(reader, readTurns(reader, evidence.best(maxAnchors), filter), filter);
    return { answers: pinnedFirst(rank(turns, evidence, plan), marks), evidence };
  }
}

const nobody: ReadonlySet<number> = new Set();

const marksOf = (seq: number, { pinned, neverUse }: MarkedMemories): Pick<MemoryHit, 'pinned' | 'never_use'> => ({
  pinned: pinned.has(seq),
  never_use: neverUse.has(seq),
});

/** Scores that differ by less than this part of the best one are equal to a reader. */
const equalWithin = 0.02;

/** Among equals, those that somebody pinned come first; the order is otherwise that of the scores. */
function pinnedFirst(answers: readonly Ranked[], { pinned }: MarkedMemories): readonly Ranked[] {
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

const noEvidence: Pick<Evidence, 'foundIn' | 'exact'> = { foundIn: () => [], exact: null };

/** True for the question itself: it asks, in the same words, whatever their case, width and punctuation. */
function isTheQuestion(turn: Turn, question: string): boolean {
  if (turn.head.length > 2 * question.length || comparable(turn.head) !== comparable(question)) return false;
  return isQuestion(turn) || asksSomething(turn.head);
}

/** A text without case, width, spaces and punctuation: two that are equal here say the same words. */
const comparable = (text: string): string => foldText(text).replace(/[^\p{L}\p{N}]+/gu, '');

type Why = Pick<MemoryHit, 'matched' | 'terms' | 'reasons'>;
type HitRow = Omit<
  MemoryHit,
  'created_at' | 'metadata' | 'score' | 'sensitive' | 'pinned' | 'never_use' | keyof Why
> & { created_at: number; metadata: string; sensitive: number };

function hitOf(
  reader: Reader,
  seq: number,
  found: Why & Pick<MemoryHit, 'score' | 'pinned' | 'never_use'>,
  plan: RecallPlan,
): MemoryHit | null {
  const row = reader.get<HitRow>(
    `SELECT id, external_id, content, created_at, sender_id, conversation_id, platform, message_id, metadata, kind, subject,
       sensitive
     FROM memories WHERE seq = ? AND forgotten_at IS NULL`,
    seq,
  );
  // Erased since it was ranked: then it is no answer.
  if (!row) return null;
  return {
    ...row,
    created_at: isoTime(row.created_at),
    metadata: JSON.parse(row.metadata),
    sensitive: row.sensitive === 1,
    ...found,
    terms: asWritten(found.terms, row.content, plan),
  };
}

/** The terms as the text has them: where it says "bought", that was found and not the "buy" of the question. */
function asWritten(found: readonly string[], content: string, { terms }: RecallPlan): string[] {
  const formsOf = new Map(terms.map(({ text, forms }) => [text, forms.map((form) => form.text)]));
  const written = new Set(foldText(content).match(/[a-z]+/g));
  return found.flatMap((text) => {
    const forms = (formsOf.get(text) ?? []).filter((form) => written.has(form));
    return forms.length > 0 && !written.has(text) ? forms : [text];
  });
}

function whyFound({ turn, inTime }: Ranked, evidence: Pick<Evidence, 'foundIn' | 'exact'>, plan: RecallPlan): Why {
  const terms = [...evidence.foundIn(turn.seq)];
  const words = terms.filter((term) => !isPartOfName(term, plan.names));
  const isFromAsked = turn.sender_id !== null && plan.senders.has(foldText(turn.sender_id));
  const nearby = [turn.previous?.previous, turn.previous, turn.next, turn.next?.next];
  const holds: Record<MatchReason, boolean> = {
    phrase: evidence.exact?.has(turn.seq) === true,
    words: words.length > 0,
    person: isFromAsked || terms.length > words.length,
    time: inTime,
    around: nearby.some(
      (other) => other !== undefined && evidence.foundIn(other.seq).some((term) => !terms.includes(term)),
    ),
  };
  return {
    terms,
    matched: inTime ? (terms.length > 0 ? ['keyword', 'time'] : ['time']) : ['keyword'],
    reasons: MatchReason.options.filter((reason) => holds[reason]),
  };
}
