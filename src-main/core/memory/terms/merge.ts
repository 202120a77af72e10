import { readPostings } from './postings.ts';
import { createTermsWriter, type Docs, emptyDocs, finished, type Range, type Segment } from './segment.ts';

/** After so many postings the caller may do something else; some milliseconds of work. */
const pauseAfter = 50_000;

/** What a merge needs of one of its segments: where each of its memories goes, -1 for one that is left out. */
interface Source {
  segment: Segment;
  slots: Int32Array;
  at: number;
}

/**
 * One segment of those given, without what is no longer alive and, where a range is given, without what lies outside of
 * it. Yields now and then, because the thread that merges also answers.
 */
export function* mergeSegments(segments: readonly Segment[], range: Range | null): Generator<void, Segment> {
  const { docs, sources } = placed(segments, range);
  const writer = createTermsWriter(segments.reduce((total, { terms }) => total + terms.keys.length, 0));
  const slots = new Uint16Array(docs.size);
  const times = new Uint8Array(docs.size);
  let sincePause = 0;
  for (let key = smallestKey(sources); key !== undefined; key = smallestKey(sources)) {
    const count = gather(sources, key, slots, times);
    if (count > 0) writer.add(key, slots, times, count);
    sincePause += count + sources.length;
    if (sincePause < pauseAfter) continue;
    sincePause = 0;
    yield;
  }
  return finished(range, docs, writer.finish());
}

/** Puts the memories that stay in the order of their numbers. */
function placed(segments: readonly Segment[], range: Range | null): { docs: Docs; sources: Source[] } {
  const taken: { segment: number; slot: number; seq: number }[] = [];
  segments.forEach(({ docs }, segment) => {
    for (let slot = 0; slot < docs.size; slot++) {
      const seq = docs.seqs[slot] as number;
      if (docs.live[slot] && isWithin(seq, range)) taken.push({ segment, slot, seq });
    }
  });
  taken.sort((a, b) => a.seq - b.seq);
  const sources = segments.map((segment) => ({ segment, slots: new Int32Array(segment.docs.size).fill(-1), at: 0 }));
  const docs = emptyDocs(taken.length);
  taken.forEach(({ segment, slot }, to) => {
    const source = sources[segment] as Source;
    source.slots[slot] = to;
    copyDoc(source.segment.docs, slot, docs, to);
  });
  return { docs, sources };
}

const isWithin = (seq: number, range: Range | null): boolean =>
  range === null || (seq > range.after && seq <= range.upto);

function copyDoc(from: Docs, slot: number, to: Docs, at: number): void {
  for (const column of ['seqs', 'createdAt', 'senders', 'conversations', 'subjects', 'platforms', 'lengths'] as const) {
    to[column][at] = from[column][slot] as number;
  }
}

function smallestKey(sources: readonly Source[]): number | undefined {
  let smallest: number | undefined;
  for (const { segment, at } of sources) {
    const key = segment.terms.keys[at];
    if (key !== undefined && (smallest === undefined || key < smallest)) smallest = key;
  }
  return smallest;
}

/** Brings the postings of one token together, in the order of the new slots, and steps on wherever it stood. */
function gather(sources: readonly Source[], key: number, slots: Uint16Array, times: Uint8Array): number {
  let count = 0;
  let ascends = true;
  for (const source of sources) {
    const { terms, docs } = source.segment;
    if (terms.keys[source.at] !== key) continue;
    const found = readPostings(terms.bytes, terms.offsets[source.at] ?? 0, terms.counts[source.at] ?? 0, docs.live);
    source.at++;
    for (let index = 0; index < found.count; index++) {
      const to = source.slots[found.slots[index] as number] as number;
      if (to < 0) continue;
      if (count > 0 && to < (slots[count - 1] as number)) ascends = false;
      slots[count] = to;
      times[count++] = found.times[index] as number;
    }
  }
  if (!ascends) sortTogether(slots, times, count);
  return count;
}

function sortTogether(slots: Uint16Array, times: Uint8Array, count: number): void {
  const pairs = Uint32Array.from(
    { length: count },
    (_, at) => (slots[at] as number) * 256 + (times[at] as number),
  ).sort();
  pairs.forEach((pair, at) => {
    slots[at] = pair >>> 8;
    times[at] = pair & 255;
  });
}
