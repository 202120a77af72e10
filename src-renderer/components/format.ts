import type { Language } from '../locales/index.ts';

/** Where and when the reader is; a test gives its own. */
export interface Place {
  language: Language;
  now: Date;
  timeZone?: string | undefined;
}

const dayMs = 86_400_000;

function format(date: Date, { language, timeZone }: Place, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language, { ...options, ...(timeZone ? { timeZone } : {}) }).format(date);
}

/** YYYY-MM-DD of an instant where the reader is. */
export function dayOf(date: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(timeZone ? { timeZone } : {}),
  }).format(date);
}

/** Whole calendar days from today; yesterday is -1. */
export function daysFromToday(day: string, { now, timeZone }: Pick<Place, 'now' | 'timeZone'>): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${dayOf(now, timeZone)}T00:00:00Z`)) / dayMs);
}

export const formatTime = (at: Date, place: Place): string =>
  format(at, place, { hour: '2-digit', minute: '2-digit', hour12: false });

/** "Today", "Yesterday", "Sat 21 Nov", with the year when it is another one. */
export function formatDay(at: Date, place: Place): string {
  const day = formatCalendarDay(dayOf(at, place.timeZone), place);
  return day.charAt(0).toLocaleUpperCase(place.language) + day.slice(1);
}

function formatCalendarDay(day: string, place: Place): string {
  const distance = daysFromToday(day, place);
  if (Math.abs(distance) <= 1)
    return new Intl.RelativeTimeFormat(place.language, { numeric: 'auto' }).format(distance, 'day');
  const sameYear = day.slice(0, 4) === dayOf(place.now, place.timeZone).slice(0, 4);
  return format(
    new Date(`${day}T12:00:00Z`),
    { ...place, timeZone: 'UTC' },
    {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      ...(sameYear ? {} : { year: 'numeric' }),
    },
  );
}

/** "14:02" today, "Yesterday 14:02", "Sat 21 Nov 14:02". */
export function formatMoment(at: Date, place: Place): string {
  const isToday = daysFromToday(dayOf(at, place.timeZone), place) === 0;
  return isToday ? formatTime(at, place) : `${formatDay(at, place)} ${formatTime(at, place)}`;
}

/** Complete and unambiguous, for tool tips and machines of flesh. */
export const formatFull = (at: Date, place: Place): string =>
  format(at, place, { dateStyle: 'full', timeStyle: 'medium' });

/** "tomorrow 15:00", as it stands within a sentence. */
export function formatDue(due: string, place: Place): string {
  if (isCalendarDay(due)) return formatCalendarDay(due, place);
  const at = new Date(due);
  return `${formatCalendarDay(dayOf(at, place.timeZone), place)} ${formatTime(at, place)}`;
}

export const isCalendarDay = (due: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(due);

export type DueState = 'overdue' | 'today' | 'soon' | 'later';

/** A day is over when the day is over; an instant when it has passed. */
export function dueState(due: string, place: Pick<Place, 'now' | 'timeZone'>): DueState {
  const day = isCalendarDay(due) ? due : dayOf(new Date(due), place.timeZone);
  const distance = daysFromToday(day, place);
  const isPast = isCalendarDay(due) ? distance < 0 : Date.parse(due) < place.now.getTime();
  if (isPast) return 'overdue';
  if (distance === 0) return 'today';
  return distance <= 7 ? 'soon' : 'later';
}

export function formatBytes(bytes: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: power < 2 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

export const formatNumber = (value: number, language: Language): string =>
  new Intl.NumberFormat(language).format(value);

export const formatPercent = (ratio: number, language: Language, digits = 0): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(ratio);

/** "3 hours", "2 days": the largest unit that says enough. */
export function formatSpan(ms: number, language: Language): string {
  const [amount, unit] =
    ms < 60_000
      ? ([Math.max(0, Math.floor(ms / 1000)), 'second'] as const)
      : ms < 3_600_000
        ? ([Math.floor(ms / 60_000), 'minute'] as const)
        : ms < dayMs
          ? ([Math.floor(ms / 3_600_000), 'hour'] as const)
          : ([Math.floor(ms / dayMs), 'day'] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}
