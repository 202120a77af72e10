import { idKey } from './key.ts';
import type { Docs, Segment } from './segment.ts';

/** The memories of a segment in the order in which they were said: by conversation, time and number. */
export interface Sequence {
  slots: Uint16Array;
  /** The first and the last moment in the segment, in milliseconds. */
  earliest: number;
  latest: number;
}

/** A memory to look around. */
export interface Moment {
  seq: number;
  conversation_id: string | null;
  created_at: number;
}

const slotBits = 65_536;

export function sequenceOf(docs: Docs): Sequence {
  // Conversation and slot as one number, for numbers are sorted without calling back; most stand in the order of time then.
  const keys = Float64Array.from({ length: docs.size }, (_, slot) => (docs.conversations[slot] ?? 0) * slotBits + slot);
  keys.sort();
  const slots = Uint16Array.from(keys, (key) => key % slotBits);
  for (let at = 1; at < slots.length; at++) {
    const slot = slots[at] as number;
    let to = at;
    while (to > 0 && compare(docs, slots[to - 1] as number, slot) > 0) to--;
    // A memory that came late by many, as an import brings them: sorted whole, for stepping back would take forever.
    if (at - to > 64) return { slots: slots.sort((a, b) => compare(docs, a, b)), ...spanOf(docs) };
    slots.copyWithin(to + 1, to, at);
    slots[to] = slot;
  }
  return { slots, ...spanOf(docs) };
}

function spanOf({ createdAt }: Docs): { earliest: number; latest: number } {
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const at of createdAt) {
    if (at < earliest) earliest = at;
    if (at > latest) latest = at;
  }
  return { earliest, latest };
}

const compare = ({ conversations, createdAt, seqs }: Docs, a: number, b: number): number =>
  (conversations[a] as number) - (conversations[b] as number) ||
  (createdAt[a] as number) - (createdAt[b] as number) ||
  (seqs[a] as number) - (seqs[b] as number);

/**
 * The numbers of at most `count` memories right before or after one in its conversation, the nearest first, all within
 * `reachMs` of it. Without a conversation it is what people said. A mask leaves memories of its segment out.
 */
export function neighboursIn(
  segments: readonly Segment[],
  masks: readonly (Uint8Array | null)[],
  moment: Moment,
  { side, count, reachMs }: { side: 'before' | 'after'; count: number; reachMs: number },
): number[] {
  const step = side === 'before' ? -1 : 1;
  const conversation = idKey(moment.conversation_id);
  const found: { seq: number; at: number }[] = [];
  segments.forEach(({ docs, sequence }, index) => {
    if (sequence.earliest > moment.created_at + reachMs || sequence.latest < moment.created_at - reachMs) return;
    const { slots } = sequence;
    let taken = 0;
    for (let at = placeOf(docs, slots, conversation, moment) + (step < 0 ? -1 : 0); taken < count; at += step) {
      const slot = slots[at];
      if (slot === undefined || docs.conversations[slot] !== conversation) break;
      const createdAt = docs.createdAt[slot] as number;
      if (Math.abs(createdAt - moment.created_at) > reachMs) break;
      if (docs.seqs[slot] === moment.seq || !docs.live[slot] || masks[index]?.[slot] === 0) continue;
      if (conversation === 0 && docs.senders[slot] === 0) continue;
      found.push({ seq: docs.seqs[slot] as number, at: createdAt });
      taken++;
    }
  });
  return found
    .sort((a, b) => step * (a.at - b.at || a.seq - b.seq))
    .slice(0, count)
    .map(({ seq }) => seq);
}

/** Where the first memory stands that is not before a moment in its conversation. */
function placeOf(docs: Docs, slots: Uint16Array, conversation: number, { created_at, seq }: Moment): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const slot = slots[middle] as number;
    const order =
      (docs.conversations[slot] as number) - conversation ||
      (docs.createdAt[slot] as number) - created_at ||
      (docs.seqs[slot] as number) - seq;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
