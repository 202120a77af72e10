import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

/** Random bytes are drawn in stock: one call for each byte costs more than the rest of an id. */
const stockSize = 4096;

function createRandom(): () => number {
  const stock = new Uint8Array(stockSize);
  let used = stockSize;
  return () => {
    if (used === stockSize) {
      randomFillSync(stock);
      used = 0;
    }
    return (stock[used++] ?? 0) / 256;
  };
}

/** Ids that sort by the time they were made, also within one millisecond. */
export const createIds = (now: () => number) => {
  const next = monotonicFactory(createRandom());
  return { next: (): string => next(now()) };
};

export type Ids = ReturnType<typeof createIds>;
