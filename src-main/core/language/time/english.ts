import { combineDates } from './calendar.ts';
import {
  addMonths,
  civilOf,
  dayNumber,
  mondayOf,
  monthSpan,
  validDay,
  weekdayOf,
  weekSpan,
  yearSpan,
} from './civil.ts';
import { amountAt, setAt, unitAt } from './english-amount.ts';
import { clockAt, meridiemAt } from './english-clock.ts';
import { MONTHS, WEEKDAY_PLURALS, WEEKDAYS } from './english-names.ts';
import { ENGLISH_HOLIDAYS, HOLIDAYS_NEEDING_DAY } from './holidays.ts';
import { digitsAt, englishNumberAt, type Numeral, spokenYearAt, wordsAt } from './numerals.ts';
import { numericDateAt, yearOf } from './numeric-date.ts';
import { amountOf, type Meaning, NO_AMOUNT, type PartOfDay, type Piece, type Slice, type Source } from './piece.ts';
import { aroundNow, shifted } from './shift.ts';

/** The longest piece of English that starts at a token. */
export function englishPieceAt(source: Source, at: number): Piece | null {
  const kind = source.tokens[at]?.kind;
  if (kind === 'han') return null;
  let best: Piece | null = null;
  for (const rule of kind === 'number' ? NUMBER_RULES : kind === 'word' ? WORD_RULES : MARK_RULES) {
    const found = rule(source, at);
    if (found && (!best || found.end > best.end)) best = found;
  }
  return best;
}

type Rule = (source: Source, at: number) => Piece | null;

const NUMBER_RULES: readonly Rule[] = [
  numericDateAt,
  dayThenMonth,
  yearThenMonth,
  clockRule,
  amountRule,
  ordinalDay,
  nthPeriod,
  countedPeriod,
  countedWeekday,
  setAt,
  bareNumber,
];
const WORD_RULES: readonly Rule[] = [
  monthFirst,
  dayThenMonth,
  weekdayRule,
  relativeDay,
  nthPeriod,
  qualifiedPeriod,
  wholePeriod,
  namedYear,
  partRule,
  holidayRule,
  clockRule,
  amountRule,
  prefixedAmount,
  countedPeriod,
  countedWeekday,
  setAt,
  ordinalDay,
  edgeOfPeriod,
  sliceRule,
  offsets,
  openings,
  links,
  spokenNumber,
];
const MARK_RULES: readonly Rule[] = [links];

const piece = (start: number, end: number, meaning: Meaning, weak = false): Piece => ({ start, end, weak, meaning });
const day = (start: number, end: number, at: number): Piece =>
  piece(start, end, { type: 'span', grain: 'day', readings: [{ from: at, to: at + 1 }] });
const word = ({ tokens }: Source, at: number): string => tokens[at]?.text ?? '';
const skip = (source: Source, at: number, ...words: string[]): number =>
  words.includes(word(source, at)) ? at + 1 : at;

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
const EVERYDAY_MONTHS = new Set(['may', 'march', 'mar', 'dec', 'sep', 'jan', 'jun']);
/** After "this may" these go on with the verb. */
const LOOSE_FOLLOWERS = new Set([
  'or',
  'and',
  'as',
  'is',
  'just',
  'about',
  'so',
  'if',
  'but',
  'i',
  'we',
  'you',
  'that',
  'then',
]);
const EVERYDAY_WEEKDAYS = new Set(['sun', 'sat', 'wed', 'mon']);

function monthFirst(source: Source, at: number): Piece | null {
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

function dayThenMonth(source: Source, at: number): Piece | null {
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

function yearThenMonth(source: Source, at: number): Piece | null {
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

function weekdayRule(source: Source, at: number): Piece | null {
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

function relativeDay(source: Source, at: number): Piece | null {
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

const PARTS = {
  morning: { from: 8 * 3600, to: 12 * 3600, side: 'am' },
  afternoon: { from: 12 * 3600, to: 16 * 3600, side: 'pm' },
  evening: { from: 16 * 3600, to: 20 * 3600, side: 'pm' },
  night: { from: 20 * 3600, to: 24 * 3600, side: 'night' },
} as const satisfies Record<string, PartOfDay>;
const isPart = (text: string): text is keyof typeof PARTS => Object.hasOwn(PARTS, text);
const QUALIFIERS = new Map([
  ['this', 0],
  ['current', 0],
  ['same', 0],
  ['that', 0],
  ['next', 1],
  ['coming', 1],
  ['upcoming', 1],
  ['following', 1],
  ['last', -1],
  ['past', -1],
  ['previous', -1],
]);

/** this/next/last with a period, a weekday, a month or a part of day. */
function qualifiedPeriod(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const qualifier = word(source, from);
  let offset = QUALIFIERS.get(qualifier);
  if (offset === undefined) return null;
  let next = from + 1;
  if (offset === 0 && ['coming', 'upcoming', 'next'].includes(word(source, next))) {
    offset = 1;
    next += 1;
  }
  const name = word(source, next);
  if (isPart(name) || (name === 'evenings' && offset === 0)) {
    if (!isPart(name) || offset === 1) return null;
    return piece(at, next + 1, { type: 'part', part: PARTS[name], shift: offset });
  }
  const weekday = WEEKDAYS.get(name);
  if (weekday !== undefined) return qualifiedWeekday(source, at, next + 1, weekday, offset, qualifier);
  const month = MONTHS.get(name);
  if (month !== undefined) {
    const unclear =
      EVERYDAY_MONTHS.has(name) &&
      (qualifier === 'that' || LOOSE_FOLLOWERS.has(word(source, next + 1)) || !atPhraseEnd(source, next + 1));
    return unclear
      ? null
      : piece(at, next + 1, {
          type: 'span',
          grain: 'month',
          readings: [monthSpan(yearOfMonth(source, month, offset), month)],
        });
  }
  return periodPiece(source, at, next, offset, qualifier);
}

function qualifiedWeekday(
  source: Source,
  start: number,
  end: number,
  weekday: number,
  offset: number,
  qualifier: string,
): Piece {
  const monday = mondayOf(source.today);
  // "coming" and "upcoming" mean the first one ahead; "next" means the one of next week.
  const ahead = source.today + ((weekday - weekdayOf(source.today) + 6) % 7) + 1;
  const found = ['coming', 'upcoming', 'following'].includes(qualifier) ? ahead : monday + offset * 7 + weekday - 1;
  return day(start, end, found);
}

function yearOfMonth(source: Source, month: number, offset: number): number {
  const { year, month: current } = civilOf(source.today);
  if (offset === 1) return month > current ? year : year + 1;
  if (offset === -1) return month < current ? year : year - 1;
  return year;
}

function periodPiece(source: Source, start: number, at: number, offset: number, qualifier: string): Piece | null {
  const { today } = source;
  const { year, month } = civilOf(today);
  const monday = mondayOf(today);
  switch (word(source, at).replace(/'s$/, '')) {
    case 'day':
      return qualifier === 'same' || qualifier === 'that' ? null : day(start, at + 1, today + offset);
    case 'week': {
      const afterNext = word(source, at + 1) === 'after' && word(source, at + 2) === 'next';
      const from = monday + 7 * (offset + (afterNext ? 1 : 0));
      return piece(start, at + (afterNext ? 3 : 1), {
        type: 'span',
        grain: 'week',
        readings: [{ from, to: from + 7 }],
      });
    }
    case 'weekend':
    case 'wknd':
      return piece(start, at + 1, {
        type: 'span',
        grain: 'other',
        readings: [{ from: monday + 5 + 7 * offset, to: monday + 7 + 7 * offset }],
      });
    case 'month': {
      const first = addMonths(today, offset);
      const civil = civilOf(first);
      return piece(start, at + 1, { type: 'span', grain: 'month', readings: [monthSpan(civil.year, civil.month)] });
    }
    case 'quarter': {
      const first = dayNumber(year, Math.floor((month - 1) / 3) * 3 + 1, 1);
      const from = addMonths(first, 3 * offset);
      return piece(start, at + 1, { type: 'span', grain: 'other', readings: [{ from, to: addMonths(from, 3) }] });
    }
    case 'year':
      return piece(start, at + 1, { type: 'span', grain: 'year', readings: [yearSpan(year + offset)] });
    case 'hour':
    case 'minute': {
      if (offset === 0) return null;
      const seconds = word(source, at) === 'hour' ? 3600 : 60;
      return piece(start, at + 1, aroundNow(source, { ...NO_AMOUNT, seconds }, offset > 0 ? 1 : -1));
    }
    default:
      return null;
  }
}

/** "the week", "for the day": the running period, where the words around leave no other meaning. */
function wholePeriod(source: Source, at: number): Piece | null {
  const { today } = source;
  const { year, month } = civilOf(today);
  if (
    word(source, at) === 'the' &&
    word(source, at + 1) === 'week' &&
    word(source, at + 2) === 'after' &&
    word(source, at + 3) === 'next'
  ) {
    const from = mondayOf(today) + 14;
    return piece(at, at + 4, { type: 'span', grain: 'week', readings: [{ from, to: from + 7 }] });
  }
  if (word(source, at) === 'week' && digitsAt(source.tokens, at + 1)) return numberedWeek(source, at);
  if (word(source, at) === 'year') {
    const named = digitsAt(source.tokens, at + 1);
    return named?.digits.length === 4 && named.value >= 1000
      ? piece(at, named.next, { type: 'span', grain: 'year', readings: [yearSpan(named.value)] })
      : null;
  }
  const weekOf = word(source, at) === 'the' && word(source, at + 1) === 'week' && word(source, at + 2) === 'of';
  if (weekOf) return piece(at, at + 3, { type: 'nthWeek', nth: 0 });
  const lead = word(source, at - 1);
  if (word(source, at) !== 'the' || !['for', 'in'].includes(lead)) return null;
  if (!atPhraseEnd(source, at + 2)) return null;
  switch (word(source, at + 1)) {
    case 'day':
      return lead === 'for' ? day(at, at + 2, today) : null;
    case 'week':
      return piece(at, at + 2, { type: 'span', grain: 'week', readings: [weekSpan(today)] });
    case 'month':
      return piece(at, at + 2, { type: 'span', grain: 'month', readings: [monthSpan(year, month)] });
    case 'year':
      return piece(at, at + 2, { type: 'span', grain: 'year', readings: [yearSpan(year)] });
    default:
      return null;
  }
}

function numberedWeek(source: Source, at: number): Piece | null {
  const number = digitsAt(source.tokens, at + 1);
  if (
    !number ||
    number.value < 1 ||
    number.value > 53 ||
    !['the', 'in', 'of', 'by', 'for', 'before', 'until'].includes(word(source, at - 1))
  )
    return null;
  const from = mondayOf(dayNumber(civilOf(source.today).year, 1, 4)) + (number.value - 1) * 7;
  return piece(at, number.next, { type: 'span', grain: 'week', readings: [{ from, to: from + 7 }] });
}

function partRule(source: Source, at: number): Piece | null {
  let next = at;
  if (
    ['early', 'late', 'mid'].includes(word(source, next)) &&
    (isPart(word(source, next + 1)) || word(source, next + 1) === '-')
  )
    next += word(source, next + 1) === '-' ? 2 : 1;
  const led = ['in', 'during'].includes(word(source, next)) && word(source, next + 1) === 'the';
  if (led) next += 2;
  else if (word(source, next) === 'at' && ['night', 'nite'].includes(word(source, next + 1)))
    return piece(at, next + 2, { type: 'part', part: PARTS.night });
  const name = word(source, next);
  if (isPart(name)) return piece(at, next + 1, { type: 'part', part: PARTS[name] }, !led);
  return null;
}

function holidayRule(source: Source, at: number): Piece | null {
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

function clockRule(source: Source, at: number): Piece | null {
  const found = clockAt(source.tokens, at);
  return found ? piece(at, found.next, { type: 'clock', clock: found.clock }, found.weak) : null;
}

function amountRule(source: Source, at: number): Piece | null {
  const found = amountAt(source.tokens, at);
  if (!found) return null;
  const { amount } = found;
  let next = found.next;
  if (word(source, next) === "'" || word(source, next) === 'time') next += word(source, next) === 'time' ? 0 : 1;
  switch (word(source, next)) {
    case 'ago':
      return piece(at, next + 1, shifted(source, amount, -1));
    case 'later':
    case 'hence':
      return piece(at, next + 1, shifted(source, amount, 1));
    case 'from':
      if (word(source, next + 1) === 'now') return piece(at, next + 2, shifted(source, amount, 1));
      return piece(at, found.next, { type: 'duration', amount });
    default:
      return piece(at, found.next, { type: 'duration', amount });
  }
}

/** in/within/next/last and an amount: "in 3 days", "within the next two weeks", "the past 5 minutes". */
function prefixedAmount(source: Source, at: number): Piece | null {
  let next = at;
  let lead = '';
  if (['in', 'within'].includes(word(source, next))) {
    lead = word(source, next);
    next += 1;
  }
  for (const filler of ['about', 'around', 'less', 'than', 'under'])
    if (lead !== '' && word(source, next) === filler) next += 1;
  next = skip(source, next, 'the');
  const qualifier = QUALIFIERS.get(word(source, next));
  if (qualifier !== undefined && qualifier !== 0) next += 1;
  if (lead === '' && !qualifier) return null;
  const found = amountAt(source.tokens, next);
  if (!found || (qualifier && unitAt(source.tokens, next))) return null;
  if (
    lead === 'in' &&
    ['from', 'after', 'before'].includes(word(source, found.next)) &&
    word(source, found.next + 1) !== 'now'
  )
    return null;
  const end = skip(source, word(source, found.next) === "'" ? found.next + 1 : found.next, 'time');
  const timed = end > found.next && word(source, end - 1) === 'time' ? end : found.next;
  if (qualifier) return piece(at, found.next, aroundNow(source, found.amount, qualifier > 0 ? 1 : -1));
  return piece(at, timed, lead === 'in' ? shifted(source, found.amount, 1) : aroundNow(source, found.amount, 1, true));
}

/** The 21st; a bare "on 15" where nothing else can be meant. */
function ordinalDay(source: Source, at: number): Piece | null {
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
function nthPeriod(source: Source, at: number): Piece | null {
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
function countedWeekday(source: Source, at: number): Piece | null {
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

const ENDINGS = new Map([
  ['eod', 'day'],
  ['cob', 'close'],
  ['eob', 'close'],
  ['eow', 'week'],
  ['eom', 'month'],
  ['eoq', 'quarter'],
  ['eoy', 'year'],
]);

/** EOD, end of tomorrow, the end of the month, close of business: the last moment or the last day. */
function edgeOfPeriod(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const short = ENDINGS.get(word(source, from));
  if (short) return endOf(source, at, from + 1, short);
  if (
    word(source, from) === 'close' &&
    word(source, from + 1) === 'of' &&
    ['business', 'play'].includes(word(source, from + 2))
  )
    return endOf(source, at, from + 3, 'close');
  if (word(source, from) !== 'end') return null;
  const next = skip(source, skip(source, from + 1, 'of'), 'the', 'this');
  const unit = word(source, next);
  const qualified =
    qualifiedPeriod(source, skip(source, from + 1, 'of')) ??
    relativeDay(source, next) ??
    weekdayRule(source, next) ??
    monthFirst(source, next);
  if (['day', 'week', 'month', 'quarter', 'year'].includes(unit)) return endOf(source, at, next + 1, unit);
  if (['business', 'play'].includes(unit)) return endOf(source, at, next + 1, 'close');
  if (!qualified || next === from + 1) return null;
  const { meaning } = qualified;
  if (meaning.type === 'span' && meaning.grain === 'day') {
    const on = meaning.readings[0]?.from ?? source.today;
    return piece(at, qualified.end, { type: 'moment', day: on, second: END_OF_DAY });
  }
  if (meaning.type === 'weekday')
    return piece(at, qualified.end, {
      type: 'moment',
      day: source.today + ((meaning.weekday - weekdayOf(source.today) + 7) % 7),
      second: END_OF_DAY,
    });
  if (meaning.type === 'span') return day(at, qualified.end, (meaning.readings[0]?.to ?? source.today + 1) - 1);
  if (meaning.type === 'month')
    return piece(at, qualified.end, { type: 'yearly', on: (year) => monthSpan(year, meaning.month).to - 1 });
  return null;
}

const END_OF_DAY = 86_399;

function endOf(source: Source, start: number, end: number, unit: string): Piece {
  const { today } = source;
  const { year, month } = civilOf(today);
  switch (unit) {
    case 'day':
      return piece(start, end, { type: 'clock', clock: { second: END_OF_DAY, settled: true } });
    case 'close':
      return piece(start, end, { type: 'clock', clock: { second: 18 * 3600, settled: true } });
    case 'week':
      return day(start, end, mondayOf(today) + (weekdayOf(today) > 5 ? 6 : 4));
    case 'month':
      return day(start, end, monthSpan(year, month).to - 1);
    case 'quarter':
      return day(start, end, addMonths(dayNumber(year, Math.floor((month - 1) / 3) * 3 + 1, 1), 3) - 1);
    default:
      return day(start, end, yearSpan(year).to - 1);
  }
}

const SLICES = new Map<string, Slice>([
  ['early', 'early'],
  ['earlier', 'early'],
  ['mid', 'mid'],
  ['middle', 'mid'],
  ['late', 'late'],
  ['later', 'late'],
  ['beginning', 'early'],
  ['start', 'early'],
]);

function sliceRule(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const slice = SLICES.get(word(source, from));
  if (!slice) return null;
  const next = skip(source, skip(source, from + 1, '-', 'of', 'in'), 'the');
  const running = next > from + 1 && word(source, next - 1) === 'the' ? periodPiece(source, at, next, 0, 'this') : null;
  const combined = running ? combineDates({ type: 'slice', slice }, running.meaning, source.today) : null;
  if (running && combined) return piece(at, running.end, combined);
  return piece(at, next, { type: 'slice', slice }, true);
}

const OPENINGS: readonly (readonly [string, Extract<Meaning, { type: 'prefix' }>])[] = [
  ['no later than', { type: 'prefix', mode: 'by', pair: null }],
  ['not later than', { type: 'prefix', mode: 'by', pair: null }],
  ['due by', { type: 'prefix', mode: 'by', pair: null }],
  ['prior to', { type: 'prefix', mode: 'before', pair: null }],
  ['earlier than', { type: 'prefix', mode: 'before', pair: null }],
  ['up to', { type: 'prefix', mode: 'by', pair: null }],
  ['later than', { type: 'prefix', mode: 'after', pair: null }],
  ['as of', { type: 'prefix', mode: 'since', pair: null }],
  ['starting from', { type: 'prefix', mode: 'since', pair: 'range' }],
  ['starting on', { type: 'prefix', mode: 'since', pair: null }],
  ['starting', { type: 'prefix', mode: 'since', pair: null }],
  ['before', { type: 'prefix', mode: 'before', pair: null }],
  ['by', { type: 'prefix', mode: 'by', pair: null }],
  ['until', { type: 'prefix', mode: 'by', pair: null }],
  ['till', { type: 'prefix', mode: 'by', pair: null }],
  ['til', { type: 'prefix', mode: 'by', pair: null }],
  ['after', { type: 'prefix', mode: 'after', pair: null }],
  ['since', { type: 'prefix', mode: 'since', pair: null }],
  ['from', { type: 'prefix', mode: 'since', pair: 'range' }],
  ['between', { type: 'prefix', mode: 'since', pair: 'between' }],
];
const CLOSINGS: readonly (readonly [string, 'by' | 'since' | 'before'])[] = [
  ['or later', 'since'],
  ['and later', 'since'],
  ['or after', 'since'],
  ['and after', 'since'],
  ['and greater', 'since'],
  ['onwards', 'since'],
  ['onward', 'since'],
  ['or earlier', 'by'],
  ['or before', 'by'],
  ['or sooner', 'by'],
  ['at the latest', 'by'],
  ['latest', 'by'],
];

function openings(source: Source, at: number): Piece | null {
  for (const [phrase, mode] of CLOSINGS) {
    const end = phraseAt(source, at, phrase);
    if (end && (!/^(?:and|or) (?:after|before)$/.test(phrase) || atPhraseEnd(source, end)))
      return piece(at, end, { type: 'suffix', mode }, true);
  }
  for (const [phrase, meaning] of OPENINGS) {
    const end = phraseAt(source, at, phrase);
    // "come by on Monday" sets no limit.
    if (end && !(phrase === 'by' && ['on', 'at'].includes(word(source, end)))) return piece(at, end, meaning, true);
  }
  return null;
}

function phraseAt(source: Source, at: number, phrase: string): number {
  const words = phrase.split(' ');
  return words.every((expected, index) => word(source, at + index) === expected) ? at + words.length : 0;
}

const TO_WORDS = new Set(['to', 'until', 'till', 'til', 'through', 'thru', '-', '~']);

function links(source: Source, at: number): Piece | null {
  const text = word(source, at);
  if (TO_WORDS.has(text))
    return piece(
      at,
      text === '-' && word(source, at + 1) === '-' ? at + 2 : at + 1,
      { type: 'link', word: 'to' },
      true,
    );
  return text === 'and' || text === '&' ? piece(at, at + 1, { type: 'link', word: 'and' }, true) : null;
}

/** "3 days from Tuesday", "two days before yesterday": the word between an amount and a day. */
function offsets(source: Source, at: number): Piece | null {
  const text = word(source, at);
  if (!['from', 'after', 'before'].includes(text) || !unitAt(source.tokens, at - 1)) return null;
  return piece(at, at + 1, { type: 'offset', direction: text === 'before' ? -1 : 1 }, true);
}

function bareNumber(source: Source, at: number): Piece | null {
  const number = digitsAt(source.tokens, at);
  if (!number || number.ordinal) return null;
  return (
    hourAfterAt(source, at, number) ??
    piece(at, number.next, { type: 'number', value: number.value, digits: number.digits }, true)
  );
}

function spokenNumber(source: Source, at: number): Piece | null {
  const number = wordsAt(source.tokens, at);
  if (!number || number.ordinal) return null;
  return (
    hourAfterAt(source, at, number) ?? piece(at, number.next, { type: 'number', value: number.value, digits: '' }, true)
  );
}

/** "at 7" where nothing follows that could be counted. */
function hourAfterAt(source: Source, at: number, { value, digits, next }: Numeral): Piece | null {
  if (
    !['at', '@'].includes(word(source, at - 1)) ||
    digits.length > 2 ||
    value < 1 ||
    value > 24 ||
    !atPhraseEnd(source, next)
  )
    return null;
  return piece(at, next, { type: 'clock', clock: { second: value * 3600, settled: value > 12 } });
}

/** "in 2007", "the year of 2008" */
function namedYear(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const lead = word(source, from);
  const yearAt = lead === 'in' ? from + 1 : lead === 'year' && word(source, from + 1) === 'of' ? from + 2 : 0;
  const number = yearAt > 0 ? digitsAt(source.tokens, yearAt) : null;
  if (number?.digits.length !== 4 || number.value < 1900 || number.value > 2100 || !atPhraseEnd(source, number.next))
    return null;
  return piece(at, number.next, { type: 'span', grain: 'year', readings: [yearSpan(number.value)] });
}

/** "5 upcoming years", "the 2 next days" */
function countedPeriod(source: Source, at: number): Piece | null {
  const number = englishNumberAt(source.tokens, at);
  if (!number || number.ordinal || number.value < 1) return null;
  const direction = QUALIFIERS.get(word(source, number.next));
  const found = direction ? unitAt(source.tokens, number.next + 1) : null;
  return found && direction
    ? piece(at, found.next, aroundNow(source, amountOf(found.unit, number.value), direction > 0 ? 1 : -1))
    : null;
}

/** Words that may follow a number which is an hour or a day, rather than a count of something. */
const FREE_FOLLOWERS = new Set([
  'at',
  'on',
  'in',
  'for',
  'and',
  'to',
  'or',
  'with',
  'please',
  'sharp',
  'if',
  'but',
  'so',
  'then',
  'by',
  'from',
  'until',
  'till',
  'before',
  'after',
  'of',
  'this',
  'next',
  'today',
  'tomorrow',
  'tonight',
  'is',
  'works',
  'thanks',
  'because',
  'since',
  'when',
  'unless',
  'that',
  'about',
  'i',
  'we',
  'you',
  'about',
  'remind',
  'every',
  'each',
  'we',
  'as',
  'just',
  'instead',
  'pst',
  'est',
  'gmt',
  'utc',
  'cet',
  'et',
  'pt',
]);

/** Nothing follows that the words before could count or describe. */
export function atPhraseEnd(source: Source, at: number): boolean {
  const token = source.tokens[at];
  if (!token || token.broken || token.kind === 'han') return true;
  if (token.kind === 'mark')
    return (
      !['%', '$', '/', ':', '-', '+', '*', '#'].includes(token.text) &&
      !(
        token.text === '.' &&
        !token.spaced &&
        source.tokens[at + 1]?.kind === 'number' &&
        !source.tokens[at + 1]?.spaced
      )
    );
  return (
    token.kind === 'word' && (FREE_FOLLOWERS.has(token.text) || WEEKDAYS.has(token.text) || MONTHS.has(token.text))
  );
}
