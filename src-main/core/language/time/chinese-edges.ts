import { addMonths, civilOf, dayNumber, monthSpan, yearSpan } from './civil.ts';
import { chineseNumberAt } from './numerals.ts';
import { day, type Meaning, type Piece, piece, type Source } from './piece.ts';
import { hasWord, text } from './words.ts';

/** 月底, 年末, 月初, 上半年, 下旬 */
export function edgeOfMonth(source: Source, at: number): Piece | null {
  const { today } = source;
  // 大年初三
  if (text(source, at - 1) === '大') return null;
  const base = baseOfEdge(source, at);
  const unit = text(source, base.next);
  const edge = text(source, base.next + 1);
  if (unit === '年' && edge === '前' && base.next === at) return null;
  if (unit === '月' && (edge === '底' || edge === '末'))
    return piece(at, base.next + 2, {
      type: 'span',
      grain: 'day',
      readings: base.months().map(({ to }) => ({ from: to - 1, to })),
    });
  if (unit === '月' && edge === '初')
    return piece(at, base.next + 2, {
      type: 'span',
      grain: 'other',
      readings: base.months().map(({ from }) => firstDays(from)),
    });
  if (unit === '月' && edge === '中' && base.next > at)
    return piece(at, base.next + 2, {
      type: 'span',
      grain: 'other',
      readings: base.months().map(({ from }) => ({ from: from + 10, to: from + 20 })),
    });
  if (unit === '年' && (edge === '底' || edge === '末')) return day(at, base.next + 2, base.year().to - 1);
  if (unit === '年' && edge === '初')
    return piece(at, base.next + 2, {
      type: 'span',
      grain: 'month',
      readings: [monthSpan(civilOf(base.year().from).year, 1)],
    });
  if (unit === '季' && edge === '度' && ['末', '底'].includes(text(source, base.next + 2))) {
    const { year, month } = civilOf(today);
    return day(at, base.next + 3, addMonths(dayNumber(year, Math.floor((month - 1) / 3) * 3 + 1, 1), 3) - 1);
  }
  if (hasWord(source, base.next, '上半年')) return piece(at, base.next + 3, halfYear(base.year().from, 0));
  if (hasWord(source, base.next, '下半年')) return piece(at, base.next + 3, halfYear(base.year().from, 6));
  const third = ['上旬', '中旬', '下旬'].findIndex((word) => hasWord(source, base.next, word));
  if (third >= 0 && base.next > at)
    return piece(at, base.next + 2, {
      type: 'span',
      grain: 'other',
      readings: base
        .months()
        .map(({ from, to }) => ({ from: from + third * 10, to: third === 2 ? to : from + third * 10 + 10 })),
    });
  return null;
}

const firstDays = (from: number) => ({ from, to: from + 10 });
const halfYear = (from: number, months: number): Meaning => ({
  type: 'span',
  grain: 'other',
  readings: [{ from: addMonths(from, months), to: addMonths(from, months + 6) }],
});

/** What stands before 月底 or 年末: 这个, 下个, 3, 今, 明, or nothing. `months`: in order, the last is the one ahead. */
function baseOfEdge(source: Source, at: number) {
  const { today } = source;
  const shift = { 今: 0, 明: 1, 去: -1, 本: 0 }[text(source, at)];
  const relative = (months: number) => () => {
    const civil = civilOf(addMonths(today, months));
    return [monthSpan(civil.year, civil.month)];
  };
  const yearOfToday = (years: number) => () => yearSpan(civilOf(today).year + years);
  const month = monthNumberAt(source, at);
  const thirdFollows =
    month && ['上', '中', '下'].includes(text(source, month.next)) && text(source, month.next + 1) === '旬';
  if (month) {
    const { year } = civilOf(today);
    const ahead = monthSpan(year, month.value).to > today ? year : year + 1;
    const months = [ahead - 1, ahead].map((inYear) => monthSpan(inYear, month.value));
    return { next: thirdFollows ? month.next : month.next - 1, months: () => months, year: yearOfToday(0) };
  }
  const qualifier = qualifierAt(source, at);
  if (shift !== undefined && text(source, at + 1) === '年') {
    const half = hasWord(source, at + 2, '上半年') || hasWord(source, at + 2, '下半年');
    const doubled = half || text(source, at + 2) === '年';
    return { next: doubled ? at + 2 : at + 1, months: relative(0), year: yearOfToday(shift) };
  }
  if (qualifier && text(source, qualifier.next) === '季')
    return { next: qualifier.next, months: relative(0), year: yearOfToday(0) };
  if (qualifier && text(source, qualifier.next) === '月') {
    const tenDays = ['上旬', '中旬', '下旬'].some((word) => hasWord(source, qualifier.next + 1, word));
    return {
      next: tenDays ? qualifier.next + 1 : qualifier.next,
      months: relative(qualifier.offset),
      year: yearOfToday(0),
    };
  }
  return { next: at, months: relative(0), year: yearOfToday(0) };
}

/** 这个, 下, 上上个: how many units away, and where the unit stands. */
export function qualifierAt(source: Source, at: number): { offset: number; next: number } | null {
  let next = at;
  let offset = 0;
  const first = text(source, at);
  if (['本', '这', '当', '今'].includes(first)) next += 1;
  else if (first === '下' || first === '上') {
    while (text(source, next) === first && next < at + 3) next += 1;
    offset = (next - at) * (first === '下' ? 1 : -1);
  } else return null;
  if (text(source, next) === '一' && text(source, next + 1) === '个') next += 2;
  else if (text(source, next) === '个') next += 1;
  return { offset, next };
}

export function monthNumberAt(source: Source, at: number): { value: number; next: number } | null {
  if (text(source, at) === '正' && text(source, at + 1) === '月') return null;
  const number = chineseNumberAt(source.tokens, at);
  if (!number || text(source, number.next) !== '月' || number.value < 1 || number.value > 12) return null;
  return { value: number.value, next: number.next + 1 };
}
