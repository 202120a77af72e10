import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { isGram, type QueryPart, type Token } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { Best } from './best.ts';
import { neighbourReach, sittingGapMs } from './conversation.ts';
import { type Evidence, enoughWhole, exactHolders, othersOf, partWeight } from './evidence.ts';
import type { FilterSql } from './filter.ts';
import type { PlannedTerm, RecallPlan } from './plan.ts';
import { idKey } from './terms/key.ts';
import { type Docs, indexOf, maxSegmentSize, type Segment } from './terms/segment.ts';
import { neighboursIn } from './terms/sequence.ts';
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
    // Ranking asks for the same memory many times: for itself, for those next to it and for its sitting.
    scoresOf: remembered((seq: number) => scoresAt(index.find(seq))),
    foundIn: remembered((seq: number) => foundAt(index.find(seq))),
    best: (count) => [...new Set(exact ?? [...strongest(count), ...others])],
    exact,
    neighboursOf: (turn, side) =>
      neighboursIn(index.segments, masks, turn, {
        side,
        count: neighbourReach,
        reachMs: neighbourReach * sittingGapMs,
      }),
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

  /**
   * The memories with the highest sums over all terms, best first, the later one where equal. The rarest terms come first:
   * where all that follow cannot bring a memory among the best, they only add to those that are looked at anyway (MaxScore;
   * Turtle and Flood, 1995).
   */
  function strongest(count: number): number[] {
    const best = new Best(count);
    const byBound = ways
      .map((waysOfTerm) => ({ waysOfTerm, bound: waysOfTerm.reduce((total, way) => total + boundOf(way), 0) }))
      .sort((one, other) => other.bound - one.bound);
    index.segments.forEach(({ docs }, at) => {
      const mask = masks[at];
      let touched = 0;
      let rest = byBound.reduce((total, { bound }) => total + bound, 0);
      for (const { waysOfTerm, bound } of byBound) {
        touched = addUp(waysOfTerm, docs, at, { touched, takesNew: rest >= best.floor });
        rest -= bound;
      }
      for (let each = 0; each < touched; each++) {
        const slot = scratch.touched[each] as number;
        const total = scratch.totals[slot] as number;
        scratch.totals[slot] = 0;
        if (total >= best.floor && (!mask || mask[slot])) best.offer(total, docs.seqs[slot] as number);
      }
    });
    return best.take().map(({ id }) => id);
  }

  /** Adds a term to the sums in `scratch`; answers how many memories of the segment have one now. */
  function addUp(
    waysOfTerm: readonly Way[],
    docs: Docs,
    at: number,
    { touched, takesNew }: { touched: number; takesNew: boolean },
  ): number {
    const hasParts = waysOfTerm.some(({ isPart }) => isPart);
    let size = touched;
    if (hasParts) scratch.whole.fill(0);
    for (const way of waysOfTerm) {
      const { count, slots, times } = way.matches.bySegment[at] ?? nothing;
      for (let posting = 0; posting < count; posting++) {
        const slot = slots[posting] as number;
        const total = scratch.totals[slot] as number;
        if (total === 0 && !takesNew) continue;
        if (way.isPart && scratch.whole[slot]) continue;
        if (hasParts && !way.isPart) scratch.whole[slot] = 1;
        if (total === 0) scratch.touched[size++] = slot;
        scratch.totals[slot] = total + scoreOf(way, times[posting] as number, docs.lengths[slot] as number);
      }
    }
    return size;
  }
}

/** No memory gets more for a term. */
const boundOf = ({ weight, rarity }: Way): number => weight * rarity * (k1 + 1);

/** For one segment at a time; the totals are 0 between two of them. */
const scratch = {
  totals: new Float64Array(maxSegmentSize),
  touched: new Uint16Array(maxSegmentSize),
  whole: new Uint8Array(maxSegmentSize),
};

function remembered<T>(compute: (seq: number) => T): (seq: number) => T {
  const known = new Map<number, T>();
  return (seq) => {
    if (known.has(seq)) return known.get(seq) as T;
    const value = compute(seq);
    known.set(seq, value);
    return value;
  };
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
export function maskOf({ docs }: Segment, { from, to, filter }: MemoryQuery): Uint8Array | null {
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
