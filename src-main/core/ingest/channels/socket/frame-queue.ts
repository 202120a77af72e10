/** Frames of one connection that are stored at the same time. */
const maxInFlight = 32;
/** Frames that wait behind them. */
const maxWaiting = 256;
/** Text that waits behind them. One frame may be longer. */
const maxWaitingBytes = 4 * 1024 * 1024;

/**
 * Works the frames of one connection in the order they came, so many at a time that a shared commit pays off, and
 * holds a bounded number of them: a peer that floods us fills its own queue and nobody's memory.
 */
export function createFrameQueue(work: (frame: unknown) => Promise<void>) {
  const waiting: { frame: unknown; bytes: number }[] = [];
  let waitingBytes = 0;
  let inFlight = 0;
  let closed = false;
  let drained = () => {};

  function startNext(): void {
    while (!closed && inFlight < maxInFlight) {
      const next = waiting.shift();
      if (!next) break;
      waitingBytes -= next.bytes;
      inFlight++;
      void work(next.frame).finally(() => {
        inFlight--;
        startNext();
      });
    }
    if (inFlight === 0) drained();
  }

  return {
    /** False where there is no room: the frame was not taken. `work` must not reject. */
    offer(frame: unknown): boolean {
      const bytes = roughSize(frame);
      const isFull = waiting.length >= maxWaiting || (waiting.length > 0 && waitingBytes + bytes > maxWaitingBytes);
      if (closed || isFull) return false;
      waiting.push({ frame, bytes });
      waitingBytes += bytes;
      startNext();
      return true;
    },

    /** Begins nothing more: what waits was acknowledged to nobody. Resolves when what had begun is done. */
    async close(): Promise<void> {
      closed = true;
      if (inFlight > 0) await new Promise<void>((resolve) => (drained = resolve));
    },
  };
}

/** Roughly the memory behind a parsed frame, in bytes. Its depth was bounded when it was parsed. */
function roughSize(value: unknown): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 16;
  for (const [key, item] of Object.entries(value)) size += 2 * key.length + roughSize(item);
  return size;
}
