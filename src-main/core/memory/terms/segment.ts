import { indexTokens, type Token } from '../../language/index.ts';
import { idKey, tokenKey } from './key.ts';
import { type Postings, PostingsWriter, readPostings } from './postings.ts';
import { type Sequence, sequenceOf } from './sequence.ts';

/** A memory as it is indexed; `created_at` in milliseconds. */
export interface TermSource {
  seq: number;
  content: string;
  created_at: number;
  sender_id: string | null;
  conversation_id: string | null;
  subject: string | null;
  platform: string | null;
}

/** As many as a number of 16 bits can tell apart. */
export const maxSegmentSize = 65_536;

/** The memories with numbers above `after`, up to and with `upto`: those not in the segment are not there at all. */
export interface Range {
  after: number;
  upto: number;
}

/** What is known of each memory of a segment, by its slot. `live` alone ever changes. */
export interface Docs {
  size: number;
  /** Numbers of the memories, ascending. */
  seqs: Float64Array;
  /** Milliseconds. */
  createdAt: Float64Array;
  senders: Uint32Array;
  conversations: Uint32Array;
  subjects: Uint32Array;
  platforms: Uint32Array;
  /** Tokens of the text, up to 65,535. */
  lengths: Uint16Array;
  /** 0 for a memory that was changed, forgotten or erased since. */
  live: Uint8Array;
}

/** Which tokens stand where: keys ascending, and for each the number and the first byte of its postings. */
export interface Terms {
  keys: Float64Array;
  counts: Uint32Array;
  offsets: Uint32Array;
  bytes: Uint8Array;
}

/** A part of the index. It is never changed but for its `live`; new memories make new segments, which are merged. */
export interface Segment {
  /** Null for memories from anywhere that were changed. */
  range: Range | null;
  docs: Docs;
  terms: Terms;
  sequence: Sequence;
  /** How many are alive, and how many tokens those have. */
  alive: number;
  tokens: number;
}

export function emptyDocs(size: number): Docs {
  return {
    size,
    seqs: new Float64Array(size),
    createdAt: new Float64Array(size),
    senders: new Uint32Array(size),
    conversations: new Uint32Array(size),
    subjects: new Uint32Array(size),
    platforms: new Uint32Array(size),
    lengths: new Uint16Array(size),
    live: new Uint8Array(size).fill(1),
  };
}

/** A segment of memories in the order of their numbers, at most 65,536. */
export function buildSegment(sources: readonly TermSource[], range: Range | null): Segment {
  const docs = emptyDocs(sources.length);
  const found = new Map<number, number[]>();
  sources.forEach((source, slot) => {
    const tokens = indexTokens(source.content);
    describe(docs, slot, source, tokens.length);
    for (const [key, times] of counted(tokens)) {
      const list = found.get(key);
      if (list) list.push(slot, times);
      else found.set(key, [slot, times]);
    }
  });
  const keys = Float64Array.from(found.keys()).sort();
  const writer = createTermsWriter(keys.length);
  for (const key of keys) {
    const list = found.get(key) ?? [];
    writer.add(key, even(list), odd(list), list.length / 2);
  }
  return finished(range, docs, writer.finish());
}

function describe(docs: Docs, slot: number, source: TermSource, tokens: number): void {
  docs.seqs[slot] = source.seq;
  docs.createdAt[slot] = source.created_at;
  docs.senders[slot] = idKey(source.sender_id);
  docs.conversations[slot] = idKey(source.conversation_id);
  docs.subjects[slot] = idKey(source.subject);
  docs.platforms[slot] = idKey(source.platform);
  docs.lengths[slot] = Math.min(tokens, 65_535);
}

function counted(tokens: readonly Token[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const token of tokens) {
    const key = tokenKey(token);
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return times;
}

const even = (list: readonly number[]): number[] => list.filter((_, index) => index % 2 === 0);
const odd = (list: readonly number[]): number[] => list.filter((_, index) => index % 2 === 1);

/** Takes tokens in ascending order of their keys, at most `most`. */
export function createTermsWriter(most: number) {
  const keys = new Float64Array(most);
  const counts = new Uint32Array(most);
  const offsets = new Uint32Array(most);
  const postings = new PostingsWriter();
  let size = 0;
  return {
    add(key: number, slots: ArrayLike<number>, times: ArrayLike<number>, count: number): void {
      keys[size] = key;
      counts[size] = count;
      offsets[size++] = postings.length;
      postings.write(slots, times, count);
    },
    finish: (): Terms => ({
      keys: keys.slice(0, size),
      counts: counts.slice(0, size),
      offsets: offsets.slice(0, size),
      bytes: postings.take(),
    }),
  };
}

export function finished(range: Range | null, docs: Docs, terms: Terms): Segment {
  let alive = 0;
  let tokens = 0;
  for (let slot = 0; slot < docs.size; slot++) {
    if (!docs.live[slot]) continue;
    alive++;
    tokens += docs.lengths[slot] ?? 0;
  }
  return { range, docs, terms, sequence: sequenceOf(docs), alive, tokens };
}

const nowhere: Postings = { count: 0, slots: new Uint16Array(0), times: new Uint8Array(0) };

/** The memories of a segment that are alive and hold a token. */
export function postingsOf({ terms, docs }: Segment, key: number): Postings {
  const at = indexOf(terms.keys, key);
  if (at < 0) return nowhere;
  return readPostings(terms.bytes, terms.offsets[at] ?? 0, terms.counts[at] ?? 0, docs.live);
}

/** The slot of a memory that is alive, or -1. */
export function slotOf({ docs }: Segment, seq: number): number {
  const slot = indexOf(docs.seqs, seq);
  return slot >= 0 && docs.live[slot] ? slot : -1;
}

export function takeOut(segment: Segment, slot: number): void {
  const { docs } = segment;
  if (!docs.live[slot]) return;
  docs.live[slot] = 0;
  segment.alive--;
  segment.tokens -= docs.lengths[slot] ?? 0;
}

/** Where a value stands in ascending ones, or -1. */
export function indexOf(values: Float64Array | Uint16Array, value: number, size = values.length): number {
  let low = 0;
  let high = size - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = values[middle] as number;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
