import { civilOf, validDay } from './civil.ts';
import { type Clock, type Meaning, type Source } from './piece.ts';
import { hourClock, NOTHING, type Parsed, type Point, yearOf } from './point.ts';
import { FUTURE } from './policy.ts';

/** What each end of a range leaves out, the other one says. */
export function alignEnds(source: Source, a: Parsed, b: Parsed): { from: Point; to: Point } | null {
  const from = a.point;
  const to = b.point;
  if (from.alone || to.alone) return null;
  if (from.number && to.number) return yearsBetween(from.number, to.number);
  if (to.number) return numberAsEnd(source, from, to.number);
  if (from.number) return numberAsStart(source, from.number, to);
  if (!a.sure && !b.sure) return null;
  if (from.clock && to.clock) return clockEnds(from, to);
  if (from.date && to.date) return { from, to: sameMonth(source, from, to) };
  if (from.part && to.part)
    return { from, to: to.date || to.shift !== null ? to : { ...to, date: from.date, shift: from.shift } };
  return null;
}

function yearsBetween(from: { value: number; digits: string }, to: { value: number; digits: string }) {
  const year = ({ value, digits }: { value: number; digits: string }) =>
    digits.length === 4 && value >= 1900 && value <= 2100;
  if (!year(from) || !year(to) || to.value < from.value) return null;
  return { from: { ...NOTHING, date: yearOf(from.value) }, to: { ...NOTHING, date: yearOf(to.value) } };
}

/** "November 19-20", "2014 through May 2018", "10:30 to 3" */
function numberAsEnd(source: Source, from: Point, { value, digits }: { value: number; digits: string }) {
  if (from.clock && value <= 24) return clockEnds(from, { ...NOTHING, clock: hourClock(value) });
  if (digits.length > 2 || value < 1 || value > 31) return null;
  const date = inMonthOf(source, from.date, value);
  return date ? { from, to: { ...NOTHING, date } } : null;
}

/** "5 to 6pm", "3 to 12 September" */
function numberAsStart(source: Source, { value, digits }: { value: number; digits: string }, to: Point) {
  if (to.clock && value <= 24 && digits.length <= 2) return clockEnds({ ...NOTHING, clock: hourClock(value) }, to);
  if (digits.length === 4)
    return to.date && value >= 1900 && value <= 2100 ? { from: { ...NOTHING, date: yearOf(value) }, to } : null;
  const date = inMonthOf(source, to.date, value);
  return date && value >= 1 && value <= 31 ? { from: { ...NOTHING, date }, to } : null;
}

/** That day in the month of another date. */
function inMonthOf(source: Source, date: Meaning | null, day: number): Meaning | null {
  if (date?.type === 'monthday') return { type: 'monthday', day };
  if (date?.type === 'yearly') {
    const known = date.on(2024);
    if (known === null) return null;
    const { month } = civilOf(known);
    return { type: 'yearly', on: (year) => validDay(year, month, day) };
  }
  if (date?.type !== 'span' || date.grain !== 'day') return null;
  const days = date.readings
    .map(({ from }) => validDay(civilOf(from).year, civilOf(from).month, day))
    .filter((found) => found !== null);
  return days.length > 0 && source.today > 0
    ? { type: 'span', grain: 'day', readings: days.map((found) => ({ from: found, to: found + 1 })) }
    : null;
}

/** 3月5日到8日: the second day is of the first one's month. */
function sameMonth(source: Source, from: Point, to: Point): Point {
  if (to.date?.type !== 'monthday' || from.date?.type === 'monthday') return to;
  const date = inMonthOf(source, from.date, to.date.day);
  return date ? { ...to, date } : to;
}

const HALF_DAY = 12 * 3600;

/** Both ends take the date, the part of day and the half of the day from whichever says it. */
export function clockEnds(from: Point, to: Point): { from: Point; to: Point } {
  const start: Point = {
    ...from,
    date: from.date ?? (from.shift === null ? to.date : null),
    shift: from.shift ?? (from.date ? null : to.shift),
  };
  const end: Point = {
    ...to,
    date: to.date ?? (to.shift === null ? from.date : null),
    shift: to.shift ?? (to.date ? null : from.shift),
  };
  const a = startClock(from, to);
  const b = endClock(a, to);
  return { from: { ...start, clock: a, part: null }, to: { ...end, clock: b, part: null } };
}

function startClock(from: Point, to: Point): Clock {
  const clock = from.clock ?? hourClock(0);
  if (from.part) return { second: FUTURE.second(clock, from.part), settled: true };
  if (clock.settled || !to.clock) return clock;
  const end = to.part ? FUTURE.second(to.clock, to.part) : to.clock.second;
  const endSure = to.part !== null || to.clock.settled;
  const later = clock.second + HALF_DAY;
  // Two bare hours share a half of the day: "4 to 7" is an afternoon, as "at 4" is.
  if (!endSure && clock.second >= 3600 && clock.second < HALF_DAY / 2) return { second: later, settled: true };
  return endSure && later < end ? { second: later, settled: true } : { ...clock, settled: endSure };
}

function endClock(start: Clock, to: Point): Clock {
  const clock = to.clock ?? start;
  if (to.part) return { second: FUTURE.second(clock, to.part), settled: true };
  if (clock.settled || clock.second > start.second) return clock;
  return { second: clock.second + HALF_DAY, settled: true };
}
