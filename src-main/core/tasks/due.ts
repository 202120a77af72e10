import type { ExtractedTodo, TimeExpression } from '../../../src-shared/schema/extraction.ts';

export type Due = NonNullable<ExtractedTodo['due']>;

export interface Schedule {
  due: Due | null;
  rrule: string | null;
  /** The expressions that the schedule is made of; the title leaves them out. */
  used: TimeExpression[];
}

const DAY_MS = 86_400_000;

/** When a todo is due, from the time expressions of its sentence; `reference` is the wall clock. */
export function scheduleOf(expressions: readonly TimeExpression[], reference: string): Schedule {
  const repeat = expressions.find((expression) => expression.kind === 'set');
  if (repeat) {
    const value = firstOccurrence(repeat.rrule, repeat.time ?? null, reference);
    return { due: value && { text: repeat.text, ...value }, rrule: repeat.rrule, used: [repeat] };
  }
  const dated = expressions.find(
    (expression) =>
      ['date', 'datetime', 'range'].includes(expression.kind) &&
      !isPresent(expression) &&
      dueOf(expression, reference) !== null &&
      !isBareClock(expression),
  );
  const clock = expressions.find((expression) => expression.kind === 'time' || isBareClock(expression));
  const joined = dated && clock && dated.kind !== 'datetime' ? join(dated, clock, reference) : null;
  if (joined && dated && clock) return { due: joined, rrule: null, used: [dated, clock] };
  const only = dated ?? clock;
  const due = only ? dueOf(only, reference) : null;
  return { due, rrule: null, used: only && due ? [only] : [] };
}

/** "now" asks for haste, not for a moment that is already gone. */
const isPresent = ({ text }: TimeExpression): boolean => /^(?:now|现在)$/i.test(text);
const isClock = (value: string | undefined): boolean => value !== undefined && /^\d\d:\d\d:\d\d$/.test(value);
const isBareClock = (expression: TimeExpression): boolean =>
  expression.kind === 'range' && (isClock(expression.from) || isClock(expression.to));

/** "tomorrow … at 6pm": the day of one and the clock time of the other. */
function join(dated: TimeExpression, clock: TimeExpression, reference: string): Due | null {
  const day = dueOf(dated, reference);
  const time = clock.kind === 'time' ? clock.value : clock.kind === 'range' ? (clock.from ?? clock.to) : undefined;
  if (day?.kind !== 'date' || !time) return null;
  const [first, second] = dated.start < clock.start ? [dated, clock] : [clock, dated];
  return { text: `${first.text} ${second.text}`, kind: 'datetime', value: `${day.value}T${time}` };
}

function dueOf(expression: TimeExpression, reference: string): Due | null {
  const { text } = expression;
  switch (expression.kind) {
    case 'date':
    case 'datetime':
      return { text, kind: expression.kind, value: expression.value };
    case 'time':
      return { text, kind: 'datetime', value: anchored(expression.value, reference) };
    case 'range':
      return dueOfRange(text, expression.from, expression.to, reference);
    default:
      return null;
  }
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/** Whole days end on their last day, clock ranges are due when they begin, open ones at their edge. */
function dueOfRange(text: string, from: string | undefined, to: string | undefined, reference: string): Due | null {
  const start = from ?? '';
  const edge = start !== '' && (to === undefined || start.length !== DAY_LENGTH) ? start : to;
  if (edge === undefined) return null;
  if (isClock(edge)) return { text, kind: 'datetime', value: anchored(edge, reference) };
  if (edge.length > DAY_LENGTH) return { text, kind: 'datetime', value: edge };
  if (edge === from) return { text, kind: 'date', value: edge };
  // "by Friday" ends as Saturday begins; "before Friday" (周五前) is commonly met on Friday itself.
  const inclusive =
    from === undefined &&
    !/^(?:by|until|till|til|no later|not later|due|up to|最晚|最迟|截)|(?:及|或)(?:之|以)前$|为止$|截止$/i.test(text);
  return { text, kind: 'date', value: inclusive ? edge : dayBefore(edge) };
}

const dayBefore = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);

/** A bare clock time means today, and tomorrow once it has passed. */
function anchored(time: string, reference: string): string {
  const today = reference.slice(0, 10);
  if (time > reference.slice(11)) return `${today}T${time}`;
  return `${new Date(Date.parse(`${today}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)}T${time}`;
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
/** 29 February comes again after eight years at the latest. */
const MAX_DAYS_AHEAD = 366 * 8;

/** The first day, or moment, that a repeat falls on from the reference onwards. */
function firstOccurrence(rrule: string, time: string | null, reference: string): Omit<Due, 'text'> | null {
  const parts = new Map(rrule.split(';').map((part) => part.split('=', 2) as [string, string]));
  const freq = parts.get('FREQ') ?? '';
  if (freq === 'HOURLY' || freq === 'MINUTELY') return null;
  const constrained = ['BYDAY', 'BYMONTHDAY', 'BYMONTH'].some((key) => parts.has(key));
  if (!constrained && freq !== 'DAILY') return null;
  const start = Date.parse(`${reference.slice(0, 10)}T00:00:00Z`);
  const passed = time !== null && time <= reference.slice(11);
  for (let ahead = passed ? 1 : 0; ahead < MAX_DAYS_AHEAD; ahead += 1) {
    const date = new Date(start + ahead * DAY_MS);
    if (!fallsOn(date, parts)) continue;
    const day = date.toISOString().slice(0, 10);
    return time === null ? { kind: 'date', value: day } : { kind: 'datetime', value: `${day}T${time}` };
  }
  return null;
}

function fallsOn(date: Date, parts: ReadonlyMap<string, string>): boolean {
  const byDay = parts.get('BYDAY')?.split(',');
  const code = WEEKDAYS[date.getUTCDay()] ?? '';
  const nth = `${Math.ceil(date.getUTCDate() / 7)}${code}`;
  if (byDay && !byDay.includes(code) && !byDay.includes(nth)) return false;
  const byMonth = parts.get('BYMONTH');
  if (byMonth !== undefined && Number(byMonth) !== date.getUTCMonth() + 1) return false;
  const byMonthDay = parts.get('BYMONTHDAY');
  if (byMonthDay === undefined) return byMonth === undefined || date.getUTCDate() === 1;
  const day =
    byMonthDay === '-1'
      ? new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
      : Number(byMonthDay);
  return date.getUTCDate() === day;
}
