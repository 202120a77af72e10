/** Milliseconds before attempt `n` (0 is the first retry): doubling to ten seconds, spread so that many windows do not knock at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(10_000, 300 * 2 ** attempt);
  return Math.round(ceiling * (0.7 + random() * 0.3));
}
