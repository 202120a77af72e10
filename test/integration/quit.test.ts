import { expect, test } from 'vitest';
import { runCrashRounds } from '../fakes/crash-rounds.ts';

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s while 32 clients send: it ends with 0 within 10 s, and nothing acknowledged is lost or done twice',
  {
    timeout: 180_000,
  },
  async (fault) => {
    const result = await runCrashRounds({ rounds: 1, fault, between: [400, 1200] });
    expect(result).toMatchObject({
      unclean: 0,
      lost: 0,
      damaged: 0,
      // Everything is handed back: the next start finds it queued, and works it once.
      heldLeases: 0,
      storedTwice: 0,
      answeredTwice: 0,
      unanswered: 0,
      outOfOrder: 0,
      doubledEffects: 0,
      unaccounted: 0,
      unknownDeliveries: 0,
    });
    expect(result.acknowledged).toBeGreaterThan(100);
    expect(result.slowestEndMs).toBeLessThan(10_000);
  },
);
