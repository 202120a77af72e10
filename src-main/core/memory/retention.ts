import type { Clock } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Logger } from '../foundation/logger.ts';
import type { Store } from '../store/index.ts';

export interface RetentionRules {
  /** Null: what was forgotten can be brought back for ever. */
  forgotten_days: number | null;
  rules: readonly { days: number; kind: 'message' | 'note' | null; platform: string | null }[];
}

export interface RetentionDeps {
  store: Pick<Store, 'call'>;
  rules: RetentionRules;
  clock: Clock;
  events: EventBus;
  logger: Logger;
  /** False while something says that the clock of this computer is wrong. */
  isClockTrusted(): Promise<boolean>;
}

const dayMs = 86_400_000;
/** The first look waits until the start is over. */
const firstLookMs = 5 * 60_000;
const betweenLooksMs = 6 * 60 * 60_000;
/** A clock that jumped by more since the last look is watched for an hour before anything is erased by it. */
const surprisingGapMs = 3 * dayMs;
const watchedMs = 60 * 60_000;
/** So many go in one transaction, some milliseconds, and then others have their turn. */
const erasedAtOnce = 50;
const betweenStepsMs = 50;

/**
 * Erases what is too old to be kept, a little at a time: memories that were forgotten long ago, and those that a rule of
 * the configuration names. Age is judged by the wall clock, so it asks first whether that can be believed.
 */
export function createRetention({ store, rules, clock, events, logger, isClockTrusted }: RetentionDeps) {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function keepLooking(): Promise<void> {
    for (let pauseMs = firstLookMs; ; ) {
      await clock.sleep(pauseMs, ending.signal);
      pauseMs = (await look().catch(failed)) ? betweenLooksMs : watchedMs;
    }
  }

  /** Such as a full disk: it is tried again. */
  function failed(error: unknown): boolean {
    if (!ending.signal.aborted) logger.error('retention.failed', { error });
    return false;
  }

  /** False where the clock is not to be believed yet. */
  async function look(): Promise<boolean> {
    const now = clock.now();
    const before = await store.call('retention.begin', { now });
    const gap = before === null ? 0 : now - before;
    if (gap < 0 || gap > surprisingGapMs || !(await isClockTrusted())) {
      logger.info('retention.waits', { gap_ms: gap });
      return false;
    }
    const erased = { forgotten: await eraseForgotten(now), expired: await expire(now) };
    if (erased.forgotten + erased.expired > 0) {
      logger.info('retention.erased', erased);
      events.emit({ type: 'resync' });
    }
    return true;
  }

  async function eraseForgotten(now: number): Promise<number> {
    if (rules.forgotten_days === null) return 0;
    const before = now - rules.forgotten_days * dayMs;
    return repeat(() => store.call('memories.eraseForgotten', { before, limit: erasedAtOnce }));
  }

  async function expire(now: number): Promise<number> {
    let erased = 0;
    for (const { days, kind, platform } of rules.rules) {
      const before = now - days * dayMs;
      erased += await repeat(async () => {
        const { memories } = await store.call('memories.expire', { before, kind, platform, limit: erasedAtOnce });
        return memories;
      });
    }
    return erased;
  }

  /** Until a step does less than it may. */
  async function repeat(step: () => Promise<number>): Promise<number> {
    for (let sum = 0; ; ) {
      const done = await step();
      sum += done;
      if (done < erasedAtOnce) return sum;
      await clock.sleep(betweenStepsMs, ending.signal);
    }
  }

  return {
    start(): void {
      running = keepLooking()
        .catch(failed)
        .then(() => {});
    },
    async stop(): Promise<void> {
      ending.abort();
      await running;
    },
  };
}
