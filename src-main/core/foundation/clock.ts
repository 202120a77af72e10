/** Time as the product sees it. Wall time can jump; `monotonicMs` cannot, so leases, limits and time-outs use it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since some fixed point of this process. */
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const done = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/**
 * Milliseconds that begin at the wall time of now and then go on evenly, whatever is done to the wall clock. What is put
 * off or handed out is put down in them: within a process a jump neither holds it up nor hurries it, and for the next
 * process they are as good as wall time.
 */
export function steadyTime(clock: Pick<Clock, 'now' | 'monotonicMs'>): () => number {
  const origin = clock.now() - clock.monotonicMs();
  return () => Math.round(origin + clock.monotonicMs());
}

export const isoTime = (ms: number): string => new Date(ms).toISOString();
