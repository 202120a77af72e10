import { analyseQuery, holdsPassage, type QueryPart, type QueryTerm } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import type { NeighboursOf } from './conversation.ts';
import type { FilterSql } from './filter.ts';
import { isAboutSubject, type PlannedTerm, type RecallPlan } from './plan.ts';
import type { Saying } from './saying.ts';
import type { Span } from './time.ts';

const maxCandidates = 2_000;
const maxPerTerm = 1_000;
const maxPerPart = 300;
/** Rows that hold every term; they are candidates even where each term alone has too many. */
const maxHoldingAll = 500;
const maxByTime = 200;
const maxBySender = 200;
const maxPassageRows = 500;
/** A term that stands in this many memories needs no help from its pieces. */
export const enoughWhole = 20;
/** Another form of a term, against the form that was asked for: each has a rarity of its own, which says too much of it. */
const formWeight = 0.5;
/** A piece of a term, against the term itself. */
export const partWeight = 0.35;

/** What the words of each candidate say for it. */
export interface Evidence {
  /** bm25 of each term of the plan in this memory, 0 where it is missing. */
  scoresOf(seq: number): Float64Array | undefined;
  /** The terms, or pieces of terms, that stand in this memory. */
  foundIn(seq: number): readonly string[];
  /** The best candidates by their own words, then those that only time or sender brought. */
  best(count: number): number[];
  /** Memories that hold every quoted passage exactly; null when none is asked for or none does. */
  exact: ReadonlySet<number> | null;
  /** What stands next to a memory, where the evidence knows that without asking the database. */
  neighboursOf?: NeighboursOf;
}

interface Candidate {
  scores: Float64Array;
  found: Set<string>;
}

interface Scored {
  seq: number;
  score: number;
}

/** Looks the plan's terms up in the database's full-text index: all together, and each alone. At most 2,000 candidates. */
export function evidenceOfText(reader: Reader, plan: RecallPlan, filter: FilterSql): Evidence {
  const { terms } = plan;
  const candidates = new Map<number, Candidate>();
  const candidate = (seq: number): Candidate => {
    const known = candidates.get(seq);
    if (known) return known;
    const fresh = { scores: new Float64Array(terms.length), found: new Set<string>() };
    candidates.set(seq, fresh);
    return fresh;
  };

  terms.forEach((term, index) => addTerm(reader, term, index, filter, candidate));
  addHoldingAll(reader, terms, filter, candidate);
  const others = othersOf(reader, plan, filter);
  const kept = strongest(candidates, maxCandidates);
  const exact = exactHolders(reader, plan.passages, filter, (passageTerms, limit) =>
    matching(reader, passageTerms.map(({ match }) => match).join(' AND '), filter, limit).map(({ seq }) => seq),
  );

  return {
    scoresOf: (seq) => kept.get(seq)?.scores,
    foundIn: (seq) => [...(kept.get(seq)?.found ?? [])],
    best: (count) => [...new Set(exact ?? [...[...kept.keys()].slice(0, count), ...others])],
    exact,
  };
}

/** Memories that only their time or their sender brings. */
export const othersOf = (reader: Reader, plan: RecallPlan, filter: FilterSql): number[] => [
  ...plan.spans.flatMap((span) => seqsWithin(reader, span, filter)),
  ...[...plan.senders].flatMap((sender) => (isAboutSubject(plan) ? [] : seqsOfSender(reader, sender, filter))),
];

function addTerm(
  reader: Reader,
  term: PlannedTerm,
  index: number,
  filter: FilterSql,
  candidate: (seq: number) => Candidate,
): void {
  const whole = new Set<number>();
  const add = ({ text, match }: QueryPart, weight: number, limit: number) => {
    for (const { seq, score } of matching(reader, match, filter, limit)) {
      if (text === term.text) whole.add(seq);
      else if (whole.has(seq)) continue;
      const { scores, found } = candidate(seq);
      scores[index] = (scores[index] ?? 0) + term.weight * weight * score;
      found.add(text);
    }
  };
  add(term, 1, maxPerTerm);
  for (const form of term.forms) add(form, formWeight, maxPerTerm);
  if (whole.size >= enoughWhole) return;
  for (const part of term.parts) add(part, partWeight, maxPerPart);
}

function addHoldingAll(
  reader: Reader,
  terms: readonly PlannedTerm[],
  filter: FilterSql,
  candidate: (seq: number) => Candidate,
): void {
  const topical = terms.flatMap((term, index) => (term.weight === 1 ? [{ ...term, index }] : []));
  if (topical.length < 2) return;
  const all = topical.map(inAnyForm).join(' AND ');
  for (const { seq, score } of matching(reader, all, filter, maxHoldingAll)) {
    const { scores, found } = candidate(seq);
    const missing = topical.filter(({ index }) => scores[index] === 0);
    const known = topical.reduce((sum, { index }) => sum + (scores[index] ?? 0), 0);
    // bm25 is a sum over terms, so what the terms did not find one by one is the rest of it.
    for (const { index, text } of missing) {
      scores[index] = Math.max(0, score - known) / missing.length;
      found.add(text);
    }
  }
}

const inAnyForm = ({ match, forms }: QueryTerm): string =>
  `(${[match, ...forms.map((form) => form.match)].join(' OR ')})`;

function matching(reader: Reader, match: string, filter: FilterSql, limit: number): Scored[] {
  if (filter.sql === '') {
    return reader.all<Scored>(
      'SELECT rowid AS seq, -rank AS score FROM memory_fts WHERE memory_fts MATCH ? ORDER BY rank LIMIT ?',
      match,
      limit,
    );
  }
  return reader.all<Scored>(
    `SELECT f.rowid AS seq, -f.rank AS score FROM memory_fts f CROSS JOIN memories m ON m.seq = f.rowid
     WHERE f.memory_fts MATCH ?${filter.sql} ORDER BY f.rank LIMIT ?`,
    match,
    ...filter.values,
    limit,
  );
}

function seqsWithin(reader: Reader, { from, to }: { from: number; to: number }, filter: FilterSql): number[] {
  return reader
    .all<{ seq: number }>(
      `SELECT m.seq FROM memories m WHERE m.created_at >= ? AND m.created_at < ? AND m.forgotten_at IS NULL${filter.sql}
       ORDER BY m.created_at DESC LIMIT ${maxByTime}`,
      from,
      to,
      ...filter.values,
    )
    .map(({ seq }) => seq);
}

function seqsOfSender(reader: Reader, sender: string, filter: FilterSql): number[] {
  return reader
    .all<{ seq: number }>(
      `SELECT m.seq FROM memories m WHERE m.sender_id = ? AND m.forgotten_at IS NULL${filter.sql}
       ORDER BY m.seq DESC LIMIT ${maxBySender}`,
      sender,
      ...filter.values,
    )
    .map(({ seq }) => seq);
}

/** What people said last, the newest first; within the times, where there are any. */
export function latestSaid(
  reader: Reader,
  { sayers }: Saying,
  spans: readonly Span[],
  filter: FilterSql,
  limit: number,
): number[] {
  const within = spans.map(() => '(m.created_at >= ? AND m.created_at < ?)').join(' OR ');
  return reader
    .all<{ seq: number }>(
      `SELECT m.seq FROM memories m WHERE m.sender_id IN (SELECT value FROM json_each(?))
         AND m.forgotten_at IS NULL${within === '' ? '' : ` AND (${within})`}${filter.sql}
       ORDER BY m.created_at DESC, m.seq DESC LIMIT ?`,
      JSON.stringify([...sayers]),
      ...spans.flatMap(({ from, to }) => [from, to]),
      ...filter.values,
      limit,
    )
    .map(({ seq }) => seq);
}

function strongest(candidates: ReadonlyMap<number, Candidate>, count: number): Map<number, Candidate> {
  const total = ({ scores }: Candidate) => scores.reduce((sum, score) => sum + score, 0);
  const sorted = [...candidates].map(([seq, candidate]) => ({ seq, candidate, total: total(candidate) }));
  sorted.sort((a, b) => b.total - a.total || b.seq - a.seq);
  return new Map(sorted.slice(0, count).map(({ seq, candidate }) => [seq, candidate]));
}

/** The memories that hold each passage letter by letter; null when none is asked for or none does. */
export function exactHolders(
  reader: Reader,
  passages: readonly string[],
  filter: FilterSql,
  holding: (terms: readonly QueryTerm[], limit: number) => readonly number[],
): Set<number> | null {
  const terms = passages.flatMap((passage) => analyseQuery(passage).terms);
  if (terms.length === 0) return null;
  const holders = holding(terms, maxPassageRows).filter((seq) => {
    const row = reader.get<{ content: string }>(
      `SELECT m.content FROM memories m WHERE m.seq = ? AND m.forgotten_at IS NULL${filter.sql}`,
      seq,
      ...filter.values,
    );
    return row !== undefined && passages.every((passage) => holdsPassage(row.content, passage));
  });
  return holders.length > 0 ? new Set(holders) : null;
}
