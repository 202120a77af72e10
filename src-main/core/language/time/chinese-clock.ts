import { chineseNumberAt } from './numerals.ts';
import type { Clock, Source } from './piece.ts';
import { hasWord, text } from './words.ts';

export interface FoundChineseClock {
  clock: Clock;
  next: number;
  weak: boolean;
}

const HOUR = 3600;
const FRACTIONS = new Map([
  ['半', 30],
  ['一刻', 15],
  ['三刻', 45],
]);
/** After 三点 these count points, not hours. */
const COUNTED_POINTS =
  '建议 意见 要求 要点 原因 问题 说明 想法 希望 注意 好处 坏处 感想 感受 体会 启示 需求 内容 理由 共识 补充 经验 教训 提示 改进 优势 缺点 总结 看法 疑问 发现 区别'.split(
    ' ',
  );
/** Before 一点: faster, a little, slightly. */
const DEGREE_LEADS = new Set('快慢早晚多少好大小高低近远有差便宜轻松简详细仔细认真清楚重强点第每几这那哪');

/** 三点, 15点30分, 九点一刻, 差五分八点, 零点 */
export function chineseClockAt(source: Source, at: number): FoundChineseClock | null {
  return shortOf(source, at) ?? noonOrMidnight(source, at) ?? hourAndMinutes(source, at);
}

function noonOrMidnight(source: Source, at: number): FoundChineseClock | null {
  if (text(source, at) === '午' && text(source, at + 1) === '夜')
    return { clock: { second: 0, settled: true }, next: at + 2, weak: false };
  return null;
}

/** 差五分八点, 差一刻九点 */
function shortOf(source: Source, at: number): FoundChineseClock | null {
  if (text(source, at) !== '差') return null;
  const short = minutesAt(source, at + 1);
  const base = short ? hourAndMinutes(source, short.next) : null;
  if (!short || !base || base.clock.second < 60 * short.minutes) return null;
  return { ...base, clock: { ...base.clock, second: base.clock.second - short.minutes * 60 } };
}

function minutesAt(source: Source, at: number): { minutes: number; next: number } | null {
  if (text(source, at + 1) === '刻') {
    const quarter = FRACTIONS.get(text(source, at) + text(source, at + 1));
    return quarter ? { minutes: quarter, next: at + 2 } : null;
  }
  const number = chineseNumberAt(source.tokens, at);
  if (!number || number.value > 59 || text(source, number.next) !== '分') return null;
  return { minutes: number.value, next: number.next + (text(source, number.next + 1) === '钟' ? 2 : 1) };
}

function hourAndMinutes(source: Source, at: number): FoundChineseClock | null {
  const hour = chineseNumberAt(source.tokens, at);
  if (!hour || hour.value > 24 || hour.digits.length > 2) return null;
  const mark = text(source, hour.next);
  if (mark !== '点' && mark !== '时') return null;
  if (mark === '时' && ['间', '候', '代', '刻', '常', '期', '机', '段', '长'].includes(text(source, hour.next + 1)))
    return null;
  if (text(source, at - 1) === '第' || (text(source, at - 1) === '.' && source.tokens[at - 2]?.kind === 'number'))
    return null;
  const minutes = afterHour(source, hour.next + 1);
  const plain = minutes.next === hour.next + 1;
  const written = source.tokens[at]?.kind === 'number';
  const follower = text(source, minutes.next);
  if (plain && COUNTED_POINTS.some((word) => hasWord(source, minutes.next, word))) return null;
  if (plain && source.tokens[minutes.next]?.kind === 'number' && !source.tokens[minutes.next]?.spaced) return null;
  const degree =
    plain && !written && hour.value === 1 && !['前', '后', '开', '到', '之', '以', '左', '见', '钟'].includes(follower);
  if (degree && DEGREE_LEADS.has(text(source, at - 1))) return null;
  const second = hour.value * HOUR + minutes.minutes * 60 + minutes.seconds;
  if (second > 24 * HOUR) return null;
  return {
    clock: { second, settled: hour.value > 12 || hour.value === 0 },
    next: minutes.next,
    weak:
      degree ||
      (plain &&
        !written &&
        hour.value <= 3 &&
        source.tokens[minutes.next]?.kind === 'han' &&
        !CLOCK_FOLLOWERS.has(follower)),
  };
}

/** What may follow 两点 and 三点 when they are hours. */
const CLOCK_FOLLOWERS = new Set('开前后之以到至左见集出去来在有吃的和我你他她请提打叫给把要会准起上下交接回');

function afterHour(source: Source, at: number): { minutes: number; seconds: number; next: number } {
  let next = at;
  if (text(source, next) === '钟' || text(source, next) === '整')
    return { minutes: 0, seconds: 0, next: next + (text(source, next + 1) === '整' ? 2 : 1) };
  if (text(source, next) === '过') next += 1;
  const fraction =
    text(source, next) === '半'
      ? { minutes: 30, next: next + 1 }
      : text(source, next + 1) === '刻'
        ? minutesAt(source, next)
        : null;
  if (fraction) return withSeconds(source, fraction.minutes, fraction.next);
  const number = chineseNumberAt(source.tokens, next);
  if (!number || number.value > 59) return { minutes: 0, seconds: 0, next: at };
  if (text(source, number.next) === '分') return withSeconds(source, number.value, number.next + 1);
  // 八点十五, 七点零五: minutes without 分 have two digits and are not a count of something else.
  const twoDigits = number.digits.length === 2 || (number.digits === '' && number.value >= 10);
  const counted = ['个', '号', '日', '月', '楼', '人', '天', '点', '到', '-', '~'].includes(text(source, number.next));
  return twoDigits && !counted
    ? { minutes: number.value, seconds: 0, next: number.next }
    : { minutes: 0, seconds: 0, next: at };
}

function withSeconds(source: Source, minutes: number, at: number): { minutes: number; seconds: number; next: number } {
  const number = chineseNumberAt(source.tokens, at);
  if (!number || number.value > 59 || text(source, number.next) !== '秒') return { minutes, seconds: 0, next: at };
  return { minutes, seconds: number.value, next: number.next + 1 };
}
