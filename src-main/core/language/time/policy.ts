import { type DaySpan, SECONDS_PER_DAY } from './civil.ts';
import type { Clock, PartOfDay } from './piece.ts';

export interface Reference {
  today: number;
  /** Seconds of the day. */
  now: number;
}

/** Picks one reading of several, and one half of the day. The grammar knows nothing of these choices. */
export interface Policy {
  /** Of a date's readings, the one that is meant; `second` where a clock time goes with it. */
  day(readings: readonly DaySpan[], reference: Reference, second: number | null): DaySpan | null;
  /** The second of the day of a clock time, with the part of day that stands beside it. May pass midnight. */
  second(clock: Clock, part: PartOfDay | null): number;
}

const HOUR = 3600;
const NOON = 12 * HOUR;

/** What is said lies ahead: the first reading that is not over yet. */
export const FUTURE: Policy = {
  day(readings, { today, now }, second) {
    const ahead = readings.find(({ from, to }) =>
      second === null ? to > today : from * SECONDS_PER_DAY + second >= today * SECONDS_PER_DAY + now,
    );
    return ahead ?? readings.at(-1) ?? null;
  },
  second: (clock, part) => (part ? secondInPart(clock, part) : secondByDay(clock)),
};

/** What is asked about lies behind: the last reading that has begun. */
export const PAST: Policy = {
  ...FUTURE,
  day: (readings, { today }) => readings.findLast(({ from }) => from <= today) ?? readings[0] ?? null,
};

/** Without a part of day, one to five o'clock are afternoons: people meet at three, not at 03:00. */
function secondByDay({ second, settled }: Clock): number {
  return !settled && second >= HOUR && second < 6 * HOUR ? second + NOON : second;
}

function secondInPart({ second, settled }: Clock, part: PartOfDay): number {
  if (settled && second >= 13 * HOUR) return second;
  switch (part.side) {
    case 'am':
      return second >= NOON && second < 13 * HOUR && (part.from < NOON / 2 || settled) ? second - NOON : second;
    case 'noon':
      return second < 4 * HOUR ? second + NOON : second;
    case 'pm':
      return second < NOON ? second + NOON : second;
    case 'night':
      return secondAtNight(second, part);
  }
}

/** Nine at night is 21:00, twelve is midnight, two is the small hours that follow. */
function secondAtNight(second: number, part: PartOfDay): number {
  if (second < 5 * HOUR) return part.from === 0 ? second : second + SECONDS_PER_DAY;
  if (second < NOON) return second + NOON;
  if (second >= 13 * HOUR) return second;
  return part.from === 0 ? second - NOON : second + NOON;
}
