import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { isGram, type QueryPart, type Token } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { type Evidence, enoughWhole, exactHolders, othersOf, partWeight } from './evidence.ts';
import type { FilterSql } from './filter.ts';
import type { PlannedTerm, RecallPlan } from './plan.ts';
import { idKey } from './terms/key.ts';
import type { Segment } from './terms/segment.ts';
import { indexOf } from './terms/segment.ts';
import type { Matches, Place, TermIndex } from './terms/term-index.ts';

/**
 * BM25 (Robertson and Zaragoza, 2009). The texts are short and of like length, so that a word said twice says little more
 * and a long text is hardly held against it.
 */
const k1 = 0.9;
const b = 0.4;
/** A pair of characters against a word that a dictionary cut. */
const gramWeight = 0.5;

/** One way in which memories may hold a term. */
interface Way {
  text: string;
  matches: Matches;
  weight: number;
  rarity: number;
  /** Times count half where the tokens are characters. */
  timesWeight: number;
  isPart: boolean;
}

/** What the words of memories say for them, by the index in main memory: of every memory, and not only of the best. */
export function evidenceOfTerms(
  index: TermIndex,
  reader: Reader,
  plan: RecallPlan,
  { filter, query, leftOut }: { filter: FilterSql; query: MemoryQuery; leftOut: ReadonlySet<number> },
): Evidence {
  const ways = plan.terms.map((term) => waysOf(index, term));
  const meanLength = index.meanLength;
  const masks = index.segments.map((segment) => maskOf(segment, query));
  for (const seq of leftOut) {
    const place = index.find(seq);
    const segment = place && index.segments[place.segment];
    if (segment) (masks[place.segment] ??= new Uint8Array(segment.docs.size).fill(1))[place.slot] = 0;
  }
  const exact = exactHolders(reader, plan.passages, filter, (terms, limit) => seqsHolding(index, terms, masks, limit));
  const others = othersOf(reader, plan, filter);

  return {
    scoresOf: (seq) => scoresAt(index.find(seq)),
    foundIn: (seq) => foundAt(index.find(seq)),
    best: (count) => [...new Set(exact ?? [...strongest(count), ...others])],
    exact,
  };

  function scoresAt(place: Place | null): Float64Array | undefined {
    if (!place) return undefined;
    return Float64Array.from(ways, (waysOfTerm) => scoreOfTerm(waysOfTerm, place));
  }

  function scoreOfTerm(waysOfTerm: readonly Way[], place: Place): number {
    let score = 0;
    let isWhole = false;
    for (const way of waysOfTerm) {
      if (way.isPart && isWhole) break;
      const times = timesAt(way.matches, place);
      if (times === 0) continue;
      isWhole ||= !way.isPart;
      score += scoreOf(way, times, index.segments[place.segment]?.docs.lengths[place.slot] ?? 0);
    }
    return score;
  }

  function scoreOf({ weight, rarity, timesWeight }: Way, times: number, length: number): number {
    const counted = times * timesWeight;
    return (weight * rarity * counted * (k1 + 1)) / (counted + k1 * (1 - b + (b * length) / meanLength));
  }

  function foundAt(place: Place | null): string[] {
    if (!place) return [];
    const found = new Set<string>();
    for (const waysOfTerm of ways) {
      let isWhole = false;
      for (const { isPart, text, matches } of waysOfTerm) {
        if ((isPart && isWhole) || timesAt(matches, place) === 0) continue;
        isWhole ||= !isPart;
        found.add(text);
      }
    }
    return [...found];
  }

  /** The memories with the highest sums over all terms, best first, the later one where equal. */
  function strongest(count: number): number[] {
    const best = createBest(count);
    index.segments.forEach((segment, at) => {
      const totals = totalsIn(segment, at);
      const mask = masks[at];
      for (let slot = 0; slot < totals.length; slot++) {
        const total = totals[slot] as number;
        if (total > 0 && (!mask || mask[slot])) best.offer(total, segment.docs.seqs[slot] as number);
      }
    });
    return best.take();
  }

  function totalsIn({ docs }: Segment, at: number): Float64Array {
    const totals = new Float64Array(docs.size);
    const whole = new Uint8Array(docs.size);
    for (const waysOfTerm of ways) {
      const hasParts = waysOfTerm.some(({ isPart }) => isPart);
      if (hasParts) whole.fill(0);
      for (const way of waysOfTerm) {
        const { count, slots, times } = way.matches.bySegment[at] ?? nothing;
        for (let posting = 0; posting < count; posting++) {
          const slot = slots[posting] as number;
          if (way.isPart && whole[slot]) continue;
          if (hasParts && !way.isPart) whole[slot] = 1;
          totals[slot] =
            (totals[slot] as number) + scoreOf(way, times[posting] as number, docs.lengths[slot] as number);
        }
      }
    }
    return totals;
  }
}

const nothing = { count: 0, slots: new Uint16Array(0), times: new Uint8Array(0) };

/** The ways of the whole term first, then those of its parts, which count where the whole does not stand. */
function waysOf(index: TermIndex, term: PlannedTerm): Way[] {
  const wayOf = (text: string, tokens: readonly Token[], weight: number, isPart: boolean): Way => {
    const matches = index.matches(tokens);
    return {
      text,
      matches,
      weight: term.weight * weight,
      rarity: rarityOf(matches.count, index.size),
      timesWeight: tokens.every(isGram) ? gramWeight : 1,
      isPart,
    };
  };
  const waysOfPart = ({ text, tokens }: QueryPart, weight: number, isPart: boolean) =>
    tokens.map((each) => wayOf(text, each, weight, isPart)).filter(({ matches }) => matches.count > 0);
  const whole = waysOfPart(term, 1, false);
  const most = whole.reduce((count, { matches }) => Math.max(count, matches.count), 0);
  if (most >= enoughWhole) return whole;
  return [...whole, ...term.parts.flatMap((part) => waysOfPart(part, partWeight, true))];
}

/** Of a word in most memories a little is left, as FTS5 does it: it still tells who has it from who has not. */
const rarityOf = (count: number, size: number): number =>
  Math.max(1e-6, Math.log((size - count + 0.5) / (count + 0.5)));

function timesAt({ bySegment }: Matches, { segment, slot }: Place): number {
  const found = bySegment[segment];
  const at = found ? indexOf(found.slots, slot, found.count) : -1;
  return found?.times[at] ?? 0;
}

function seqsHolding(
  index: TermIndex,
  terms: readonly QueryPart[],
  masks: readonly (Uint8Array | null)[],
  limit: number,
): number[] {
  // The last way to have a term is the one that every text with the term has.
  const { bySegment } = index.matches(terms.flatMap(({ tokens }) => tokens.at(-1) ?? []));
  const seqs: number[] = [];
  for (let at = bySegment.length - 1; at >= 0; at--) {
    const { count, slots } = bySegment[at] ?? nothing;
    for (let posting = count - 1; posting >= 0 && seqs.length < limit; posting--) {
      const slot = slots[posting] as number;
      if (masks[at]?.[slot] === 0) continue;
      seqs.push(index.segments[at]?.docs.seqs[slot] as number);
    }
  }
  return seqs;
}

/** Which memories of a segment a query's filter lets answer; null where it lets all. Ids are compared by their keys. */
function maskOf({ docs }: Segment, { from, to, filter }: MemoryQuery): Uint8Array | null {
  const since = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
  const until = to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to);
  const ids = [
    { column: docs.senders, id: filter?.sender_id },
    { column: docs.conversations, id: filter?.conversation_id },
    { column: docs.subjects, id: filter?.subject },
    { column: docs.platforms, id: filter?.platform },
  ].flatMap(({ column, id }) => (id === undefined ? [] : [{ column, key: idKey(id) }]));
  const person = filter?.person === undefined ? null : idKey(filter.person);
  const isOfPerson = (slot: number) =>
    person === null || docs.senders[slot] === person || docs.subjects[slot] === person;
  if (ids.length === 0 && person === null && from === undefined && to === undefined) return null;
  return Uint8Array.from({ length: docs.size }, (_, slot) => {
    const at = docs.createdAt[slot] as number;
    const isLetIn = at >= since && at <= until && isOfPerson(slot);
    return isLetIn && ids.every(({ column, key }) => column[slot] === key) ? 1 : 0;
  });
}

/** Keeps the `count` highest of what it is offered: a heap with the lowest of them at the top. */
function createBest(count: number) {
  const scores: number[] = [];
  const seqs: number[] = [];
  const isBelow = (a: number, b: number): boolean =>
    (scores[a] as number) < (scores[b] as number) ||
    (scores[a] === scores[b] && (seqs[a] as number) < (seqs[b] as number));
  const swap = (a: number, b: number): void => {
    [scores[a], scores[b]] = [scores[b] as number, scores[a] as number];
    [seqs[a], seqs[b]] = [seqs[b] as number, seqs[a] as number];
  };
  const sink = (from: number): void => {
    let at = from;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < scores.length && isBelow(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0 && isBelow(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
  };
  return {
    offer(score: number, seq: number): void {
      if (scores.length < count) {
        scores.push(score);
        seqs.push(seq);
        rise(scores.length - 1);
      } else if (score > (scores[0] as number) || (score === scores[0] && seq > (seqs[0] as number))) {
        scores[0] = score;
        seqs[0] = seq;
        sink(0);
      }
    },
    take: (): number[] =>
      seqs
        .map((seq, at) => ({ seq, score: scores[at] as number }))
        .sort((one, other) => other.score - one.score || other.seq - one.seq)
        .map(({ seq }) => seq),
  };
}
