import { LRUCache } from 'lru-cache';
import { addressGroup } from '../foundation/address.ts';
import type { Clock } from '../foundation/clock.ts';

/** Guesses per minute that one sender has, whatever it guesses at and however it is connected. */
const guessesPerMinute = 10;
const minuteMs = 60_000;
/** The delay doubles with each full minute of guessing, up to this: the owner is never locked out for good. */
const longestDelayMs = 15 * minuteMs;
/** A sender that was quiet for this long starts afresh. */
const forgivenAfterMs = 60 * minuteMs;
const maxSenders = 10_000;

interface Sender {
  failures: number;
  windowStart: number;
  blockedUntil: number;
  strikes: number;
  lastFailure: number;
}

export type FailureLimiter = ReturnType<typeof createFailureLimiter>;

/** Counts failed proofs of identity per sender, loopback included. Bounded: the senders seen longest ago are forgotten. */
export function createFailureLimiter(clock: Clock) {
  const senders = new LRUCache<string, Sender>({ max: maxSenders });

  return {
    /**
     * Counts an attempt as failed before it is judged, so that many at once do not slip through together; `succeeded`
     * takes it back. Returns how long to wait, 0 when the attempt may be judged now.
     */
    attempt(address: string): number {
      const now = clock.monotonicMs();
      const record = recall(addressGroup(address), now);
      if (record.blockedUntil > now) return record.blockedUntil - now;

      if (now - record.windowStart >= minuteMs) Object.assign(record, { failures: 0, windowStart: now });
      record.failures += 1;
      record.lastFailure = now;
      if (record.failures >= guessesPerMinute) {
        record.blockedUntil = now + Math.min(minuteMs * 2 ** record.strikes, longestDelayMs);
        record.strikes += 1;
        record.failures = 0;
      }
      return 0;
    },

    /** Takes one attempt back. No more than that: a valid token of little power must not buy guesses at a greater one. */
    succeeded(address: string): void {
      const record = senders.get(addressGroup(address));
      if (!record) return;
      if (record.failures > 0) record.failures -= 1;
      else if (record.blockedUntil > clock.monotonicMs())
        Object.assign(record, { failures: guessesPerMinute - 1, blockedUntil: 0, strikes: record.strikes - 1 });
    },
  };

  function recall(group: string, now: number): Sender {
    const known = senders.get(group);
    if (known && now - known.lastFailure < forgivenAfterMs) return known;
    const fresh: Sender = { failures: 0, windowStart: now, blockedUntil: 0, strikes: 0, lastFailure: now };
    senders.set(group, fresh);
    return fresh;
  }
}
