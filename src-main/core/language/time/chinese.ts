import { chineseAmountRule, chineseSet, weekdayAt } from './chinese-amount.ts';
import { chineseClockAt } from './chinese-clock.ts';
import { edgeOfMonth, monthNumberAt, qualifierAt } from './chinese-edges.ts';
import { addMonths, civilOf, dayNumber, mondayOf, monthSpan, validDay, yearSpan } from './civil.ts';
import { CHINESE_HOLIDAYS } from './holidays.ts';
import { chineseNumberAt } from './numerals.ts';
import { yearOf } from './numeric-date.ts';
import { day, type Meaning, type PartOfDay, type Piece, piece, type Source } from './piece.ts';
import { firstWord, hasWord, text } from './words.ts';

type Rule = (source: Source, at: number) => Piece | null;

const RULES: readonly Rule[] = [
  relativeDay,
  weekday,
  relativePeriod,
  yearRule,
  monthRule,
  dayOfMonth,
  edgeOfMonth,
  part,
  clock,
  chineseAmountRule,
  chineseSet,
  holiday,
  opening,
  closing,
  link,
  number,
];
/** Where a piece that starts with digits may go on in Chinese: 3月, 3点, 3天. */
const NUMBER_RULES: readonly Rule[] = [yearRule, monthRule, edgeOfMonth, dayOfMonth, clock, chineseAmountRule];

/** The longest piece of Chinese that starts at a token. */
export function chinesePieceAt(source: Source, at: number): Piece | null {
  const kind = source.tokens[at]?.kind;
  if (kind !== 'han' && kind !== 'number') return null;
  let best: Piece | null = null;
  for (const rule of kind === 'number' ? NUMBER_RULES : RULES) {
    const found = rule(source, at);
    if (found && (!best || found.end > best.end)) best = found;
  }
  return best;
}

const HOUR = 3600;
const MORNING: PartOfDay = { from: 8 * HOUR, to: 12 * HOUR, side: 'am' };
const NOON: PartOfDay = { from: 12 * HOUR, to: 14 * HOUR, side: 'noon' };
const AFTERNOON: PartOfDay = { from: 12 * HOUR, to: 18 * HOUR, side: 'pm' };
const EVENING: PartOfDay = { from: 18 * HOUR, to: 24 * HOUR, side: 'night' };
const NIGHT: PartOfDay = { from: 20 * HOUR, to: 24 * HOUR, side: 'night' };
const DAWN: PartOfDay = { from: 0, to: 6 * HOUR, side: 'am' };

const PARTS: readonly (readonly [string, PartOfDay])[] = [
  ['大清早', MORNING],
  ['一大早', MORNING],
  ['一早', MORNING],
  ['清早', MORNING],
  ['清晨', { from: 5 * HOUR, to: 8 * HOUR, side: 'am' }],
  ['早晨', MORNING],
  ['早上', MORNING],
  ['早间', MORNING],
  ['上午', MORNING],
  ['午前', MORNING],
  ['中午', NOON],
  ['正午', NOON],
  ['午间', NOON],
  ['下午', AFTERNOON],
  ['午后', AFTERNOON],
  ['傍晚', { from: 17 * HOUR, to: 19 * HOUR, side: 'pm' }],
  ['晚上', EVENING],
  ['晚间', EVENING],
  ['夜晚', EVENING],
  ['夜里', NIGHT],
  ['夜间', NIGHT],
  ['深夜', { from: 22 * HOUR, to: 24 * HOUR, side: 'night' }],
  ['半夜', { from: 0, to: 5 * HOUR, side: 'night' }],
  ['凌晨', DAWN],
];

const DAYS: readonly (readonly [string, number])[] = [
  ['大后天', 3],
  ['大后日', 3],
  ['大前天', -3],
  ['大前日', -3],
  ['今天', 0],
  ['今日', 0],
  ['今儿个', 0],
  ['今儿', 0],
  ['当天', 0],
  ['明天', 1],
  ['明日', 1],
  ['明儿个', 1],
  ['明儿', 1],
  ['次日', 1],
  ['后天', 2],
  ['后日', 2],
  ['昨天', -1],
  ['昨日', -1],
  ['昨儿', -1],
  ['前天', -2],
  ['前日', -2],
];
/** 今晚, 明早: a day and a part of it in two characters. */
const DAY_PARTS: readonly (readonly [string, number, PartOfDay])[] = [
  ['今早', 0, MORNING],
  ['今晨', 0, MORNING],
  ['今晚', 0, EVENING],
  ['今夜', 0, NIGHT],
  ['当晚', 0, EVENING],
  ['明早', 1, MORNING],
  ['明晨', 1, MORNING],
  ['明晚', 1, EVENING],
  ['昨晚', -1, EVENING],
  ['昨夜', -1, NIGHT],
  ['后晚', 2, EVENING],
];

function relativeDay(source: Source, at: number): Piece | null {
  const named = firstWord(source, at, DAYS);
  if (named) return day(at, at + named[0].length, source.today + named[1]);
  const withPart = firstWord(source, at, DAY_PARTS);
  if (!withPart)
    return text(source, at) === '现' && text(source, at + 1) === '在'
      ? piece(at, at + 2, { type: 'moment', day: source.today, second: source.now, present: true })
      : null;
  const [word, shift, partOfDay] = withPart;
  const doubled = text(source, at + 2) === '上' ? 1 : 0;
  return piece(at, at + word.length + doubled, { type: 'part', part: partOfDay, shift });
}

/** 本/这/下/下下/上/上上, with an optional 个 or 一 */
function weekday(source: Source, at: number): Piece | null {
  const qualifier = qualifierAt(source, at);
  const found = weekdayAt(source, qualifier ? qualifier.next : at);
  if (!found) return null;
  if (!qualifier) return piece(at, found.next, { type: 'weekday', weekday: found.weekday });
  return day(at, found.next, mondayOf(source.today) + qualifier.offset * 7 + found.weekday - 1);
}

const WEEK_WORDS = ['星期', '礼拜', '周'];

function relativePeriod(source: Source, at: number): Piece | null {
  const bareWeekend = weekendAt(source, at);
  const monday = mondayOf(source.today);
  if (bareWeekend) return piece(at, bareWeekend, { type: 'span', grain: 'other', readings: [weekendSpan(monday)] });
  const named = firstWord(source, at, [
    ['明年', 1],
    ['后年', 2],
    ['去年', -1],
    ['前年', -2],
    ['今年', 0],
    ['来年', 1],
  ] as const);
  const { year, month } = civilOf(source.today);
  if (named) return piece(at, at + 2, { type: 'span', grain: 'year', readings: [yearSpan(year + named[1])] });
  const qualifier = qualifierAt(source, at);
  if (!qualifier || text(source, at) === '当' || text(source, at) === '今') return null;
  const { offset, next } = qualifier;
  const weekend = weekendAt(source, next);
  if (weekend)
    return piece(at, weekend, { type: 'span', grain: 'other', readings: [weekendSpan(monday + offset * 7)] });
  const week = WEEK_WORDS.find((word) => hasWord(source, next, word));
  if (week)
    return piece(at, next + week.length, {
      type: 'span',
      grain: 'week',
      readings: [{ from: monday + offset * 7, to: monday + offset * 7 + 7 }],
    });
  if (hasWord(source, next, '季度')) {
    const from = addMonths(dayNumber(year, Math.floor((month - 1) / 3) * 3 + 1, 1), offset * 3);
    return piece(at, next + 2, { type: 'span', grain: 'other', readings: [{ from, to: addMonths(from, 3) }] });
  }
  if (text(source, next) === '月' || hasWord(source, next, '月份')) {
    const civil = civilOf(addMonths(source.today, offset));
    return piece(at, next + (text(source, next + 1) === '份' ? 2 : 1), {
      type: 'span',
      grain: 'month',
      readings: [monthSpan(civil.year, civil.month)],
    });
  }
  if (
    text(source, next) === '年' &&
    (text(source, at) === '本' || text(source, at) === '上' || text(source, at) === '下') &&
    next === at + 1
  )
    return text(source, at) === '本'
      ? piece(at, next + 1, { type: 'span', grain: 'year', readings: [yearSpan(year)] })
      : null;
  return null;
}

const weekendSpan = (monday: number) => ({ from: monday + 5, to: monday + 7 });

function weekendAt(source: Source, at: number): number {
  const week = WEEK_WORDS.find((word) => hasWord(source, at, word)) ?? '';
  return week !== '' && text(source, at + week.length) === '末' ? at + week.length + 1 : 0;
}

/** 2026年, 二零二六年, 26年: a year wherever it cannot be an amount of years. */
function yearRule(source: Source, at: number): Piece | null {
  const number = chineseNumberAt(source.tokens, at);
  if (!number || text(source, number.next) !== '年' || number.value > 9999) return null;
  const written = number.digits.length;
  if (written < 2 && number.value < 1000) return null;
  if (written === 2 && !chineseNumberAt(source.tokens, number.next + 1)) return null;
  if (
    ['后', '前', '内', '级', '来', '以', '之', '期', '多'].includes(text(source, number.next + 1)) &&
    number.value < 1000
  )
    return null;
  const year = written === 2 ? yearOf(number.digits) : number.value;
  const end = text(source, number.next + 1) === '份' ? number.next + 2 : number.next + 1;
  return piece(at, end, { type: 'span', grain: 'year', readings: [yearSpan(year)] });
}

/** N月, N月N日 */
function monthRule(source: Source, at: number): Piece | null {
  const month = monthNumberAt(source, at);
  if (!month) return null;
  const dayNumberAt = chineseNumberAt(source.tokens, month.next);
  if (dayNumberAt && dayNumberAt.value >= 1 && dayNumberAt.value <= 31) {
    const suffix = DAY_SUFFIXES.has(text(source, dayNumberAt.next));
    const bare =
      !['点', '时', '个', ':', '天', '年', '%'].includes(text(source, dayNumberAt.next)) &&
      dayNumberAt.digits === '' &&
      source.tokens[month.next]?.kind === 'han';
    if ((suffix || bare) && validDay(2024, month.value, dayNumberAt.value) !== null) {
      const next = dayNumberAt.next + (suffix ? 1 : 0);
      return piece(at, next, { type: 'yearly', on: (year) => validDay(year, month.value, dayNumberAt.value) });
    }
  }
  const end = text(source, month.next) === '份' ? month.next + 1 : month.next;
  return piece(at, end, { type: 'month', month: month.value });
}

const DAY_SUFFIXES = new Set(['日', '号']);

/** After 12号 these name a thing with that number, not a day. */
const NUMBERED_THINGS = new Set('楼线店门机房车桌位厅馆院仓口库码选会座院服球员字文电路');

function dayOfMonth(source: Source, at: number): Piece | null {
  const number = chineseNumberAt(source.tokens, at);
  if (!number || number.value < 1 || number.value > 31 || !DAY_SUFFIXES.has(text(source, number.next))) return null;
  const next = number.next + 1;
  const suffix = text(source, number.next);
  const follower = text(source, next);
  if (
    suffix === '号' &&
    NUMBERED_THINGS.has(follower) &&
    !hasWord(source, next, '会议') &&
    !hasWord(source, next, '开会')
  )
    return null;
  if (suffix === '号' && hasWord(source, next, '会议室')) return null;
  if (
    suffix === '日' &&
    (['内', '游', '元', '报', '程', '后', '本', '语', '常'].includes(follower) ||
      hasWord(source, next, '之内') ||
      hasWord(source, next, '以内'))
  )
    return null;
  return piece(at, next, { type: 'monthday', day: number.value });
}

function part(source: Source, at: number): Piece | null {
  const named = firstWord(source, at, PARTS);
  if (named) return piece(at, at + named[0].length, { type: 'part', part: named[1] });
  // 早8点, 晚八点: one character, only before a clock time.
  const single = { 早: MORNING, 晚: EVENING }[text(source, at)];
  if (single && chineseClockAt(source, at + 1)) return piece(at, at + 1, { type: 'part', part: single }, true);
  return null;
}

function clock(source: Source, at: number): Piece | null {
  const found = chineseClockAt(source, at);
  return found ? piece(at, found.next, { type: 'clock', clock: found.clock }, found.weak) : null;
}

function holiday(source: Source, at: number): Piece | null {
  const found = firstWord(source, at, CHINESE_HOLIDAYS);
  if (!found) return null;
  const [name, on] = found;
  const follower = text(source, at + name.length);
  // 五一班, 六一路, 七一个: a number, not a holiday.
  if (
    ['五一', '六一', '七一'].includes(name) &&
    (['个', '班', '路', '号', '点', '月', '年', '零', '二', '三', '四', '五', '六', '七', '八', '九', '十'].includes(
      follower,
    ) ||
      source.tokens[at - 1]?.kind === 'number' ||
      '零一二三四五六七八九十第'.includes(text(source, at - 1) || '无'))
  )
    return null;
  if (name === '新年' && ['快', '好'].includes(follower)) return null;
  const closing = follower === '当' && text(source, at + name.length + 1) === '天' ? 2 : 0;
  return piece(at, at + name.length + closing, { type: 'yearly', on });
}

const OPENINGS: readonly (readonly [string, Extract<Meaning, { type: 'prefix' }>])[] = [
  ['截止到', { type: 'prefix', mode: 'by', pair: null }],
  ['截至', { type: 'prefix', mode: 'by', pair: null }],
  ['截止', { type: 'prefix', mode: 'by', pair: null }],
  ['直到', { type: 'prefix', mode: 'by', pair: null }],
  ['最晚', { type: 'prefix', mode: 'by', pair: null }],
  ['最迟', { type: 'prefix', mode: 'by', pair: null }],
  ['不晚于', { type: 'prefix', mode: 'by', pair: null }],
  ['晚于', { type: 'prefix', mode: 'after', pair: null }],
  ['早于', { type: 'prefix', mode: 'before', pair: null }],
  ['从', { type: 'prefix', mode: 'since', pair: 'range' }],
  ['自', { type: 'prefix', mode: 'since', pair: 'range' }],
];

function opening(source: Source, at: number): Piece | null {
  const found = firstWord(source, at, OPENINGS);
  return found ? piece(at, at + found[0].length, found[1], true) : null;
}

const CLOSINGS: readonly (readonly [string, 'by' | 'before' | 'after' | 'since'])[] = [
  ['或之前', 'by'],
  ['或以前', 'by'],
  ['及之前', 'by'],
  ['及以前', 'by'],
  ['或之后', 'since'],
  ['或以后', 'since'],
  ['及之后', 'since'],
  ['及以后', 'since'],
  ['之前', 'before'],
  ['以前', 'before'],
  ['前', 'before'],
  ['之后', 'after'],
  ['以后', 'after'],
  ['过后', 'after'],
  ['后', 'after'],
  ['开始', 'since'],
  ['以来', 'since'],
  ['起', 'since'],
  ['为止', 'by'],
  ['截止', 'by'],
];

const OWN_WORDS: Partial<Record<string, string>> = { 前: '往台端', 后: '续台端悔勤天', 起: '床飞来草诉航步身' };

function closing(source: Source, at: number): Piece | null {
  const found = firstWord(source, at, CLOSINGS);
  if (!found) return null;
  const [word, mode] = found;
  const follower = text(source, at + word.length);
  // 前往, 后续, 起床 are words of their own.
  if (follower !== '' && OWN_WORDS[word]?.includes(follower)) return null;
  return piece(at, at + word.length, { type: 'suffix', mode }, true);
}

function link(source: Source, at: number): Piece | null {
  const word = text(source, at);
  if (word === '到' || word === '至') return piece(at, at + 1, { type: 'link', word: 'to' }, true);
  return word === '和' || word === '与' ? piece(at, at + 1, { type: 'link', word: 'and' }, true) : null;
}

function number(source: Source, at: number): Piece | null {
  const found = chineseNumberAt(source.tokens, at);
  return found ? piece(at, found.next, { type: 'number', value: found.value, digits: found.digits }, true) : null;
}
