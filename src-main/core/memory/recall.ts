import type { MemoryHit, MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { isoTime } from '../foundation/clock.ts';
import { foldText } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { readTurns, type Turn, withNeighbours } from './conversation.ts';
import { type Evidence, evidenceOfText, latestSaid } from './evidence.ts';
import { endsOf, outdatedAmong, withCurrentFirst } from './facts/current.ts';
import { filterSql } from './filter.ts';
import { type Nearness, nearnessOf, withBestOfEach } from './fusion.ts';
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
    const nearness = options.near && options.near.length > 0 ? nearnessOf(options.near) : undefined;
    const { answers, evidence, byLevel } = answersTo(plan, query, nearness);
    const best = answers[0]?.score ?? 1;
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
      if (found.length === query.k || answer.score <= 0) break;
      if (mayAnswer(answer.turn)) found.push(answer);
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
            filterSql(query),
          );
    const endedBy = endsOf(outdated, later);
    const ordered = asksForNow
      ? withCurrentFirst(found, { outdated, later: later.filter(mayAnswer), question: query.query })
      : found;
    const hits = ordered.slice(0, query.k).flatMap((answer) => {
      const { seq } = answer.turn;
      const hit = hitOf(reader, seq, answer.score / best, whyFound(answer, evidence, nearness), plan);
      return hit ? [{ ...hit, superseded_by: endedBy.get(seq) ?? null }] : [];
    });
    return { hits, saying: plan.saying };
  }

  function answersTo(plan: RecallPlan, query: MemoryQuery, nearness: Nearness | undefined): Answers {
    const filter = filterSql(query);
    if (plan.saying?.topic.length === 0) {
      // One more than asked for: the question itself may be among them.
      const turns = readTurns(reader, latestSaid(reader, plan.saying, plan.spans, filter, query.k + 1), filter);
      return {
        answers: turns.map((turn) => ({ turn, score: 1, inTime: plan.spans.length > 0 })),
        evidence: noEvidence,
      };
    }
    const evidence = terms?.isReady()
      ? evidenceOfTerms(terms.index, reader, plan, { filter, query })
      : evidenceOfText(reader, plan, filter);
    const near = [...(nearness?.keys() ?? [])];
    const anchors = readTurns(reader, [...new Set([...evidence.best(maxAnchors), ...near])], filter);
    const turns = withNeighbours(reader, anchors, filter, evidence.neighboursOf);
    const answers = rank(turns, evidence, plan, nearness);
    if (!nearness) return { answers, evidence };
    const seqsOf = (ranked: readonly Ranked[]): number[] => ranked.map(({ turn }) => turn.seq);
    return { answers, evidence, byLevel: [seqsOf(rank(turns, evidence, plan)), near] };
  }
}

type Answer = Pick<Ranked, 'turn' | 'score' | 'inTime'>;

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

type HitRow = Omit<MemoryHit, 'created_at' | 'metadata' | 'score' | 'matched' | 'terms' | 'superseded_by'> & {
  created_at: number;
  metadata: string;
};

function hitOf(
  reader: Reader,
  seq: number,
  score: number,
  { matched, terms }: Pick<MemoryHit, 'matched' | 'terms'>,
  plan: RecallPlan,
): Omit<MemoryHit, 'superseded_by'> | null {
  const row = reader.get<HitRow>(
    `SELECT id, external_id, content, created_at, sender_id, conversation_id, platform, message_id, metadata
     FROM memories WHERE seq = ? AND forgotten_at IS NULL AND sensitive < 2`,
    seq,
  );
  // Erased since it was ranked: then it is no answer.
  if (!row) return null;
  return {
    ...row,
    created_at: isoTime(row.created_at),
    metadata: JSON.parse(row.metadata),
    score,
    matched,
    terms: asWritten(terms, row.content, plan),
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

function whyFound(
  { turn, inTime }: Answer,
  evidence: Pick<Evidence, 'foundIn'>,
  nearness: Nearness | undefined,
): Pick<MemoryHit, 'matched' | 'terms'> {
  const terms = [...evidence.foundIn(turn.seq)];
  const matched: MemoryHit['matched'] = [
    ...(terms.length > 0 ? (['keyword'] as const) : []),
    ...(nearness?.has(turn.seq) ? (['semantic'] as const) : []),
    ...(inTime ? (['time'] as const) : []),
  ];
  // Without words of its own, it stands where the words are.
  return { terms, matched: matched.length > 0 ? matched : ['keyword'] };
}
