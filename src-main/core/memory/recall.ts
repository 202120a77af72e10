import type { MemoryHit, MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { foldText } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { readTurns, type Turn, withNeighbours } from './conversation.ts';
import { type Evidence, evidenceOfText, latestSaid } from './evidence.ts';
import { endsOf, outdatedAmong, withCurrentFirst } from './facts/current.ts';
import { filterSql, type MarkedMemories, needsDatabase, readMarks, showsNeverUse } from './filter.ts';
import { type Nearness, nearnessOf, withBestOfEach } from './fusion.ts';
import { type Answer, hitOf, whyFound } from './hit.ts';
import { marksOf, pinnedFirst } from './marks.ts';
import { planQuery, type RecallPlan } from './plan.ts';
import { isQuestion, type Ranked, rank } from './ranking.ts';
import type { Saying } from './saying.ts';
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
  /** Memories that are near the query in meaning, with their cosines, the nearest first; none where no embedder is there. */
  near?: readonly { id: number; score: number }[] | undefined;
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
    const nearness = options.near && options.near.length > 0 ? nearnessOf(options.near) : undefined;
    const { answers, evidence, byLevel } = answersTo(plan, query, { marks, nearness });
    const best = Math.max(0, ...answers.map(({ score }) => score)) || 1;
    const mayAnswer = (turn: Turn): boolean =>
      (exclude_message_id === undefined || turn.message_id !== exclude_message_id) &&
      evidence.exact?.has(turn.seq) !== false &&
      (verbatim || !isTheQuestion(turn, query.query));
    const order = byLevel
      ? withBestOfEach(
          answers.filter(({ turn, score }) => score > 0 && mayAnswer(turn)),
          byLevel,
          query.k,
        )
      : answers;
    const found: Answer[] = [];
    for (const answer of order) {
      if (found.length === query.k) break;
      if (answer.score > 0 && mayAnswer(answer.turn)) found.push(answer);
    }
    // Who asks for a time, for words in quotes or for what somebody said wants just that, and not how things are today.
    const asksForNow = plan.spans.length === 0 && evidence.exact === null && plan.saying === null;
    const outdated = outdatedAmong(
      reader,
      found.map(({ turn }) => turn.seq),
    );
    const later =
      outdated.length === 0
        ? []
        : readTurns(
            reader,
            outdated.map(({ by }) => by),
            filterSql(query, marks),
          );
    const endedBy = endsOf(outdated, later);
    const ordered = asksForNow
      ? withCurrentFirst(found, { outdated, later: later.filter(mayAnswer), question: query.query })
      : found;
    const hits = ordered.slice(0, query.k).flatMap((answer) => {
      const { seq } = answer.turn;
      const why = whyFound(answer, evidence, plan, nearness);
      const hit = hitOf(reader, seq, { ...why, score: answer.score / best, ...marksOf(seq, marks) }, plan);
      return hit ? [{ ...hit, superseded_by: endedBy.get(seq) ?? null }] : [];
    });
    return { hits, saying: plan.saying };
  }

  function answersTo(
    plan: RecallPlan,
    query: MemoryQuery,
    { marks, nearness }: { marks: MarkedMemories; nearness: Nearness | undefined },
  ): Answers {
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
    const near = [...(nearness?.keys() ?? [])];
    const anchors = readTurns(reader, [...new Set([...evidence.best(maxAnchors), ...near])], filter);
    const turns = withNeighbours(reader, anchors, filter, evidence.neighboursOf);
    const answers = pinnedFirst(rank(turns, evidence, plan, nearness), marks);
    if (!nearness) return { answers, evidence };
    const seqsOf = (ranked: readonly Ranked[]): number[] => ranked.map(({ turn }) => turn.seq);
    return { answers, evidence, byLevel: [seqsOf(rank(turns, evidence, plan)), near] };
  }
}

const nobody: ReadonlySet<number> = new Set();

interface Answers {
  answers: readonly Answer[];
  evidence: Pick<Evidence, 'foundIn' | 'exact'>;
  /** Where meaning had a say: the order without it, and its own. */
  byLevel?: readonly (readonly number[])[];
}

const noEvidence: Pick<Evidence, 'foundIn' | 'exact'> = { foundIn: () => [], exact: null };

/** True for the question itself: it asks, in the same words, whatever their case, width and punctuation. */
function isTheQuestion(turn: Turn, question: string): boolean {
  if (turn.head.length > 2 * question.length || comparable(turn.head) !== comparable(question)) return false;
  return isQuestion(turn) || asksSomething(turn.head);
}

/** A text without case, width, spaces and punctuation: two that are equal here say the same words. */
const comparable = (text: string): string => foldText(text).replace(/[^\p{L}\p{N}]+/gu, '');
