import type { Status } from '../../../src-shared/schema/status.ts';
import { isAppError } from '../foundation/app-error.ts';
import { isoTime } from '../foundation/clock.ts';
import { type KeptHealth, totalOf } from '../store/index.ts';
import type { DeskEvent } from './desk-notices.ts';

/** A disk without room needs room; what to do about anything else stands in the log and among the last errors. */
export function troubleOf(error: Error): NonNullable<Status['trouble']> {
  if (!isAppError(error)) return 'STORE_UNAVAILABLE';
  if (error.data['server'] !== undefined) return 'SERVER_UNAVAILABLE';
  return error.code === 'STORE_FULL' ? 'STORE_FULL' : 'STORE_UNAVAILABLE';
}

/** What a person at the desk is told of it. */
export const troubleNotice = (error: Error): DeskEvent => ({ kind: notices[troubleOf(error)] });

const notices = {
  STORE_FULL: 'disk_full',
  STORE_UNAVAILABLE: 'disk_fault',
  SERVER_UNAVAILABLE: 'server_fault',
} as const;

export function databaseStatus(
  { check, copies, copied_at, problem, salvage }: KeptHealth,
  server: string | null,
): Status['database'] {
  return {
    server,
    checked_at: check?.checked_at ?? null,
    damage: check?.damage ?? null,
    damaged_rows: check?.damaged_rows ?? 0,
    copied_at: copied_at === null ? null : isoTime(copied_at),
    copies,
    problem,
    salvage: salvage && {
      at: salvage.at,
      aside: salvage.aside,
      report: salvage.report,
      saved: totalOf(salvage, 'saved'),
      from_copy: totalOf(salvage, 'from_copy'),
      altered: totalOf(salvage, 'altered'),
      missing: totalOf(salvage, 'missing'),
      open_ended: salvage.tables.some((table) => table.open_ended),
    },
  };
}
