import type { Token } from '../../language/index.ts';
import { tokenKey } from './key.ts';
import { mergeSegments } from './merge.ts';
import type { Postings } from './postings.ts';
import { indexOf, maxSegmentSize, postingsOf, type Range, type Segment, slotOf, takeOut } from './segment.ts';

/** Memories that hold some tokens, by segment in the order of the index. */
export interface Matches {
  /** How many hold them. */
  count: number;
  bySegment: readonly Postings[];
}

export interface Place {
  segment: number;
  slot: number;
}

/** So many neighbours of like size become one. */
const mergeWidth = 8;
/** A segment that lost this share of its memories is written anew. */
const tooManyDead = 0.2;
/** Changed memories stand apart from the others until there are so many. */
const maxPatched = 4_096;

export type TermIndex = ReturnType<typeof createTermIndex>;

/**
 * Which words stand in which memories, in main memory: segments that are never changed, the newest small, and from time to
 * time merged. Ranges do not overlap; a memory that was changed stands in a segment without a range, and nowhere else.
 */
export function createTermIndex() {
  let segments: Segment[] = [];
  /** What was taken out while a merge goes on: it has to be taken out of what the merge makes as well. */
  let takenOut: Set<number> | null = null;

  const find = (seq: number): Place | null => {
    for (let segment = segments.length - 1; segment >= 0; segment--) {
      const slot = slotOf(segments[segment] as Segment, seq);
      if (slot >= 0) return { segment, slot };
    }
    return null;
  };

  const remove = (seq: number): void => {
    takenOut?.add(seq);
    for (const segment of segments) takeSeqOut(segment, seq);
  };

  const put = (segment: Segment): void => {
    segments.push(segment);
    segments.sort(
      (a, b) => (a.range?.after ?? Number.POSITIVE_INFINITY) - (b.range?.after ?? Number.POSITIVE_INFINITY),
    );
  };

  return {
    get segments(): readonly Segment[] {
      return segments;
    },
    /** Memories, and the mean number of tokens of one. */
    get size(): number {
      return segments.reduce((total, { alive }) => total + alive, 0);
    },
    get meanLength(): number {
      const tokens = segments.reduce((total, segment) => total + segment.tokens, 0);
      return (
        tokens /
        Math.max(
          1,
          segments.reduce((total, { alive }) => total + alive, 0),
        )
      );
    },
    find,
    remove,
    /** Takes a segment with a range of its own, or memories that were changed, which are taken out where they were. */
    add(segment: Segment): void {
      if (segment.range === null) for (const seq of segment.docs.seqs) remove(seq);
      put(segment);
    },
    /** Everything that is indexed no longer is. */
    clear(): void {
      segments = [];
    },
    matches,
    nextMerge,
    /** Merges what `nextMerge` named; when the generator ends the index has the new segment. */
    *merge({ sources, range }: Merge): Generator<void, void> {
      takenOut = new Set();
      try {
        const merged = yield* mergeSegments(sources, range);
        for (const seq of takenOut) takeSeqOut(merged, seq);
        const gone = new Set(sources.filter((source) => range === null || source.range !== null));
        segments = segments.filter((segment) => !gone.has(segment));
        for (const patch of segments.filter((segment) => segment.range === null)) {
          for (const seq of merged.docs.seqs) takeSeqOut(patch, seq);
        }
        segments = segments.filter((segment) => segment.range !== null || segment.alive > 0);
        put(merged);
      } finally {
        takenOut = null;
      }
    },
    /** No number above this one is taken: whatever gets one later is new. */
    endAt(last: number): void {
      for (const { range } of segments)
        if (range !== null && range.upto > last) range.upto = Math.max(range.after, last);
    },
    /** Where the numbers are of which nothing is known yet. */
    gaps(upto: number): Range[] {
      const gaps: Range[] = [];
      let after = 0;
      for (const { range } of segments) {
        if (range === null) continue;
        if (range.after > after) gaps.push({ after, upto: range.after });
        after = Math.max(after, range.upto);
      }
      return upto > after ? [...gaps, { after, upto }] : gaps;
    },
  };

  /** The memories that hold all of these tokens; how often is that of the rarest. */
  function matches(tokens: readonly Token[]): Matches {
    const keys = [...new Set(tokens)].map(tokenKey);
    let count = 0;
    const bySegment = segments.map((segment) => {
      const found = inAll(segment, keys);
      count += found.count;
      return found;
    });
    return { count, bySegment };
  }

  /** What should be merged next, or null. */
  function nextMerge(): Merge | null {
    const ranged = segments.filter((segment): segment is Segment & { range: Range } => segment.range !== null);
    const patches = segments.filter(({ range }) => range === null);
    const isFull = patches.reduce((total, { alive }) => total + alive, 0) > maxPatched;
    const worn = ranged.find(
      ({ docs, alive, range }) =>
        docs.size - alive > tooManyDead * docs.size || (isFull && patches.some((patch) => touches(patch, range))),
    );
    if (worn) {
      return { sources: [worn, ...patches.filter((patch) => touches(patch, worn.range))], range: worn.range };
    }
    if (patches.length >= mergeWidth) return { sources: patches, range: null };
    return smallNeighbours(ranged);
  }
}

/** Segments to be made one; of a range, or of changed memories from anywhere. */
export interface Merge {
  sources: readonly Segment[];
  range: Range | null;
}

const touches = ({ docs }: Segment, { after, upto }: Range): boolean =>
  docs.seqs.some((seq, slot) => docs.live[slot] === 1 && seq > after && seq <= upto);

/** Eight that follow each other without a gap, none larger than the last by much; the oldest first, so that none is left behind. */
function smallNeighbours(ranged: readonly (Segment & { range: Range })[]): Merge | null {
  for (let from = 0; from + mergeWidth <= ranged.length; from++) {
    const group = ranged.slice(from, from + mergeWidth);
    const sizes = group.map(({ alive }) => alive);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const isRow = group.every(({ range }, at) => at === 0 || group[at - 1]?.range.upto === range.after);
    if (!isRow || total > maxSegmentSize || tierOf(Math.max(...sizes)) > tierOf(sizes.at(-1) ?? 0)) continue;
    const [first, last] = [group[0], group.at(-1)];
    if (first && last) return { sources: group, range: { after: first.range.after, upto: last.range.upto } };
  }
  return null;
}

const tierOf = (size: number): number => Math.floor(Math.log2(Math.max(size, mergeWidth)) / 3);

function takeSeqOut(segment: Segment, seq: number): void {
  const slot = slotOf(segment, seq);
  if (slot >= 0) takeOut(segment, slot);
}

function inAll(segment: Segment, keys: readonly number[]): Postings {
  const [rarest, ...others] = keys.map((key) => postingsOf(segment, key)).sort((a, b) => a.count - b.count);
  if (!rarest) return { count: 0, slots: new Uint16Array(0), times: new Uint8Array(0) };
  return others.reduce(intersection, rarest);
}

function intersection(few: Postings, many: Postings): Postings {
  const slots = new Uint16Array(few.count);
  const times = new Uint8Array(few.count);
  let count = 0;
  for (let at = 0; at < few.count; at++) {
    const found = indexOf(many.slots, few.slots[at] as number, many.count);
    if (found < 0) continue;
    slots[count] = few.slots[at] as number;
    times[count++] = Math.min(few.times[at] as number, many.times[found] as number);
  }
  return { count, slots, times };
}
