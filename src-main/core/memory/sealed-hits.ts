import type { MemoryHit } from '../../../src-shared/schema/memory.ts';

/** Hits in the open and sealed ones as one answer, best first; what is in the open comes first where both say as much. */
export function withSealed(open: readonly MemoryHit[], sealed: readonly MemoryHit[], k: number): MemoryHit[] {
  if (sealed.length === 0) return [...open];
  return [...open, ...sealed].sort((one, other) => other.score - one.score).slice(0, k);
}
