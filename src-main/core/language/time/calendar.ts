import {
  addMonths,
  civilOf,
  type DaySpan,
  dayNumber,
  mondayOf,
  monthSpan,
  nthWeekday,
  validDay,
  weekdayOf,
  weekSpan,
} from './civil.ts';
import { yearlyDays } from './holidays.ts';
import type { Grain, Meaning, Slice } from './piece.ts';

/** A stretch of the calendar with all its readings, in calendar order. */
export interface Days {
  grain: Grain;
  readings: readonly DaySpan[];
}

const oneDay = (from: number): DaySpan => ({ from, to: from + 1 });

/** The readings of a date; null for a meaning that is no date. */
export function daysOf(meaning: Meaning, today: number): Days | null {
  const { year, month } = civilOf(today);
  switch (meaning.type) {
    case 'span':
      return { grain: meaning.grain, readings: meaning.readings };
    case 'weekday': {
      const day = mondayOf(today) + meaning.weekday - 1;
      return { grain: 'day', readings: [day - 7, day, day + 7].map(oneDay) };
    }
    case 'monthday':
      return { grain: 'day', readings: monthDays(today, -2, 3, meaning.day).map(oneDay) };
    case 'yearly':
      return { grain: 'day', readings: yearlyDays(meaning.on, today).map(oneDay) };
    case 'month': {
      const { slice } = meaning;
      const spans = [year - 1, year, year + 1].map((inYear) => monthSpan(inYear, meaning.month));
      return { grain: 'month', readings: slice ? spans.map((span) => sliced(span, slice)) : spans };
    }
    case 'nth': {
      const days = [-1, 0, 1, 2, 3].map((shift) => {
        const civil = civilOf(addMonths(dayNumber(year, month, 1), shift));
        return nthWeekday(civil.year, civil.month, meaning.weekday, meaning.nth);
      });
      return { grain: 'day', readings: days.filter((day) => day !== null).map(oneDay) };
    }
    default:
      return null;
  }
}

/** That day of the months from `first` to `last`, counted from this month; months without it are left out. */
function monthDays(today: number, first: number, last: number, day: number): number[] {
  const { year, month } = civilOf(today);
  const days: number[] = [];
  for (let shift = first; shift <= last; shift += 1) {
    const civil = civilOf(addMonths(dayNumber(year, month, 1), shift));
    const found = validDay(civil.year, civil.month, day);
    if (found !== null) days.push(found);
  }
  return days;
}

/** What two dates beside each other say together ("Friday" + "next week"); null where they are two dates. */
export function combineDates(a: Meaning, b: Meaning, today: number): Meaning | null {
  return together(a, b, today) ?? together(b, a, today);
}

function together(a: Meaning, b: Meaning, today: number): Meaning | null {
  switch (a.type) {
    case 'weekday':
      return weekdayWith(a.weekday, b, today);
    case 'monthday':
      return inMonth(b, (year, month) => validDay(year, month, a.day));
    case 'nth':
      return inMonth(b, (year, month) => nthWeekday(year, month, a.weekday, a.nth));
    case 'month':
      return b.type === 'span' && b.grain === 'year'
        ? {
            type: 'span',
            grain: 'month',
            readings: b.readings.map(({ from }) => monthSpan(civilOf(from).year, a.month)),
          }
        : null;
    case 'yearly':
      return b.type === 'span' && b.grain === 'year' ? dayOfYears(a.on, b.readings) : null;
    case 'span':
      return spanWith(a, b);
    case 'nthWeek':
      return weekOf(a.nth, b, today);
    case 'slice':
      return sliceOf(a.slice, b);
    default:
      return null;
  }
}

function weekdayWith(weekday: number, other: Meaning, today: number): Meaning | null {
  if (other.type === 'yearly') return other;
  if (other.type === 'span' && other.grain === 'day') return other;
  if (other.type === 'span' && other.grain === 'week') {
    return { type: 'span', grain: 'day', readings: other.readings.map(({ from }) => oneDay(from + weekday - 1)) };
  }
  if (other.type !== 'monthday') return null;
  // A weekday and a day of the month meet at least once in 14 months, save the 29th to 31st.
  const days = monthDays(today, -18, 36, other.day).filter((day) => weekdayOf(day) === weekday);
  // The pair is rare, so one just behind is meant before one that is months ahead.
  const near = days.filter((day) => day > today - 14 && day < today + 45);
  return { type: 'span', grain: 'day', readings: (near.length > 0 ? near : days).map(oneDay) };
}

function inMonth(month: Meaning, at: (year: number, month: number) => number | null): Meaning | null {
  if (month.type === 'month' && !month.slice) return { type: 'yearly', on: (year) => at(year, month.month) };
  if (month.type !== 'span' || month.grain !== 'month') return null;
  const days = month.readings
    .map(({ from }) => at(civilOf(from).year, civilOf(from).month))
    .filter((day) => day !== null);
  return days.length > 0 ? { type: 'span', grain: 'day', readings: days.map(oneDay) } : null;
}

function dayOfYears(on: (year: number) => number | null, years: readonly DaySpan[]): Meaning | null {
  const days = years.map(({ from }) => on(civilOf(from).year)).filter((day) => day !== null);
  return days.length > 0 ? { type: 'span', grain: 'day', readings: days.map(oneDay) } : null;
}

/** 去年本月: the month keeps its name and takes the year. */
function spanWith(a: Extract<Meaning, { type: 'span' }>, b: Meaning): Meaning | null {
  if (a.grain !== 'year' || b.type !== 'span' || b.grain !== 'month' || a.readings.length !== 1) return null;
  const year = civilOf(a.readings[0]?.from ?? 0).year;
  return { type: 'span', grain: 'month', readings: b.readings.map(({ from }) => monthSpan(year, civilOf(from).month)) };
}

/** first week of 2015, last week of July, the week of 10 April */
function weekOf(nth: number, other: Meaning, today: number): Meaning | null {
  const base = daysOf(other, today);
  if (!base || (nth === 0 ? base.grain !== 'day' : base.grain !== 'month' && base.grain !== 'year')) return null;
  const week = ({ from, to }: DaySpan): DaySpan => {
    if (nth === 0) return weekSpan(from);
    // The first week is the one with the first Thursday, the last one that with the last Thursday.
    const monday = nth < 0 ? mondayOf(to - 4) : mondayOf(from + 3) + (nth - 1) * 7;
    return { from: monday, to: monday + 7 };
  };
  return { type: 'span', grain: 'week', readings: base.readings.map(week) };
}

function sliceOf(slice: Slice, other: Meaning): Meaning | null {
  if (other.type === 'month') return { ...other, slice };
  if (other.type !== 'span' || other.grain === 'day' || other.grain === 'other') return null;
  return { type: 'span', grain: 'other', readings: other.readings.map((span) => sliced(span, slice)) };
}

/** Halves for early and late, a middle third for mid; weeks split after Wednesday. */
function sliced({ from, to }: DaySpan, slice: Slice): DaySpan {
  const length = to - from;
  if (slice === 'mid') {
    if (length > 100) return { from: addMonths(from, 4), to: addMonths(from, 8) };
    return length > 20 ? { from: from + 9, to: from + 20 } : { from: from + 2, to: from + 5 };
  }
  const middle = length > 100 ? addMonths(from, 6) : length > 20 ? from + 15 : from + 3;
  return slice === 'early' || slice === 'first' ? { from, to: middle } : { from: middle, to };
}
