import type { ChannelStatus } from '../../../../src-shared/schema/status.ts';
import { type Clock, isoTime } from '../../foundation/clock.ts';
import type { Accepted } from '../types.ts';

type ChannelFigures = Pick<ChannelStatus, 'accepted' | 'duplicate' | 'rejected' | 'last_in_at'>;

/** What a channel tells of itself in its status. Whatever it refuses, for whatever reason, is counted as rejected. */
export function createCounters(clock: Pick<Clock, 'now'>) {
  let accepted = 0;
  let duplicate = 0;
  let rejected = 0;
  let lastInAt: number | null = null;

  return {
    /** Counts what comes of one arrival. */
    async count(arrival: () => Promise<Accepted>): Promise<Accepted> {
      lastInAt = clock.now();
      try {
        const outcome = await arrival();
        if (outcome.duplicate) duplicate++;
        else accepted++;
        return outcome;
      } catch (error) {
        rejected++;
        throw error;
      }
    },

    /** Counts an arrival that was refused unread. */
    refused(): void {
      lastInAt = clock.now();
      rejected++;
    },

    figures: (): ChannelFigures => ({
      accepted,
      duplicate,
      rejected,
      last_in_at: lastInAt === null ? null : isoTime(lastInAt),
    }),
  };
}
