import type { Status } from '../../../src-shared/schema/status.ts';
import { isoTime } from '../foundation/clock.ts';
import type { Totals } from '../store/index.ts';

/** What the store counts, as the status tells it. */
export const storeFigures = (totals: Totals, queueLimit: number) =>
  ({
    queue: {
      queued: totals.queued,
      working: totals.working,
      dead: totals.dead,
      limit: queueLimit,
      oldest_at: totals.oldest_received_at === null ? null : isoTime(totals.oldest_received_at),
    },
    outbox: { pending: totals.outbox_pending, failed: totals.outbox_failed, unknown: totals.outbox_unknown },
    totals: {
      messages: totals.messages_in,
      done: totals.done,
      memories: totals.memories,
      tasks: totals.tasks,
    },
  }) satisfies Pick<Status, 'queue' | 'outbox'> & { totals: Partial<Status['totals']> };
