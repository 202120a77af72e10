import { MONTHS, WEEKDAY_PLURALS, WEEKDAYS } from './english-names.ts';
import { englishNumberAt } from './numerals.ts';
import {
  type Amount,
  addAmounts,
  amountOf,
  type Piece,
  type Repeat,
  type Source,
  type Unit,
  WEEKDAY_CODES,
} from './piece.ts';
import type { Token } from './tokens.ts';

const UNITS = new Map<string, Unit>(
  (
    [
      ['second', 'second seconds sec secs'],
      ['minute', 'minute minutes min mins'],
      ['hour', 'hour hours hr hrs'],
      ['day', 'day days night nights'],
      ['week', 'week weeks wk wks'],
      ['fortnight', 'fortnight fortnights'],
      ['month', 'month months mo mos'],
      ['quarter', 'quarter quarters'],
      ['year', 'year years yr yrs'],
      ['decade', 'decade decades'],
    ] as const
  ).flatMap(([unit, words]) => words.split(' ').map((word) => [word, unit] as const)),
);
/** Single letters count only when attached to a digit: `3h`. */
const LETTERS = new Map<string, Unit>([
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['s', 'second'],
  ['m', 'minute'],
  ['y', 'year'],
]);

export function unitAt(tokens: readonly Token[], at: number): { unit: Unit; next: number } | null {
  const token = tokens[at];
  if (token?.kind !== 'word') return null;
  if (['business', 'working', 'work'].includes(token.text)) {
    return ['day', 'days'].includes(tokens[at + 1]?.text ?? '') ? { unit: 'businessDay', next: at + 2 } : null;
  }
  if (token.text === 'weekdays' || token.text === 'workdays') return { unit: 'businessDay', next: at + 1 };
  const unit = UNITS.get(token.text) ?? (token.spaced ? undefined : LETTERS.get(token.text));
  return unit ? { unit, next: at + 1 } : null;
}

const VAGUE = new Map([
  ['few', 3],
  ['several', 3],
  ['some', 3],
  ['couple', 2],
]);
/** `1 year 2 months 3 days 4 hours 5 minutes 6 seconds` */
const MAX_TERMS = 6;

/** An amount of time: "3 days", "an hour and a half", "one and a half hours", "half a day", "2 years 1 month". */
export function amountAt(tokens: readonly Token[], at: number): { amount: Amount; next: number } | null {
  const first = termAt(tokens, at);
  if (!first) return null;
  let { amount, next } = first;
  for (let terms = 1; terms < MAX_TERMS; terms += 1) {
    const glue = [',', 'and'].includes(tokens[next]?.text ?? '') ? next + 1 : next;
    const half = glue > next ? closingHalf(tokens, glue) : null;
    if (half) {
      amount = addAmounts(amount, amountOf(first.unit, half.value));
      next = half.next;
      break;
    }
    const more = termAt(tokens, glue, true);
    if (!more || more.unit === first.unit) break;
    amount = addAmounts(amount, more.amount);
    next = more.next;
  }
  return { amount, next };
}

/** "and a half", "and a quarter" after the unit */
function closingHalf(tokens: readonly Token[], at: number): { value: number; next: number } | null {
  const from = tokens[at]?.text === 'a' ? at + 1 : at;
  const value = { half: 0.5, quarter: 0.25 }[tokens[from]?.text ?? ''];
  if (value === undefined || unitAt(tokens, from + 1)) return null;
  return { value, next: from + 1 };
}

function termAt(
  tokens: readonly Token[],
  at: number,
  counted = false,
): { amount: Amount; unit: Unit; next: number } | null {
  const count = countAt(tokens, at, counted);
  if (!count) return null;
  const afterHyphen = tokens[count.next]?.text === '-' && !tokens[count.next]?.spaced ? count.next + 1 : count.next;
  const found = unitAt(tokens, afterHyphen);
  if (!found) return null;
  return { amount: amountOf(found.unit, count.value), unit: found.unit, next: found.next };
}

function countAt(tokens: readonly Token[], at: number, counted: boolean): { value: number; next: number } | null {
  const text = tokens[at]?.text ?? '';
  if (text === 'half') {
    const next = ['a', 'an'].includes(tokens[at + 1]?.text ?? '') ? at + 2 : at + 1;
    return { value: 0.5, next };
  }
  if (!counted && (text === 'a' || text === 'an')) {
    const vague = VAGUE.get(tokens[at + 1]?.text ?? '');
    if (vague !== undefined) return { value: vague, next: at + (tokens[at + 2]?.text === 'of' ? 3 : 2) };
    if (tokens[at + 1]?.text === 'half') return { value: 0.5, next: at + 2 };
    return { value: 1, next: at + 1 };
  }
  if (!counted && ['another', 'all'].includes(text)) return { value: 1, next: at + 1 };
  const vague = VAGUE.get(text);
  if (vague !== undefined && !counted) return { value: vague, next: at + (tokens[at + 1]?.text === 'of' ? 2 : 1) };
  const number = englishNumberAt(tokens, at);
  if (!number || number.ordinal) return null;
  return fraction(tokens, number.value, number.next);
}

/** 3.5, "twenty and four", "one and a half", "5 upcoming" */
function fraction(tokens: readonly Token[], whole: number, at: number): { value: number; next: number } {
  const [mark, decimals] = [tokens[at], tokens[at + 1]];
  if (
    mark?.text === '.' &&
    !mark.spaced &&
    decimals?.kind === 'number' &&
    !decimals.spaced &&
    decimals.text.length < 7
  ) {
    return { value: whole + Number(`0.${decimals.text}`), next: at + 2 };
  }
  if (mark?.text === 'and') {
    const from = tokens[at + 1]?.text === 'a' ? at + 2 : at + 1;
    const part = { half: 0.5, quarter: 0.25 }[tokens[from]?.text ?? ''];
    if (part !== undefined) return { value: whole + part, next: from + 1 };
    const more = englishNumberAt(tokens, at + 1);
    if (whole >= 20 && more && !more.ordinal && more.value < 10) return { value: whole + more.value, next: more.next };
  }
  return { value: whole, next: at };
}

const ADVERBS = new Map<string, Repeat>([
  ['hourly', { freq: 'HOURLY', interval: 1 }],
  ['daily', { freq: 'DAILY', interval: 1 }],
  ['everyday', { freq: 'DAILY', interval: 1 }],
  ['nightly', { freq: 'DAILY', interval: 1 }],
  ['weekly', { freq: 'WEEKLY', interval: 1 }],
  ['biweekly', { freq: 'WEEKLY', interval: 2 }],
  ['fortnightly', { freq: 'WEEKLY', interval: 2 }],
  ['monthly', { freq: 'MONTHLY', interval: 1 }],
  ['bimonthly', { freq: 'MONTHLY', interval: 2 }],
  ['quarterly', { freq: 'MONTHLY', interval: 3 }],
  ['yearly', { freq: 'YEARLY', interval: 1 }],
  ['annually', { freq: 'YEARLY', interval: 1 }],
  ['annual', { freq: 'YEARLY', interval: 1 }],
]);
const WORKDAYS = WEEKDAY_CODES.slice(0, 5);
const WEEKEND = WEEKDAY_CODES.slice(5);
const EVERY = new Set(['every', 'each']);

export function setAt({ tokens }: Source, at: number): Piece | null {
  const found = adverb(tokens, at) ?? pluralDays(tokens, at) ?? everyPhrase(tokens, at) ?? timesPer(tokens, at);
  return found ? { start: at, end: found.next, weak: false, meaning: { type: 'set', repeat: found.repeat } } : null;
}

interface FoundRepeat {
  repeat: Repeat;
  next: number;
}

function adverb(tokens: readonly Token[], at: number): FoundRepeat | null {
  const bi = tokens[at]?.text === 'bi' && tokens[at + 1]?.text === '-' ? at + 2 : at;
  const repeat = ADVERBS.get(tokens[bi]?.text ?? '');
  if (!repeat) return null;
  return { repeat: bi > at ? { ...repeat, interval: repeat.interval * 2 } : repeat, next: bi + 1 };
}

/** Mondays; Mondays and Thursdays; weekdays; on weekends */
function pluralDays(tokens: readonly Token[], at: number): FoundRepeat | null {
  const text = tokens[at]?.text ?? '';
  if (text === 'weekdays' || text === 'weekends') {
    if (!['on', ','].includes(tokens[at - 1]?.text ?? '') && tokens[at + 1]?.text !== 'at') return null;
    return { repeat: { freq: 'WEEKLY', interval: 1, byDay: text === 'weekdays' ? WORKDAYS : WEEKEND }, next: at + 1 };
  }
  return dayList(tokens, at, WEEKDAY_PLURALS, 1);
}

function dayList(
  tokens: readonly Token[],
  at: number,
  names: ReadonlyMap<string, number>,
  interval: number,
): FoundRepeat | null {
  const days = new Set<number>();
  let next = at;
  for (let item = at; days.size < 7; ) {
    const weekday = names.get(tokens[item]?.text ?? '');
    if (weekday === undefined) break;
    days.add(weekday);
    next = item + 1;
    item = next;
    while ([',', 'and', '&', '/'].includes(tokens[item]?.text ?? '') && item < next + 2) item += 1;
    if (item === next) break;
  }
  if (days.size === 0) return null;
  return {
    repeat: {
      freq: 'WEEKLY',
      interval,
      byDay: [...days].sort((a, b) => a - b).map((day) => WEEKDAY_CODES[day - 1] ?? 'MO'),
    },
    next,
  };
}

const UNIT_REPEATS: Partial<Record<Unit, Pick<Repeat, 'freq' | 'interval'>>> = {
  minute: { freq: 'MINUTELY', interval: 1 },
  hour: { freq: 'HOURLY', interval: 1 },
  day: { freq: 'DAILY', interval: 1 },
  week: { freq: 'WEEKLY', interval: 1 },
  fortnight: { freq: 'WEEKLY', interval: 2 },
  month: { freq: 'MONTHLY', interval: 1 },
  quarter: { freq: 'MONTHLY', interval: 3 },
  year: { freq: 'YEARLY', interval: 1 },
};

const PART_HOURS = new Map([
  ['morning', { from: 8 * 3600, to: 12 * 3600, side: 'am' }],
  ['afternoon', { from: 12 * 3600, to: 16 * 3600, side: 'pm' }],
  ['evening', { from: 16 * 3600, to: 20 * 3600, side: 'pm' }],
  ['night', { from: 20 * 3600, to: 24 * 3600, side: 'night' }],
] as const);

/** every day, each two weeks, every other Friday, every Mon, Wed and Fri, every 15th, every 1st of May */
function everyPhrase(tokens: readonly Token[], at: number): FoundRepeat | null {
  if (!EVERY.has(tokens[at]?.text ?? '')) return null;
  let next = at + 1;
  if (tokens[next]?.text === 'single') next += 1;
  let interval = 1;
  if (
    ['other', 'second'].includes(tokens[next]?.text ?? '') &&
    (unitAt(tokens, next + 1) || WEEKDAYS.has(tokens[next + 1]?.text ?? ''))
  ) {
    interval = 2;
    next += 1;
  }
  const text = tokens[next]?.text ?? '';
  const part = PART_HOURS.get(text as 'morning');
  if (part) return { repeat: { freq: 'DAILY', interval, part }, next: next + 1 };
  if (
    ['weekday', 'workday'].includes(text) ||
    (['business', 'working'].includes(text) && tokens[next + 1]?.text === 'day')
  ) {
    return { repeat: { freq: 'WEEKLY', interval, byDay: WORKDAYS }, next: next + (text.endsWith('day') ? 1 : 2) };
  }
  if (text === 'weekend') return { repeat: { freq: 'WEEKLY', interval, byDay: WEEKEND }, next: next + 1 };
  const month = MONTHS.get(text);
  if (month !== undefined) return yearlyRepeat(tokens, next + 1, month);
  const days = dayList(tokens, next, WEEKDAYS, interval) ?? dayList(tokens, next, WEEKDAY_PLURALS, interval);
  if (days) return dayInWeek(tokens, days);
  return everyNumber(tokens, next, interval);
}

/** "every Monday morning": the part of day belongs to the repeat, the grammar above it adds clock times. */
function dayInWeek(tokens: readonly Token[], days: FoundRepeat): FoundRepeat {
  const part = PART_HOURS.get((tokens[days.next]?.text ?? '') as 'morning');
  return part ? { repeat: { ...days.repeat, part }, next: days.next + 1 } : days;
}

function yearlyRepeat(tokens: readonly Token[], at: number, month: number): FoundRepeat {
  const day = englishNumberAt(tokens, at);
  if (day && day.value >= 1 && day.value <= 31)
    return { repeat: { freq: 'YEARLY', interval: 1, byMonth: month, byMonthDay: day.value }, next: day.next };
  return { repeat: { freq: 'YEARLY', interval: 1, byMonth: month }, next: at };
}

function everyNumber(tokens: readonly Token[], at: number, interval: number): FoundRepeat | null {
  const number = englishNumberAt(tokens, at);
  const weekday = number?.ordinal ? WEEKDAYS.get(tokens[number.next]?.text ?? '') : undefined;
  if (number && weekday !== undefined && number.value <= 5) return nthWeekdayRepeat(tokens, number, weekday);
  if (number?.ordinal && number.value <= 31 && !unitAt(tokens, number.next)) {
    const of = tokens[number.next]?.text === 'of' ? number.next + 1 : number.next;
    const month = MONTHS.get(tokens[of]?.text ?? '');
    if (month !== undefined)
      return { repeat: { freq: 'YEARLY', interval, byMonth: month, byMonthDay: number.value }, next: of + 1 };
    const closing =
      ['the', 'each', 'every'].includes(tokens[of]?.text ?? '') && tokens[of + 1]?.text === 'month'
        ? of + 2
        : number.next;
    return { repeat: { freq: 'MONTHLY', interval, byMonthDay: number.value }, next: closing };
  }
  const count = number ? number.value : 1;
  const found = unitAt(tokens, number ? number.next : at);
  const base = found ? UNIT_REPEATS[found.unit] : undefined;
  if (!found || !base || count < 1) return null;
  return { repeat: { freq: base.freq, interval: base.interval * count * interval }, next: found.next };
}

/** every first Monday (of the month) */
function nthWeekdayRepeat(
  tokens: readonly Token[],
  { value, next }: { value: number; next: number },
  weekday: number,
): FoundRepeat {
  const month = ['of', 'in'].includes(tokens[next + 1]?.text ?? '') && tokens[next + 3]?.text === 'month';
  return {
    repeat: { freq: 'MONTHLY', interval: 1, byDay: [`${value}${WEEKDAY_CODES[weekday - 1] ?? 'MO'}`] },
    next: next + (month ? 4 : 1),
  };
}

/** once a week, one a day */
function timesPer(tokens: readonly Token[], at: number): FoundRepeat | null {
  if (!['once', 'one'].includes(tokens[at]?.text ?? '')) return null;
  if (!['a', 'an', 'per', 'every', 'each'].includes(tokens[at + 1]?.text ?? '')) return null;
  const found = unitAt(tokens, at + 2);
  const base = found ? UNIT_REPEATS[found.unit] : undefined;
  return found && base ? { repeat: base, next: found.next } : null;
}
