import { LRUCache } from 'lru-cache';
import type { Clock } from '../foundation/clock.ts';

/** Senders remembered at once; the one not heard of for longest is forgotten first, which only ever gives more room. */
const maxSenders = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket for each sender that holds one minute's worth: a burst may use the whole minute at once, then the
 * sender goes on at the steady rate. Runs on monotonic time, so a clock that jumps lets nobody in or out.
 */
export function createRateLimit({ perMinute, clock }: { perMinute: number; clock: Clock }) {
  const buckets = new LRUCache<string, Bucket>({ max: maxSenders });
  const perMs = perMinute / 60_000;

  return {
    /** Takes one message of `sender`; answers 0, or how many seconds to wait. */
    take(sender: string): number {
      const now = clock.monotonicMs();
      const known = buckets.get(sender);
      if (!known) {
        buckets.set(sender, { tokens: perMinute - 1, at: now });
        return 0;
      }
      // Filled in place: this runs for every message, and a new bucket each time is work for the cache.
      known.tokens = Math.min(perMinute, known.tokens + (now - known.at) * perMs);
      known.at = now;
      if (known.tokens < 1) return Math.max(1, Math.ceil((1 - known.tokens) / perMs / 1000));
      known.tokens--;
      return 0;
    },
  };
}
