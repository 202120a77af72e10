import type { RecentError } from '../../../src-shared/schema/status.ts';
import { isAppError } from '../foundation/app-error.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { LogFields, Logger } from '../foundation/logger.ts';

const kept = 50;

/** The last errors, for the Status screen. Texts of unexpected errors stay in the log: they may hold what people wrote. */
export function createRecentErrors(clock: Clock) {
  const errors: RecentError[] = [];

  function add(event: string, { error, reason }: LogFields): void {
    const [component = 'core'] = event.split('.');
    const known = isAppError(error) ? { code: error.code, message: error.message } : null;
    const message = known?.message ?? (typeof reason === 'string' ? reason : event);
    errors.unshift({ at: isoTime(clock.now()), component, code: known?.code ?? 'INTERNAL', message });
    errors.length = Math.min(errors.length, kept);
  }

  return {
    list: (): RecentError[] => [...errors],
    /** A logger that also notes its errors here. */
    watching: (logger: Logger): Logger => ({
      ...logger,
      error(event, fields = {}) {
        add(event, fields);
        logger.error(event, fields);
      },
    }),
  };
}

export type RecentErrors = ReturnType<typeof createRecentErrors>;
