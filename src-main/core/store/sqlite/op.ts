/**
 * A store operation: one coarse step of the product, run in the store's own thread. Writes that wait together are
 * committed together, so an operation never opens a transaction itself: it is already inside one.
 */
export interface Op<A, R> {
  readonly kind: 'read' | 'write';
  run(args: A): R;
}

export const write = <A, R>(run: (args: A) => R): Op<A, R> => ({ kind: 'write', run });
export const read = <A, R>(run: (args: A) => R): Op<A, R> => ({ kind: 'read', run });

/** A set of operations by name, for example `'tasks.update'`. */
export type OpTable = Record<string, Op<never, unknown>>;
