import { dayNumber, formatMoment, SECONDS_PER_DAY } from './civil.ts';

const WALL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/;
const MAX_FORMATTERS = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The wall clock, `YYYY-MM-DDTHH:MM:SS`, that a person in the zone sees at an instant (RFC 3339). RangeError for an unknown zone. */
export function wallClock(instantIso: string, timeZone: string): string {
  const instant = Math.floor(Date.parse(instantIso) / 1000);
  if (Number.isNaN(instant))
    throw new RangeError(`not an RFC 3339 instant: ${JSON.stringify(instantIso.slice(0, 40))}`);
  return formatMoment(0, instant + offsetAt(instant, timeZone));
}

/**
 * The instant (RFC 3339, UTC) at which a zone's wall clock shows the given time.
 * A time that a clock change skips moves forward by the gap; a time shown twice is the earlier one.
 */
export function instantOf(wall: string, timeZone: string): string {
  const shown = secondsOfWall(wall);
  const before = shown - offsetAt(shown - SECONDS_PER_DAY, timeZone);
  const after = shown - offsetAt(shown + SECONDS_PER_DAY, timeZone);
  const exact = [before, after].filter((instant) => instant + offsetAt(instant, timeZone) === shown);
  const instant = exact.length > 0 ? Math.min(...exact) : before;
  return new Date(instant * 1000).toISOString().replace('.000Z', 'Z');
}

/** Seconds since 1970 that a wall clock shows, as if it stood in UTC. */
export function secondsOfWall(wall: string): number {
  const parts = WALL.exec(wall);
  if (!parts) throw new RangeError(`not a wall-clock time YYYY-MM-DDTHH:MM:SS: ${JSON.stringify(wall.slice(0, 40))}`);
  const [year, month, day, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (
    dayNumber(year ?? 0, month ?? 1, day ?? 1) * SECONDS_PER_DAY +
    (hours ?? 0) * 3600 +
    (minutes ?? 0) * 60 +
    (seconds ?? 0)
  );
}

function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const fields = new Map(
    formatterFor(timeZone)
      .formatToParts(instant * 1000)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const field = (name: Intl.DateTimeFormatPartTypes) => fields.get(name) ?? 0;
  const shown =
    dayNumber(field('year'), field('month'), field('day')) * SECONDS_PER_DAY +
    field('hour') * 3600 +
    field('minute') * 60 +
    field('second');
  return shown - instant;
}

// A formatter costs about 50 µs to make and 2 µs to use.
function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  formatters.set(timeZone, made);
  return made;
}
