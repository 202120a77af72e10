import type { DaySpan } from './civil.ts';
import type { Token } from './tokens.ts';

/** What the grammars read from: tokens and the moment that "today" and "now" hang on. */
export interface Source {
  tokens: readonly Token[];
  /** Day number of the reference. */
  today: number;
  /** Seconds of the reference day. */
  now: number;
  /** 3/4/2026 is the third of April. */
  dayFirst: boolean;
  /** The moment that lies so many seconds after the reference, as day and second. */
  later(seconds: number): { day: number; second: number };
}

export type Grain = 'day' | 'week' | 'month' | 'year' | 'other';

export interface Clock {
  /** Seconds of the day, as written; 12-hour times stay below noon until a part of day or the policy moves them. */
  second: number;
  /** Morning or afternoon is settled by the words themselves. */
  settled: boolean;
}

export interface PartOfDay {
  /** Seconds of the day; `to` may pass midnight. */
  from: number;
  to: number;
  side: 'am' | 'noon' | 'pm' | 'night';
  /** A rough part (`later today`) that no clock time refines. */
  rough?: boolean;
}

export interface Amount {
  months: number;
  days: number;
  businessDays: number;
  seconds: number;
}

export interface Repeat {
  freq: 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  byDay?: readonly string[];
  byMonthDay?: number;
  byMonth?: number;
  clock?: Clock;
  part?: PartOfDay;
}

/** The smallest things a sentence says about time. `readings` are in calendar order; the policy picks one. */
export type Meaning =
  | { type: 'span'; grain: Grain; readings: readonly DaySpan[]; bareWeekday?: number }
  | { type: 'weekday'; weekday: number }
  | { type: 'monthday'; day: number }
  | { type: 'yearly'; on: (year: number) => number | null }
  | { type: 'month'; month: number; slice?: Slice }
  | { type: 'nth'; nth: number; weekday: number }
  | { type: 'nthWeek'; nth: number }
  | { type: 'slice'; slice: Slice }
  | { type: 'clock'; clock: Clock }
  | { type: 'part'; part: PartOfDay; shift?: number }
  | { type: 'moment'; day: number; second: number; present?: boolean }
  | { type: 'duration'; amount: Amount }
  | { type: 'set'; repeat: Repeat }
  | { type: 'number'; value: number; digits: string }
  | { type: 'interval'; from: Endpoint | null; to: Endpoint | null }
  | { type: 'prefix'; mode: OpenMode; pair: 'range' | 'between' | null }
  | { type: 'suffix'; mode: OpenMode }
  | { type: 'link'; word: 'to' | 'and' }
  | { type: 'offset'; direction: 1 | -1 };

export type OpenMode = 'before' | 'by' | 'after' | 'since';
export type Slice = 'early' | 'mid' | 'late' | 'first' | 'last';

export interface Endpoint {
  day: number;
  /** null: the whole day. */
  second: number | null;
}

export interface Piece {
  /** Token indexes [start, end). */
  start: number;
  end: number;
  /** Means nothing about time unless it stands beside something that does. */
  weak: boolean;
  meaning: Meaning;
}

export const NO_AMOUNT: Amount = { months: 0, days: 0, businessDays: 0, seconds: 0 };

export function addAmounts(a: Amount, b: Amount): Amount {
  return {
    months: a.months + b.months,
    days: a.days + b.days,
    businessDays: a.businessDays + b.businessDays,
    seconds: a.seconds + b.seconds,
  };
}

const UNIT_AMOUNTS = {
  second: { ...NO_AMOUNT, seconds: 1 },
  minute: { ...NO_AMOUNT, seconds: 60 },
  hour: { ...NO_AMOUNT, seconds: 3600 },
  day: { ...NO_AMOUNT, days: 1 },
  businessDay: { ...NO_AMOUNT, businessDays: 1 },
  week: { ...NO_AMOUNT, days: 7 },
  fortnight: { ...NO_AMOUNT, days: 14 },
  month: { ...NO_AMOUNT, months: 1 },
  quarter: { ...NO_AMOUNT, months: 3 },
  year: { ...NO_AMOUNT, months: 12 },
  decade: { ...NO_AMOUNT, months: 120 },
} as const satisfies Record<string, Amount>;

export type Unit = keyof typeof UNIT_AMOUNTS;

/** So many of a unit; halves of days, months and years become the next smaller unit. */
export function amountOf(unit: Unit, count: number): Amount {
  const one: Amount = UNIT_AMOUNTS[unit];
  const months = one.months * count;
  const days = one.days * count + (months - Math.trunc(months)) * 30;
  return {
    months: Math.trunc(months),
    days: Math.trunc(days),
    businessDays: Math.round(one.businessDays * count),
    seconds: one.seconds * count + Math.round((days - Math.trunc(days)) * 86_400),
  };
}

export function secondsOf(amount: Amount): number {
  const years = Math.trunc(amount.months / 12);
  const months = amount.months - years * 12;
  return (years * 365 + months * 30 + amount.days + amount.businessDays) * 86_400 + amount.seconds;
}

export const WEEKDAY_CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

export const piece = (start: number, end: number, meaning: Meaning, weak = false): Piece => ({
  start,
  end,
  weak,
  meaning,
});

/** A piece that means one day. */
export const day = (start: number, end: number, at: number): Piece =>
  piece(start, end, { type: 'span', grain: 'day', readings: [{ from: at, to: at + 1 }] });
