import type { Status } from '../../../src-shared/schema/status.ts';
import type { Channel } from './types.ts';

type Counted = Pick<Status['totals'], 'received' | 'arriving' | 'accepted' | 'duplicate' | 'rejected'>;

/** What the channels counted since the start; what they refused themselves never reached the inbox. */
export function countedBy(channels: readonly Channel[]): Counted {
  const figures = channels.map((channel) => channel.status());
  const sum = (key: keyof Counted) => figures.reduce((total, one) => total + one[key], 0);
  return {
    received: sum('received'),
    arriving: sum('arriving'),
    accepted: sum('accepted'),
    duplicate: sum('duplicate'),
    rejected: sum('rejected'),
  };
}
