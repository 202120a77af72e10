import type { ChannelStatus } from '../../../../src-shared/schema/status.ts';
import { isAppError } from '../../foundation/app-error.ts';
import { type Clock, isoTime } from '../../foundation/clock.ts';
import type { Accepted } from '../types.ts';

type ChannelFigures = Pick<
  ChannelStatus,
  'received' | 'arriving' | 'accepted' | 'duplicate' | 'rejected' | 'strangers' | 'last_in_at'
>;

/**
 * What a channel tells of itself in its status. Whatever it refuses, for whatever reason, is counted as rejected. What
 * comes in and what becomes of it are counted apart, so that an arrival that gets lost in between shows.
 */
export function createCounters(clock: Pick<Clock, 'now'>) {
  let received = 0;
  let arriving = 0;
  let accepted = 0;
  let duplicate = 0;
  let rejected = 0;
  let strangers = 0;
  let lastInAt: number | null = null;

  return {
    /** Counts what comes of one arrival. */
    async count(arrival: () => Promise<Accepted>): Promise<Accepted> {
      lastInAt = clock.now();
      received++;
      arriving++;
      try {
        const outcome = await arrival();
        if (outcome.duplicate) duplicate++;
        else accepted++;
        return outcome;
      } catch (error) {
        rejected++;
        if (isAppError(error) && error.code === 'SENDER_NOT_ALLOWED') strangers++;
        throw error;
      } finally {
        arriving--;
      }
    },

    /** Counts an arrival that was refused unread. */
    refused(): void {
      lastInAt = clock.now();
      received++;
      rejected++;
    },

    figures: (): ChannelFigures => ({
      received,
      arriving,
      accepted,
      duplicate,
      rejected,
      strangers,
      last_in_at: lastInAt === null ? null : isoTime(lastInAt),
    }),
  };
}
