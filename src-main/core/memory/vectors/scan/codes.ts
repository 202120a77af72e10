/** One byte a dimension: the largest part of a vector becomes 127. Answers what a step of it is worth. */
export function quantise(unit: Float32Array, codes: Int8Array, from: number): number {
  let most = 0;
  for (let at = 0; at < unit.length; at++) most = Math.max(most, Math.abs(unit[at] as number));
  const steps = 127 / most;
  for (let at = 0; at < unit.length; at++) codes[from + at] = Math.round((unit[at] as number) * steps);
  return most / 127;
}

/** Twelve bits a dimension: 4,096 products with bytes stay below 2^31. Answers what a step of it is worth. */
export function quantiseQuery(unit: Float32Array, numbers: Int16Array): number {
  let most = 0;
  for (let at = 0; at < unit.length; at++) most = Math.max(most, Math.abs(unit[at] as number));
  const steps = 2_047 / most;
  for (let at = 0; at < unit.length; at++) numbers[at] = Math.round((unit[at] as number) * steps);
  return most / 2_047;
}

/** One sign a dimension: on which side of the centre a vector lies, whose parts are `parts` from `from`, times `scale`. */
export function signs(
  parts: Float32Array | Int8Array,
  from: number,
  scale: number,
  centre: Float32Array,
  bits: Uint8Array,
  into: number,
): void {
  const dimensions = centre.length;
  for (let first = 0; first < dimensions; first += 8) {
    let value = 0;
    const last = Math.min(dimensions, first + 8);
    for (let at = first; at < last; at++)
      if ((parts[from + at] as number) * scale > (centre[at] as number)) value |= 1 << (at - first);
    bits[into + (first >>> 3)] = value;
  }
}
