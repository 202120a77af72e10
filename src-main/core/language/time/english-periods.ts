import { combineDates } from './calendar.ts';
import { addMonths, civilOf, dayNumber, mondayOf, monthSpan, weekdayOf, weekSpan, yearSpan } from './civil.ts';
import { amountAt, unitAt } from './english-amount.ts';
import { EVERYDAY_MONTHS, monthFirst, relativeDay, weekdayRule } from './english-days.ts';
import { MONTHS, WEEKDAYS } from './english-names.ts';
import { atPhraseEnd, isPart, PARTS, QUALIFIERS, skip, word } from './english-text.ts';
import { digitsAt, englishNumberAt } from './numerals.ts';
import { amountOf, day, NO_AMOUNT, type Piece, piece, type Slice, type Source } from './piece.ts';
import { aroundNow, shifted } from './shift.ts';

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

/** this/next/last with a period, a weekday, a month or a part of day. */
export function qualifiedPeriod(source: Source, at: number): Piece | null {
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
export function wholePeriod(source: Source, at: number): Piece | null {
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
  if (word(source, at) !== 'the' || !['for', 'in', 'on', 'over', 'at'].includes(lead)) return null;
  if (!atPhraseEnd(source, at + 2)) return null;
  switch (word(source, at + 1)) {
    case 'day':
      return lead === 'for' ? day(at, at + 2, today) : null;
    case 'week':
      return piece(at, at + 2, { type: 'span', grain: 'week', readings: [weekSpan(today)] });
    case 'weekend':
      return periodPiece(source, at, at + 1, 0, 'this');
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

export function partRule(source: Source, at: number): Piece | null {
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

/** in/within/next/last and an amount: "in 3 days", "within the next two weeks", "the past 5 minutes". */
export function prefixedAmount(source: Source, at: number): Piece | null {
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
export function edgeOfPeriod(source: Source, at: number): Piece | null {
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

export function sliceRule(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const slice = SLICES.get(word(source, from));
  if (!slice) return null;
  const next = skip(source, skip(source, from + 1, '-', 'of', 'in'), 'the');
  const running = next > from + 1 && word(source, next - 1) === 'the' ? periodPiece(source, at, next, 0, 'this') : null;
  const combined = running ? combineDates({ type: 'slice', slice }, running.meaning, source.today) : null;
  if (running && combined) return piece(at, running.end, combined);
  return piece(at, next, { type: 'slice', slice }, true);
}

/** "in 2007", "the year of 2008" */
export function namedYear(source: Source, at: number): Piece | null {
  const from = skip(source, at, 'the');
  const lead = word(source, from);
  const yearAt = lead === 'in' ? from + 1 : lead === 'year' && word(source, from + 1) === 'of' ? from + 2 : 0;
  const number = yearAt > 0 ? digitsAt(source.tokens, yearAt) : null;
  if (number?.digits.length !== 4 || number.value < 1900 || number.value > 2100 || !atPhraseEnd(source, number.next))
    return null;
  return piece(at, number.next, { type: 'span', grain: 'year', readings: [yearSpan(number.value)] });
}

/** "5 upcoming years", "the 2 next days" */
export function countedPeriod(source: Source, at: number): Piece | null {
  const number = englishNumberAt(source.tokens, at);
  if (!number || number.ordinal || number.value < 1) return null;
  const direction = QUALIFIERS.get(word(source, number.next));
  const found = direction ? unitAt(source.tokens, number.next + 1) : null;
  return found && direction
    ? piece(at, found.next, aroundNow(source, amountOf(found.unit, number.value), direction > 0 ? 1 : -1))
    : null;
}
