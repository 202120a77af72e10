import type { Store } from '../store/index.ts';

export interface SweepDeps {
  store: Pick<Store, 'call'>;
  /** Sees to it that no copy is left from before a moment; false where one is. */
  replaceCopies?: (until: number) => Promise<boolean>;
}

/**
 * Writes the database anew where something in it was covered or erased since that was done last, and has the copies from
 * before replaced. Tells whether it had to be written, and whether nothing of before is left.
 */
export async function sweepCovered({ store, replaceCopies }: SweepDeps): Promise<{ isAnew: boolean; isDone: boolean }> {
  const isAnew = await store.call('sealing.sweep', null);
  const coveredAt = await store.call('sealing.coveredAt', null);
  const isDone = coveredAt === null || (await replaceCopies?.(coveredAt)) !== false;
  return { isAnew, isDone };
}
