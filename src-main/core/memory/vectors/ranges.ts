import type { VectorRange } from './vector-index.ts';

/** Of these, in the order of their beginnings, what up to `upto` is in none. */
export function gapsBetween(ranges: readonly VectorRange[], upto: number): VectorRange[] {
  const found: VectorRange[] = [];
  let after = 0;
  for (const range of ranges) {
    if (range.after > after) found.push({ after, upto: range.after });
    after = Math.max(after, range.upto);
  }
  return upto > after ? [...found, { after, upto }] : found;
}

/** The ranges with one more, those that meet made one. */
export function withRange(ranges: readonly VectorRange[], added: VectorRange): VectorRange[] {
  const merged: VectorRange[] = [];
  for (const range of [...ranges, added].toSorted((one, other) => one.after - other.after)) {
    const last = merged.at(-1);
    if (last && range.after <= last.upto) last.upto = Math.max(last.upto, range.upto);
    else merged.push({ ...range });
  }
  return merged;
}
