/** Calendar arithmetic on day numbers (days since 1970-01-01), free of `Date` time zones. Weeks start on Monday. */

export interface CivilDate {
  year: number;
  /** 1–12 */
  month: number;
  /** 1–31 */
  day: number;
}

/** Days [from, to), both day numbers. */
export interface DaySpan {
  from: number;
  to: number;
}

const MS_PER_DAY = 86_400_000;
export const SECONDS_PER_DAY = 86_400;

export function dayNumber(year: number, month: number, day: number): number {
  // Date.UTC reads years 0–99 as 1900–1999, so the year is set on its own.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / MS_PER_DAY);
}

export function civilOf(day: number): CivilDate {
  const date = new Date(day * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

/** The day number, or null where the calendar has no such day. */
export function validDay(year: number, month: number, day: number): number | null {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return null;
  return day <= daysInMonth(year, month) ? dayNumber(year, month, day) : null;
}

/** 1 = Monday … 7 = Sunday */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

export function mondayOf(day: number): number {
  return day - weekdayOf(day) + 1;
}

/** Moves by whole months; the 31st becomes the last day of a shorter month. */
export function addMonths(day: number, months: number): number {
  const { year, month, day: dayOfMonth } = civilOf(day);
  const index = year * 12 + (month - 1) + months;
  const toYear = Math.floor(index / 12);
  const toMonth = index - toYear * 12 + 1;
  return dayNumber(toYear, toMonth, Math.min(dayOfMonth, daysInMonth(toYear, toMonth)));
}

export function monthSpan(year: number, month: number): DaySpan {
  return { from: dayNumber(year, month, 1), to: dayNumber(year, month + 1, 1) };
}

export function yearSpan(year: number): DaySpan {
  return { from: dayNumber(year, 1, 1), to: dayNumber(year + 1, 1, 1) };
}

export function weekSpan(day: number): DaySpan {
  const monday = mondayOf(day);
  return { from: monday, to: monday + 7 };
}

/** The nth given weekday of a month; n = -1 is the last. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number | null {
  const { from, to } = monthSpan(year, month);
  const first = from + ((weekday - weekdayOf(from) + 7) % 7);
  if (nth > 0) {
    const day = first + (nth - 1) * 7;
    return day < to ? day : null;
  }
  return first + Math.floor((to - 1 - first) / 7) * 7;
}

/** Monday to Friday count; public holidays are not known here. */
export function addBusinessDays(day: number, count: number): number {
  const step = count < 0 ? -1 : 1;
  let left = Math.min(Math.abs(count), 5_000);
  let at = day;
  while (left > 0) {
    at += step;
    if (weekdayOf(at) <= 5) left -= 1;
  }
  return at;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

export function formatDay(day: number): string {
  const { year, month, day: dayOfMonth } = civilOf(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
}

/** `seconds` of the day, 0–86,399, as HH:MM:SS. */
export function formatClock(seconds: number): string {
  return `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(Math.floor(seconds) % 60, 2)}`;
}

/** Seconds beyond a day carry into the following days. */
export function formatMoment(day: number, seconds: number): string {
  const carry = Math.floor(seconds / SECONDS_PER_DAY);
  return `${formatDay(day + carry)}T${formatClock(seconds - carry * SECONDS_PER_DAY)}`;
}
