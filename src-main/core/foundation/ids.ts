import { monotonicFactory } from 'ulid';

/** Ids that sort by the time they were made, also within one millisecond. */
export const createIds = (now: () => number) => {
  const next = monotonicFactory();
  return { next: (): string => next(now()) };
};

export type Ids = ReturnType<typeof createIds>;
