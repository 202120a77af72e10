import { dayNumber, monthSpan, validDay, weekdayOf } from './civil.ts';
import { meridiemAt } from './english-clock.ts';
import { MONTHS, WEEKDAY_PLURALS, WEEKDAYS } from './english-names.ts';
import { atPhraseEnd, PARTS, skip, word } from './english-text.ts';
import { ENGLISH_HOLIDAYS, HOLIDAYS_NEEDING_DAY } from './holidays.ts';
import { digitsAt, englishNumberAt, spokenYearAt } from './numerals.ts';
import { yearOf } from './numeric-date.ts';
import { day, type Piece, piece, type Source } from './piece.ts';

/** Words that show that a month or weekday name which is also an everyday word means the calendar. */
const CALENDAR_LEADS = new Set([
  'in',
  'on',
  'of',
  'this',
  'next',
  'last',
  'since',
  'by',
  'until',
  'till',
  'before',
  'after',
  'from',
  'to',
  'during',
  'through',
  'mid',
  'early',
  'late',
  'between',
  'every',
  'each',
  'past',
  'previous',
  'coming',
  'for',
  '-',
  'and',
  'or',
  'end',
]);

export const EVERYDAY_MONTHS = new Set(['may', 'march', 'mar', 'dec', 'sep', 'jan', 'jun']);

const EVERYDAY_WEEKDAYS = new Set(['sun', 'sat', 'wed', 'mon']);

export function monthFirst(source: Source, at: number): Piece | null {
  const month = MONTHS.get(word(source, at));
  if (month === undefined) return null;
  let next = at + 1;
  if (word(source, next) === '.' && !source.tokens[next]?.spaced) next += 1;
  const separated = ['/', '-', ','].includes(word(source, next)) ? next + 1 : next;
  const year = yearAfter(source, separated, true);
  if (year) return monthOfYear(at, year.next, year.value, month);
  const dayAt = skip(source, ['/', '-'].includes(word(source, next)) ? next + 1 : next, 'the');
  const dayOfMonth = englishNumberAt(source.tokens, dayAt);
  if (
    dayOfMonth &&
    dayOfMonth.value >= 1 &&
    dayOfMonth.value <= 31 &&
    !isClockStart(source, dayOfMonth.next, dayOfMonth.ordinal)
  ) {
    return withYear(source, at, dayOfMonth.next, month, dayOfMonth.value);
  }
  const shy =
    EVERYDAY_MONTHS.has(word(source, at)) &&
    !(
      CALENDAR_LEADS.has(word(source, at - 1)) &&
      !(
        word(source, at) === 'may' &&
        ['be', 'or', 'not', 'have', 'well', 'take'].includes(word(source, at + 1)) &&
        word(source, at - 1) !== 'in'
      )
    );
  return piece(
    at,
    word(source, next - 1) === '.' ? next - 1 : next,
    { type: 'month', month },
    shy || (word(source, at) === 'may' && ['and', 'or', 'for'].includes(word(source, at - 1))),
  );
}

function isClockStart(source: Source, at: number, ordinal: boolean): boolean {
  if (ordinal) return false;
  const text = word(source, at);
  return (
    (text === ':' && source.tokens[at + 1]?.kind === 'number') || meridiemAt(source.tokens, at) !== null || text === '%'
  );
}

export function dayThenMonth(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const dayOfMonth = englishNumberAt(source.tokens, from);
  if (!dayOfMonth || dayOfMonth.value < 1 || dayOfMonth.value > 31) return null;
  let next = skip(source, dayOfMonth.next, '.', '-', '/');
  next = skip(source, next, 'of', 'day');
  next = skip(source, next, 'of');
  const name = word(source, next);
  const month = MONTHS.get(name);
  if (month === undefined) return null;
  // "the 2 may differ", "4 march past": a plain number before a verb is no date.
  if (next === dayOfMonth.next && !dayOfMonth.ordinal && dayOfMonth.digits === '' && EVERYDAY_MONTHS.has(name))
    return null;
  let end = next + 1;
  if (['.', '-', '/'].includes(word(source, end)) && source.tokens[end + 1]?.kind === 'number') end += 1;
  return withYear(source, at, end, month, dayOfMonth.value);
}

export function yearThenMonth(source: Source, at: number): Piece | null {
  const year = yearAfter(source, at, true);
  if (!year) return null;
  const monthAt = skip(source, year.next, '-', '/', ',');
  const month = MONTHS.get(word(source, monthAt));
  if (month === undefined) return null;
  const dayAt = skip(source, monthAt + 1, '-', '/');
  const dayOfMonth = digitsAt(source.tokens, dayAt);
  if (dayOfMonth && dayOfMonth.value <= 31 && !isClockStart(source, dayOfMonth.next, dayOfMonth.ordinal)) {
    const found = validDay(year.value, month, dayOfMonth.value);
    if (found !== null) return day(at, dayOfMonth.next, found);
  }
  return monthOfYear(at, monthAt + 1, year.value, month);
}

/** A yearly day, made a single day where a year follows. */
function withYear(source: Source, start: number, end: number, month: number, dayOfMonth: number): Piece | null {
  const hasClock = isClockStart(source, end + (word(source, end) === ',' ? 2 : 1), false);
  const afterComma = skip(source, skip(source, end, ','), 'of', 'in');
  const year = hasClock ? null : yearAfter(source, afterComma, false, afterComma !== end);
  if (year) {
    const found = validDay(year.value, month, dayOfMonth);
    return found === null ? null : day(start, year.next, found);
  }
  if (validDay(2024, month, dayOfMonth) === null) return null;
  return piece(start, end, { type: 'yearly', on: (inYear) => validDay(inYear, month, dayOfMonth) });
}

function yearAfter(
  source: Source,
  at: number,
  fourDigits: boolean,
  shortAllowed = false,
): { value: number; next: number } | null {
  const digits = digitsAt(source.tokens, at);
  if (digits && !digits.ordinal) {
    const { length } = digits.digits;
    const clock = isClockStart(source, digits.next, false);
    if (length === 4 && digits.value >= 1000 && !clock) return { value: digits.value, next: digits.next };
    if (!fourDigits && shortAllowed && length === 2 && !clock && atPhraseEnd(source, digits.next))
      return { value: yearOf(digits.digits), next: digits.next };
    return null;
  }
  const spoken = spokenYearAt(source.tokens, at);
  return spoken ? { value: spoken.value, next: spoken.next } : null;
}

function monthOfYear(start: number, end: number, year: number, month: number): Piece {
  return piece(start, end, { type: 'span', grain: 'month', readings: [monthSpan(year, month)] });
}

export function weekdayRule(source: Source, at: number): Piece | null {
  const weekday = WEEKDAYS.get(word(source, at));
  if (weekday === undefined) return null;
  const end = word(source, at + 1) === '.' && source.tokens[at + 2]?.kind === 'number' ? at + 2 : at + 1;
  const shy =
    EVERYDAY_WEEKDAYS.has(word(source, at)) && !CALENDAR_LEADS.has(word(source, at - 1)) && source.tokens.length > 1;
  return piece(at, end, { type: 'weekday', weekday }, shy);
}

const RELATIVE_DAYS = new Map([
  ['today', 0],
  ['tdy', 0],
  ['tomorrow', 1],
  ['tommorow', 1],
  ['tommorrow', 1],
  ['tomorow', 1],
  ['tmrw', 1],
  ['tmr', 1],
  ['tmw', 1],
  ['tomo', 1],
  ['yesterday', -1],
]);

export function relativeDay(source: Source, at: number): Piece | null {
  const start = at;
  const from = skip(source, at, 'the');
  if (word(source, from) === 'day' && ['after', 'before'].includes(word(source, from + 1))) {
    const step = word(source, from + 1) === 'after' ? 1 : -1;
    const anchor = RELATIVE_DAYS.get(word(source, from + 2));
    if (anchor !== undefined) return day(start, from + 3, source.today + anchor + step);
    if (from > at && atPhraseEnd(source, from + 2)) return day(start, from + 2, source.today + step);
    return null;
  }
  const offset = RELATIVE_DAYS.get(word(source, at).replace(/'s$/, ''));
  if (offset !== undefined) return day(at, at + 1, source.today + offset);
  switch (word(source, at)) {
    case 'now':
      return piece(at, at + 1, { type: 'moment', day: source.today, second: source.now, present: true });
    case 'tonight':
    case 'tonite':
      return piece(at, at + 1, { type: 'part', part: PARTS.night, shift: 0 });
    default:
      return null;
  }
}

export function holidayRule(source: Source, at: number): Piece | null {
  let name = '';
  let found: Piece | null = null;
  for (let next = at; next < at + 4; next += 1) {
    const token = source.tokens[next];
    if (token?.kind !== 'word' && !(token?.text === '-' && name === 'mid') && !(token?.text === "'" && !token.spaced))
      break;
    if (token.text === "'") continue;
    const text = token.text.replaceAll("'", '');
    name = token.text === '-' ? `${name}-` : name === '' || name.endsWith('-') ? name + text : `${name} ${text}`;
    const on = ENGLISH_HOLIDAYS.get(name);
    if (!on) continue;
    const apostrophe = word(source, next + 1) === "'" ? 1 : 0;
    const closed = word(source, next + 1 + apostrophe) === 'day';
    if (!closed && HOLIDAYS_NEEDING_DAY.has(name)) continue;
    found = piece(at, next + 1 + (closed ? 1 + apostrophe : 0), { type: 'yearly', on });
  }
  return found;
}

/** The 21st; a bare "on 15" where nothing else can be meant. */
export function ordinalDay(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const number = englishNumberAt(source.tokens, from);
  if (!number || number.value < 1 || number.value > 31) return null;
  const led = from > at;
  const lead = word(source, at - 1);
  const ordinal = number.ordinal && number.digits !== '';
  if (!ordinal && !led && !(lead === 'on' && number.digits !== '')) return null;
  const free = atPhraseEnd(source, number.next);
  const strong =
    free &&
    (ordinal ? led || DAY_LEADS.has(lead) : led ? DAY_LEADS.has(lead) && lead !== 'of' : number.digits.length <= 2);
  return piece(at, number.next, { type: 'monthday', day: number.value }, !strong);
}

const DAY_LEADS = new Set(['on', 'by', 'for', 'until', 'till', 'before', 'after', 'since', 'from', 'of', 'at', '']);

/** second Sunday, last Friday of, first week of, 3rd week of, 15th century */
export function nthPeriod(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const number = englishNumberAt(source.tokens, from);
  const last = word(source, from) === 'last';
  if (!last && !number?.ordinal) return null;
  const nth = last ? -1 : (number?.value ?? 1);
  const next = last ? from + 1 : (number?.next ?? from + 1);
  const weekday = WEEKDAYS.get(word(source, next));
  if (weekday !== undefined && nth <= 5) {
    if (last && !['of', 'in'].includes(word(source, next + 1))) return null;
    return piece(at, next + 1, { type: 'nth', nth, weekday });
  }
  if (word(source, next) === 'week' && ['of', 'in'].includes(word(source, next + 1)) && nth <= 53)
    return piece(at, next + 1, { type: 'nthWeek', nth }, true);
  if (word(source, next) === 'century' && nth > 0 && nth < 90)
    return piece(at, next + 1, {
      type: 'span',
      grain: 'other',
      readings: [{ from: dayNumber((nth - 1) * 100, 1, 1), to: dayNumber(nth * 100, 1, 1) }],
    });
  return null;
}

/** two Sundays from now */
export function countedWeekday(source: Source, at: number): Piece | null {
  const number = englishNumberAt(source.tokens, at);
  if (!number || number.ordinal || number.value < 1 || number.value > 52) return null;
  const name = word(source, number.next);
  const weekday = WEEKDAYS.get(name) ?? WEEKDAY_PLURALS.get(name);
  if (weekday === undefined) return null;
  const next = number.next + 1;
  const end =
    word(source, next) === 'later'
      ? next + 1
      : word(source, next) === 'from' && word(source, next + 1) === 'now'
        ? next + 2
        : 0;
  if (end === 0) return null;
  const first = source.today + ((weekday - weekdayOf(source.today) + 6) % 7) + 1;
  return day(at, end, first + (number.value - 1) * 7);
}
