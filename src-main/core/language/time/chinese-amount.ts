import { chineseNumberAt } from './numerals.ts';
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
import { aroundNow, shifted } from './shift.ts';
import { firstWord, hasWord, text } from './words.ts';

const WEEKDAY_NUMBERS = new Map([...'一二三四五六日'].map((character, index) => [character, index + 1]));
WEEKDAY_NUMBERS.set('天', 7);

/** 星期三, 周日, 礼拜天, 周3 */
export function weekdayAt(source: Source, at: number): { weekday: number; next: number } | null {
  const lead = firstWord(source, at, [['星期'], ['礼拜'], ['周']] as const);
  if (!lead) return null;
  const next = at + lead[0].length;
  const digit =
    source.tokens[next]?.kind === 'number' && text(source, next).length === 1 ? Number(text(source, next)) : 0;
  const weekday = WEEKDAY_NUMBERS.get(text(source, next)) ?? (digit >= 1 && digit <= 7 ? digit : undefined);
  if (weekday === undefined) return null;
  // 周一一, 三周三天: the character before makes it an amount.
  if (text(source, next) === '天' && lead[0] === '周' && chineseNumberAt(source.tokens, at - 1)) return null;
  return { weekday, next: next + 1 };
}

const UNITS: readonly (readonly [string, Unit])[] = [
  ['个工作日', 'businessDay'],
  ['工作日', 'businessDay'],
  ['个小时', 'hour'],
  ['小时', 'hour'],
  ['个钟头', 'hour'],
  ['钟头', 'hour'],
  ['个钟', 'hour'],
  ['分钟', 'minute'],
  ['秒钟', 'second'],
  ['秒', 'second'],
  ['个星期', 'week'],
  ['星期', 'week'],
  ['个礼拜', 'week'],
  ['礼拜', 'week'],
  ['个周', 'week'],
  ['周', 'week'],
  ['个季度', 'quarter'],
  ['个月', 'month'],
  ['年', 'year'],
  ['天', 'day'],
  ['日', 'day'],
  ['晚', 'day'],
];
const LOOSE_COUNTS = new Map([
  ['几', 3],
  ['数', 3],
]);

interface FoundAmount {
  amount: Amount;
  unit: Unit;
  next: number;
}

/** 三天, 一个半小时, 两小时十五分钟, 半个月, 三刻钟 */
export function chineseAmountAt(source: Source, at: number): FoundAmount | null {
  const first = term(source, at);
  if (!first) return null;
  let { amount, next } = first;
  for (let terms = 0; terms < 4; terms += 1) {
    const from = ['零', '又', '加'].includes(text(source, next)) ? next + 1 : next;
    const more = term(source, from);
    if (!more || more.unit === first.unit || more.unit === 'businessDay') break;
    amount = addAmounts(amount, more.amount);
    next = more.next;
  }
  return { amount, unit: first.unit, next };
}

function term(source: Source, at: number): FoundAmount | null {
  if (text(source, at) === '半') {
    const unit = firstWord(source, at + 1, UNITS);
    if (!unit || unit[1] === 'businessDay' || unit[0] === '晚' || unit[0] === '日' || unit[1] === 'second') return null;
    return { amount: amountOf(unit[1], 0.5), unit: unit[1], next: at + 1 + unit[0].length };
  }
  const loose = LOOSE_COUNTS.get(text(source, at));
  const number = chineseNumberAt(source.tokens, at);
  let count = loose ?? number?.value;
  if (count === undefined) return null;
  let next = loose === undefined ? (number?.next ?? at + 1) : at + 1;
  if (text(source, next) === '.' && !source.tokens[next]?.spaced && source.tokens[next + 1]?.kind === 'number') {
    count += Number(`0.${text(source, next + 1).slice(0, 6)}`);
    next += 2;
  }
  if (text(source, next) === '刻' && text(source, next + 1) === '钟')
    return { amount: amountOf('minute', count * 15), unit: 'minute', next: next + 2 };
  if (text(source, next) === '来' || text(source, next) === '多') next += 1;
  // 一个半小时, 两个半月
  if (text(source, next) === '个' && text(source, next + 1) === '半') {
    const unit = firstWord(source, next + 2, [...UNITS, ['月', 'month'] as const]);
    return unit ? { amount: amountOf(unit[1], count + 0.5), unit: unit[1], next: next + 2 + unit[0].length } : null;
  }
  const unit = firstWord(source, next, UNITS);
  if (!unit) return null;
  const end = next + unit[0].length;
  if (unit[0] === '年' && ((number?.digits.length ?? 0) >= 2 || count >= 1000)) return null;
  if (
    (unit[0] === '周' || unit[0] === '星期' || unit[0] === '礼拜') &&
    ['末', '年', '边', '围'].includes(text(source, end))
  )
    return null;
  if (unit[0] === '年' && ['级', '度', '纪'].includes(text(source, end))) return null;
  if (text(source, end) === '半' && !['个', '点'].includes(text(source, end + 1)))
    return { amount: amountOf(unit[1], count + 0.5), unit: unit[1], next: end + 1 };
  return { amount: amountOf(unit[1], count), unit: unit[1], next: end };
}

const AFTER = ['之后', '以后', '过后', '后'] as const;
const BEFORE = ['之前', '以前', '前'] as const;
const WITHIN = ['之内', '以内', '内'] as const;
/** 未来三天, 过去一周 */
const AROUND = [
  ['接下来', 1],
  ['未来', 1],
  ['今后', 1],
  ['过去', -1],
  ['最近', -1],
  ['近', -1],
] as const;
const COUNTED_UNITS = new Set<Unit>([
  'day',
  'week',
  'month',
  'year',
  'hour',
  'minute',
  'second',
  'businessDay',
  'quarter',
  'fortnight',
  'decade',
]);

/** 三天后, 半小时之内, 两年前; 过两天, 再过十分钟; otherwise a length of time. */
export function chineseAmountRule(source: Source, at: number): Piece | null {
  const around = firstWord(source, at, AROUND);
  const stretch = around ? chineseAmountAt(source, at + around[0].length) : null;
  if (around && stretch)
    return { start: at, end: stretch.next, weak: false, meaning: aroundNow(source, stretch.amount, around[1]) };
  const lead = firstWord(source, at, [['再过'], ['过']] as const);
  const from = lead ? at + lead[0].length : at;
  const found = chineseAmountAt(source, from);
  if (!found || !COUNTED_UNITS.has(found.unit)) return null;
  const about = ['左右', '上下'].some((word) => hasWord(source, found.next, word)) ? found.next + 2 : found.next;
  for (const word of AFTER)
    if (hasWord(source, about, word) && !(word === '后' && ['天', '续', '台'].includes(text(source, about + 1))))
      return moved(source, at, about + word.length, found.amount, 1);
  for (const word of WITHIN)
    if (hasWord(source, about, word) && text(source, about + word.length) !== '容')
      return moved(source, at, about + word.length, found.amount, 1);
  const dayUnit = text(source, found.next - 1) === '日' && text(source, found.next - 2) !== '作';
  for (const word of dayUnit ? [] : BEFORE)
    if (hasWord(source, about, word) && !(word === '前' && ['往', '台', '端'].includes(text(source, about + 1))))
      return moved(source, at, about + word.length, found.amount, -1);
  if (lead) return moved(source, at, found.next, found.amount, 1);
  if (['第', '每', '这', '那', '上', '下', '头'].includes(text(source, at - 1))) return null;
  if (dayUnit || (text(source, found.next - 1) === '晚' && found.next - at > 2)) return null;
  return {
    start: at,
    end: found.next,
    weak: found.unit === 'day' && text(source, found.next - 1) === '晚',
    meaning: { type: 'duration', amount: found.amount },
  };
}

function moved(source: Source, start: number, end: number, amount: Amount, direction: 1 | -1): Piece {
  return { start, end, weak: false, meaning: shifted(source, amount, direction) };
}

const WORKDAYS = WEEKDAY_CODES.slice(0, 5);
const WEEKEND = WEEKDAY_CODES.slice(5);
const HOUR = 3600;
const MORNING = { from: 8 * HOUR, to: 12 * HOUR, side: 'am' } as const;
const EVENING = { from: 18 * HOUR, to: 24 * HOUR, side: 'night' } as const;

const SIMPLE: readonly (readonly [string, Repeat])[] = [
  ['每个工作日', { freq: 'WEEKLY', interval: 1, byDay: WORKDAYS }],
  ['每工作日', { freq: 'WEEKLY', interval: 1, byDay: WORKDAYS }],
  ['工作日每天', { freq: 'WEEKLY', interval: 1, byDay: WORKDAYS }],
  ['每逢周末', { freq: 'WEEKLY', interval: 1, byDay: WEEKEND }],
  ['每个周末', { freq: 'WEEKLY', interval: 1, byDay: WEEKEND }],
  ['每周末', { freq: 'WEEKLY', interval: 1, byDay: WEEKEND }],
  ['每个小时', { freq: 'HOURLY', interval: 1 }],
  ['每小时', { freq: 'HOURLY', interval: 1 }],
  ['每天', { freq: 'DAILY', interval: 1 }],
  ['每日', { freq: 'DAILY', interval: 1 }],
  ['天天', { freq: 'DAILY', interval: 1 }],
  ['每隔一天', { freq: 'DAILY', interval: 2 }],
  ['隔天', { freq: 'DAILY', interval: 2 }],
  ['隔周', { freq: 'WEEKLY', interval: 2 }],
  ['每早', { freq: 'DAILY', interval: 1, part: MORNING }],
  ['每晚', { freq: 'DAILY', interval: 1, part: EVENING }],
  ['每季度', { freq: 'MONTHLY', interval: 3 }],
  ['每个季度', { freq: 'MONTHLY', interval: 3 }],
  ['每年', { freq: 'YEARLY', interval: 1 }],
];

/** 每周一三五, 每月15号, 每两周, 每隔三天, 每年5月1日, 工作日 */
export function chineseSet(source: Source, at: number): Piece | null {
  const found =
    weeklyDays(source, at) ??
    everyCount(source, at) ??
    monthlyDay(source, at) ??
    yearlyDay(source, at) ??
    simple(source, at);
  return found ? { start: at, end: found.next, weak: false, meaning: { type: 'set', repeat: found.repeat } } : null;
}

interface FoundRepeat {
  repeat: Repeat;
  next: number;
}

function simple(source: Source, at: number): FoundRepeat | null {
  const row = firstWord(source, at, SIMPLE);
  return row ? { repeat: row[1], next: at + row[0].length } : null;
}

function weeklyDays(source: Source, at: number): FoundRepeat | null {
  const lead = firstWord(source, at, [['每逢'], ['每个'], ['每'], ['隔']] as const);
  if (!lead) return null;
  const from = at + lead[0].length;
  const first = weekdayAt(source, from);
  const week = firstWord(source, from, [['星期'], ['礼拜'], ['周']] as const);
  if (!first)
    return week && text(source, from + week[0].length) !== '末' && lead[0] !== '隔'
      ? { repeat: { freq: 'WEEKLY', interval: 1 }, next: from + week[0].length }
      : null;
  const days = new Set([first.weekday]);
  let { next } = first;
  for (let more = 0; more < 7; more += 1) {
    const through = ['到', '至', '-', '~'].includes(text(source, next));
    const glue = through || [',', '和', '及', '与', '跟'].includes(text(source, next)) ? next + 1 : next;
    const named = weekdayAt(source, glue);
    const bare = WEEKDAY_NUMBERS.get(text(source, glue));
    const weekday =
      named?.weekday ??
      (bare !== undefined && !['点', '个', '时', '十'].includes(text(source, glue + 1)) ? bare : undefined);
    if (weekday === undefined || (glue === next && named) || (!named && text(source, glue) === '天')) break;
    if (through) for (let day = first.weekday; day <= weekday; day += 1) days.add(day);
    days.add(weekday);
    next = named?.next ?? glue + 1;
  }
  const byDay = [...days].sort((a, b) => a - b).map((day) => WEEKDAY_CODES[day - 1] ?? 'MO');
  return { repeat: { freq: 'WEEKLY', interval: lead[0] === '隔' ? 2 : 1, byDay }, next };
}

const FREQS: Partial<Record<Unit, Pick<Repeat, 'freq' | 'interval'>>> = {
  minute: { freq: 'MINUTELY', interval: 1 },
  hour: { freq: 'HOURLY', interval: 1 },
  day: { freq: 'DAILY', interval: 1 },
  week: { freq: 'WEEKLY', interval: 1 },
  month: { freq: 'MONTHLY', interval: 1 },
  quarter: { freq: 'MONTHLY', interval: 3 },
  year: { freq: 'YEARLY', interval: 1 },
};

/** 每两周, 每3天, 每隔两小时, 每个月 */
function everyCount(source: Source, at: number): FoundRepeat | null {
  const lead = firstWord(source, at, [['每隔'], ['每']] as const);
  if (!lead) return null;
  const from = at + lead[0].length;
  const number = chineseNumberAt(source.tokens, from);
  if (!number || number.value < 1 || number.value > 366) return null;
  const unit = firstWord(source, number.next, UNITS);
  const base = unit ? FREQS[unit[1]] : undefined;
  if (!unit || !base || unit[0] === '晚') return null;
  // 每隔一天 is every other day; 每隔两周 is commonly every two weeks.
  const gap = lead[0] === '每隔' && number.value === 1 ? 1 : 0;
  const weekday = unit[1] === 'week' ? weekdayAfterWeeks(source, number.next + unit[0].length) : null;
  const byDay = weekday ? { byDay: [WEEKDAY_CODES[weekday.weekday - 1] ?? 'MO'] } : {};
  return {
    repeat: { freq: base.freq, interval: base.interval * (number.value + gap), ...byDay },
    next: weekday?.next ?? number.next + unit[0].length,
  };
}

/** 每两周的周五 */
function weekdayAfterWeeks(source: Source, at: number) {
  return weekdayAt(source, text(source, at) === '的' ? at + 1 : at);
}

function monthlyDay(source: Source, at: number): FoundRepeat | null {
  const lead = firstWord(source, at, [['每个月'], ['每月']] as const);
  if (!lead) return null;
  const from = at + lead[0].length;
  const start = ['的', '第'].includes(text(source, from)) ? from + 1 : from;
  if (text(source, from) === '底' || hasWord(source, from, '最后一天'))
    return {
      repeat: { freq: 'MONTHLY', interval: 1, byMonthDay: -1 },
      next: from + (text(source, from) === '底' ? 1 : 4),
    };
  if (text(source, from) === '初') return { repeat: { freq: 'MONTHLY', interval: 1, byMonthDay: 1 }, next: from + 1 };
  const day = chineseNumberAt(source.tokens, start);
  if (day && day.value <= 31 && ['号', '日', '天'].includes(text(source, day.next)))
    return { repeat: { freq: 'MONTHLY', interval: 1, byMonthDay: day.value }, next: day.next + 1 };
  return { repeat: { freq: 'MONTHLY', interval: 1 }, next: from };
}

function yearlyDay(source: Source, at: number): FoundRepeat | null {
  if (!hasWord(source, at, '每年')) return null;
  const from = text(source, at + 2) === '的' ? at + 3 : at + 2;
  const month = chineseNumberAt(source.tokens, from);
  if (!month || month.value > 12 || text(source, month.next) !== '月') return null;
  const day = chineseNumberAt(source.tokens, month.next + 1);
  const dated = day && ['号', '日'].includes(text(source, day.next));
  return {
    repeat: { freq: 'YEARLY', interval: 1, byMonth: month.value, ...(dated ? { byMonthDay: day.value } : {}) },
    next: dated ? day.next + 1 : month.next + 1,
  };
}
