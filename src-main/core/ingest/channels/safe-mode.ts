import { AppError } from '../../foundation/app-error.ts';
import type { Channel } from '../types.ts';

/** Senders wait as they would for a restart, and come back. */
const retryAfterS = 300;

/**
 * A channel as safe mode leaves it: its ways in are there and tell senders to come later, for an address that is not
 * there at all makes some of them give up. That it can deliver stays known, so that replies wait in the outbox.
 */
export function shut(channel: Channel): Channel {
  const status = channel.status();
  if (status.state === 'off') return channel;
  return {
    ...channel,
    httpRoutes: channel.httpRoutes.map((route) => ({ ...route, handle: refuse })),
    socketRoute: null,
    status: () => ({ ...status, state: 'off', why: 'Safe mode: it is shut until a start without safe mode' }),
  };
}

const refuse = (): Promise<never> =>
  Promise.reject(
    new AppError('SAFE_MODE', 'Clawdbot runs in safe mode and takes no messages here; send this one again later', {
      retry_after_s: retryAfterS,
    }),
  );
