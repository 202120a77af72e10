import { combineDates, daysOf } from './calendar.ts';
import { civilOf, validDay, yearSpan } from './civil.ts';
import {
  type Clock,
  type Meaning,
  type OpenMode,
  type PartOfDay,
  type Piece,
  type Repeat,
  type Source,
  WEEKDAY_CODES,
} from './piece.ts';
import { FUTURE } from './policy.ts';
import { shifted } from './shift.ts';

/** What a stretch of text says: a point, an open or closed range, a length, a repeat. */
export type Finding = { start: number; end: number } & (
  | { type: 'point'; point: Point }
  | { type: 'open'; mode: OpenMode; point: Point }
  | { type: 'closed'; from: Point; to: Point }
);

/** A date, a clock time, or both, not yet settled on one reading. */
export interface Point {
  date: Meaning | null;
  clock: Clock | null;
  part: PartOfDay | null;
  /** Days from today that 今晚 and "last night" carry. */
  shift: number | null;
  /** Moments, lengths, repeats and intervals stand alone. */
  alone: Meaning | null;
  /** A bare number that only its neighbours can explain. */
  number: { value: number; digits: string } | null;
}

interface Parsed {
  point: Point;
  /** Index of the piece after. */
  next: number;
  sure: boolean;
}

const NOTHING: Point = { date: null, clock: null, part: null, shift: null, alone: null, number: null };
/** Words between two parts of one date or time. */
const GLUE = new Set([
  'at',
  'on',
  'in',
  'the',
  'of',
  'for',
  'around',
  'about',
  'approximately',
  'sometime',
  'say',
  '@',
  ',',
  '(',
  ')',
  'day',
  '的',
  '在',
  '约',
  '大',
  '当',
  '天',
  '是',
  '差',
  '不',
  '多',
  "'s",
]);
const MAX_GLUE = 3;
/** A sentence names few pieces in one breath; the bound keeps the work linear. */
const MAX_PIECES_IN_POINT = 7;

/** Composes pieces into findings, left to right. `step` is called once for each unit of work. */
export function compose(source: Source, pieces: readonly Piece[], step: () => void): Finding[] {
  const findings: Finding[] = [];
  for (let index = 0; index < pieces.length; ) {
    step();
    const found = findingAt(source, pieces, index, step);
    if (found) {
      findings.push(found.finding);
      index = found.next;
    } else index += 1;
  }
  return findings;
}

function findingAt(
  source: Source,
  pieces: readonly Piece[],
  index: number,
  step: () => void,
): { finding: Finding; next: number } | null {
  const first = pieces[index];
  if (!first) return null;
  const span = (next: number) => ({ start: first.start, end: pieces[next - 1]?.end ?? first.end });
  if (first.meaning.type === 'prefix') return afterPrefix(source, pieces, index, step, span);
  const a = pointAt(source, pieces, index, step);
  if (!a) return null;
  const offset = offsetFrom(source, pieces, a, step);
  if (offset) return { finding: { ...span(offset.next), type: 'point', point: offset.point }, next: offset.next };
  const closed = closedRange(source, pieces, a, 'to', step) ?? rangeWithinDay(source, pieces, a, step);
  if (closed)
    return { finding: { ...span(closed.next), type: 'closed', from: closed.from, to: closed.to }, next: closed.next };
  const open = openWithinDay(source, pieces, a, step);
  if (open)
    return { finding: { ...span(open.next), type: 'open', mode: open.mode, point: open.point }, next: open.next };
  if (!a.sure || a.point.number) return null;
  const suffix = suffixAfter(source, pieces, a.next);
  if (suffix && canEnd(a.point))
    return { finding: { ...span(a.next + 1), type: 'open', mode: suffix, point: a.point }, next: a.next + 1 };
  return { finding: { ...span(a.next), type: 'point', point: a.point }, next: a.next };
}

const canEnd = ({ alone }: Point): boolean => alone === null || alone.type === 'moment';

/** "between 3 and 5", "from Monday to Friday", "by Friday", "after 6", 从…到… */
function afterPrefix(
  source: Source,
  pieces: readonly Piece[],
  index: number,
  step: () => void,
  span: (next: number) => { start: number; end: number },
) {
  const prefix = pieces[index];
  if (prefix?.meaning.type !== 'prefix' || !adjacent(source, prefix, pieces[index + 1])) return null;
  const { mode, pair } = prefix.meaning;
  const a = pointAt(source, pieces, index + 1, step);
  if (!a) return null;
  const closed = pair === null ? null : closedRange(source, pieces, a, pair === 'between' ? 'and' : 'to', step);
  if (closed)
    return {
      finding: { ...span(closed.next), type: 'closed' as const, from: closed.from, to: closed.to },
      next: closed.next,
    };
  if (pair === 'between') return null;
  const offset = offsetFrom(source, pieces, a, step);
  const base = offset ?? a;
  if (base.point.alone?.type === 'duration') {
    if (mode !== 'after') return null;
    return {
      finding: {
        ...span(base.next),
        type: 'point' as const,
        point: { ...NOTHING, ...placed(shifted(source, base.point.alone.amount, 1)) },
      },
      next: base.next,
    };
  }
  const dated = base.point.number ? hourThenDay(source, pieces, base, step) : null;
  if (dated)
    return { finding: { ...span(dated.next), type: 'open' as const, mode, point: dated.point }, next: dated.next };
  const point = base.point.number ? numberAfterPrefix(source, base.point.number, pieces[base.next - 1]) : base.point;
  if (!point || !canEnd(point) || (!base.sure && !base.point.number && !saysEnough(point))) return null;
  const suffix = suffixAfter(source, pieces, base.next);
  const next = suffix ? base.next + 1 : base.next;
  return {
    finding: { ...span(next), type: 'open' as const, mode: suffix && mode === 'since' ? suffix : mode, point },
    next,
  };
}

/** "by 4 on Wednesday" */
function hourThenDay(source: Source, pieces: readonly Piece[], hour: Parsed, step: () => void): Parsed | null {
  const timed = asClock(hour.point);
  if (!timed || !adjacent(source, pieces[hour.next - 1], pieces[hour.next])) return null;
  const day = pointAt(source, pieces, hour.next, step);
  if (!day?.sure || day.point.clock || !day.point.date || !isDay(source, day.point.date)) return null;
  return { ...day, point: { ...day.point, clock: timed.clock } };
}

const saysEnough = (point: Point): boolean =>
  point.date?.type === 'weekday' || point.date?.type === 'month' || point.date?.type === 'monthday';

function numberAfterPrefix(
  source: Source,
  { value, digits }: { value: number; digits: string },
  piece: Piece | undefined,
): Point | null {
  if (digits.length === 4 && value >= 1900 && value <= 2100) return { ...NOTHING, date: yearOf(value) };
  const follower = source.tokens[piece?.end ?? 0];
  const free =
    !follower ||
    follower.broken ||
    (follower.kind === 'mark' && [',', '.', '!', '?', ';', ')'].includes(follower.text));
  return free && digits.length <= 2 && digits !== '' && value >= 1 && value <= 12
    ? { ...NOTHING, clock: hourClock(value) }
    : null;
}

const yearOf = (year: number): Meaning => ({ type: 'span', grain: 'year', readings: [yearSpan(year)] });
/** Said without am or pm, hours before seven are afternoons: people meet at three, not at 03:00. */
const hourClock = (hour: number): Clock => ({ second: hour * 3600, settled: hour > 12 });

/** "3 days from Tuesday" */
function offsetFrom(source: Source, pieces: readonly Piece[], a: Parsed, step: () => void): Parsed | null {
  const { alone } = a.point;
  const relation = pieces[a.next];
  if (
    alone?.type !== 'duration' ||
    relation?.meaning.type !== 'offset' ||
    !adjacent(source, pieces[a.next - 1], relation)
  )
    return null;
  if (alone.amount.seconds !== 0) return null;
  const base = pointAt(source, pieces, a.next + 1, step);
  const days = base?.point.date ? daysOf(base.point.date, source.today) : null;
  const day = days?.grain === 'day' ? FUTURE.day(days.readings, source, null) : null;
  if (!base || !day) return null;
  const meaning = shifted({ ...source, today: day.from }, alone.amount, relation.meaning.direction);
  return { point: { ...base.point, date: meaning }, next: base.next, sure: true };
}

/** Reads as many pieces as belong to one point in time. */
function pointAt(source: Source, pieces: readonly Piece[], index: number, step: () => void): Parsed | null {
  const first = pieces[index];
  if (!first) return null;
  let point = startOf(first.meaning);
  if (!point) return null;
  let sure = !first.weak;
  let next = index + 1;
  let merged = 0;
  for (let at = next; at < pieces.length && at < index + MAX_PIECES_IN_POINT; at += 1) {
    step();
    const piece = pieces[at];
    const dash = piece && isDash(source, piece) ? 1 : 0;
    const candidate = pieces[at + dash];
    if (
      !piece ||
      !candidate ||
      !adjacent(source, pieces[next - 1], piece) ||
      !adjacent(source, pieces[at + dash - 1], candidate)
    )
      break;
    const joined = merge(source, point, candidate, pieces[at - 1] ?? first, dash === 1);
    if (!joined) break;
    point = joined;
    sure ||= !candidate.weak;
    merged += 1;
    at += dash;
    next = at + 1;
  }
  return { point, next, sure: sure || (merged > 0 && !point.number) };
}

function isDash(source: Source, piece: Piece): boolean {
  return piece.meaning.type === 'link' && source.tokens[piece.start]?.text === '-';
}

function startOf(meaning: Meaning): Point | null {
  switch (meaning.type) {
    case 'prefix':
    case 'suffix':
    case 'link':
    case 'offset':
      return null;
    case 'clock':
      return { ...NOTHING, clock: meaning.clock };
    case 'part':
      return { ...NOTHING, part: meaning.part, shift: meaning.shift ?? null };
    case 'number':
      return { ...NOTHING, number: meaning };
    default:
      return { ...NOTHING, ...placed(meaning) };
  }
}

/** Dates go to `date`; what takes no clock time goes to `alone`. */
function placed(meaning: Meaning): Pick<Point, 'date' | 'alone'> {
  const standsAlone = ['moment', 'duration', 'set', 'interval'].includes(meaning.type);
  return standsAlone ? { date: null, alone: meaning } : { date: meaning, alone: null };
}

/** The point with one more piece, or null where the piece begins something else. */
function merge(source: Source, point: Point, piece: Piece, before: Piece, dashed: boolean): Point | null {
  const { meaning } = piece;
  if (point.number) return explainNumber(source, point.number, piece, before, dashed);
  if (point.alone) return point.alone.type === 'set' && !dashed ? mergeIntoSet(point.alone.repeat, piece) : null;
  switch (meaning.type) {
    case 'clock':
      return point.clock || (point.date && !isDay(source, point.date)) ? null : { ...point, clock: meaning.clock };
    case 'part':
      if (point.part || dashed || (meaning.shift !== undefined && point.date)) return partTwice(point, meaning.part);
      if (point.date && !isDay(source, point.date)) return null;
      return { ...point, part: meaning.part, shift: meaning.shift ?? point.shift };
    case 'number':
      return mergeNumber(source, point, piece, before);
    case 'set':
      return point.date
        ? null
        : {
            ...NOTHING,
            alone: {
              type: 'set',
              repeat: {
                ...meaning.repeat,
                ...(point.clock ? { clock: point.clock } : {}),
                ...(point.part ? { part: point.part } : {}),
              },
            },
          };
    case 'moment':
    case 'duration':
    case 'interval':
    case 'prefix':
    case 'suffix':
    case 'link':
    case 'offset':
      return null;
    default:
      return mergeDate(source, point, piece, before);
  }
}

/** 今天晚上 and "tonight in the evening" name the same part again. */
function partTwice(point: Point, part: PartOfDay): Point | null {
  return point.part && point.part.side === part.side && !point.clock ? { ...point, part } : null;
}

function isDay(source: Source, date: Meaning): boolean {
  return daysOf(date, source.today)?.grain === 'day';
}

function mergeDate(source: Source, point: Point, piece: Piece, before: Piece): Point | null {
  if (!point.date) {
    if (point.shift !== null) return piece.meaning.type === 'weekday' ? point : null;
    if ((point.clock || point.part) && piece.meaning.type !== 'slice' && !isDay(source, piece.meaning)) return null;
    return { ...point, date: piece.meaning };
  }
  const combined = combineDates(point.date, piece.meaning, source.today);
  if (!combined) return null;
  // "on Monday, 15 March" is one date, "Monday, next week we …" too; "the 5th, Monday" needs no more than the comma.
  const stop = source.tokens[before.end]?.text === '.' ? null : combined;
  return stop ? { ...point, date: stop } : null;
}

function mergeNumber(source: Source, point: Point, piece: Piece, before: Piece): Point | null {
  if (piece.meaning.type !== 'number') return null;
  const { value, digits } = piece.meaning;
  const glue = glueBetween(source, before, piece);
  if (
    point.date &&
    (!point.clock || point.date.type === 'yearly') &&
    digits.length === 4 &&
    value >= 1900 &&
    value <= 2100 &&
    !glue.includes('at')
  ) {
    const combined = combineDates(point.date, yearOf(value), source.today);
    return combined ? { ...point, date: combined } : null;
  }
  const free = followedFreely(source, piece.end);
  if (!free) return null;
  if (
    point.date?.type === 'weekday' &&
    glue.length === 0 &&
    digits !== '' &&
    value >= 1 &&
    value <= 31 &&
    endsPhrase(source, piece.end)
  ) {
    const combined = combineDates(point.date, { type: 'monthday', day: value }, source.today);
    return combined && { ...point, date: combined };
  }
  if (glue.includes('on') && point.clock && !point.date && value >= 1 && value <= 31)
    return { ...point, date: { type: 'monthday', day: value } };
  const timed =
    ['at', '@', 'around', 'about'].some((word) => glue.includes(word)) ||
    (point.part !== null && glue.length === 0 && point.shift !== null);
  if (timed && !point.clock && value >= 0 && value <= 24 && digits.length <= 2)
    return { ...point, clock: hourClock(value) };
  return null;
}

function endsPhrase(source: Source, at: number): boolean {
  const token = source.tokens[at];
  return !token || token.broken || [',', '.', '!', '?', ';', ')', 'at', '@'].includes(token.text);
}

function followedFreely(source: Source, at: number): boolean {
  const token = source.tokens[at];
  return !token || token.kind !== 'mark' || !['%', ':', '$', '/'].includes(token.text);
}

/** "7, this morning", "10 tonight", "2018 christmas" */
function explainNumber(
  source: Source,
  { value, digits }: { value: number; digits: string },
  piece: Piece,
  before: Piece,
  dashed: boolean,
): Point | null {
  if (dashed) return null;
  if (
    piece.meaning.type === 'part' &&
    value >= 1 &&
    value <= 12 &&
    (piece.meaning.shift !== undefined || !piece.weak)
  ) {
    return { ...NOTHING, clock: hourClock(value), part: piece.meaning.part, shift: piece.meaning.shift ?? null };
  }
  if (digits.length === 4 && value >= 1900 && value <= 2100 && glueBetween(source, before, piece).length === 0) {
    const combined = combineDates(yearOf(value), piece.meaning, source.today);
    return combined ? { ...NOTHING, date: combined } : null;
  }
  return null;
}

/** "every day at 3pm", "every two weeks on Friday", 每天早上8点 */
function mergeIntoSet(repeat: Repeat, { meaning }: Piece): Point | null {
  const withRepeat = (more: Partial<Repeat>): Point => ({
    ...NOTHING,
    alone: { type: 'set', repeat: { ...repeat, ...more } },
  });
  if (meaning.type === 'clock' && !repeat.clock) return withRepeat({ clock: meaning.clock });
  if (meaning.type === 'part' && !repeat.part && meaning.shift === undefined) return withRepeat({ part: meaning.part });
  if (meaning.type === 'weekday' && repeat.freq === 'WEEKLY' && !repeat.byDay)
    return withRepeat({ byDay: [WEEKDAY_CODES[meaning.weekday - 1] ?? 'MO'] });
  if (meaning.type === 'monthday' && repeat.freq === 'MONTHLY' && repeat.byMonthDay === undefined)
    return withRepeat({ byMonthDay: meaning.day });
  return null;
}

/** Tokens between two pieces are only words that tie them. */
function adjacent(source: Source, a: Piece | undefined, b: Piece | undefined): boolean {
  if (!a || !b || b.start - a.end > MAX_GLUE) return false;
  for (let at = a.end; at < b.start; at += 1) {
    const token = source.tokens[at];
    const dot = token?.text === '.' && at === a.end && source.tokens[at + 1]?.kind === 'number';
    if (!token || token.broken || !(GLUE.has(token.text) || dot)) return false;
  }
  return source.tokens[b.start]?.broken !== true;
}

function glueBetween(source: Source, a: Piece, b: Piece): string[] {
  return source.tokens.slice(a.end, b.start).map(({ text }) => text);
}

interface ClosedRange {
  from: Point;
  to: Point;
  next: number;
}

function closedRange(
  source: Source,
  pieces: readonly Piece[],
  a: Parsed,
  word: 'to' | 'and',
  step: () => void,
): ClosedRange | null {
  const link = pieces[a.next];
  if (!link || !adjacent(source, pieces[a.next - 1], link) || !links(source, link, word)) return null;
  const b = pointAt(source, pieces, a.next + 1, step);
  if (!b || !adjacent(source, link, pieces[a.next + 1])) return null;
  const shared = sharedDay(source, pieces, a, b, step);
  if (shared) return shared;
  const ends = alignEnds(source, a, b);
  if (!ends) return null;
  const suffix = source.tokens[pieces[b.next - 1]?.end ?? 0]?.text;
  return suffix === '%' ? null : { ...ends, next: b.next };
}

/** Whether a piece ties two ends: "to", "-", 到; "and" only after "between"; "until" only after "from". */
function links(source: Source, { meaning, start }: Piece, word: 'to' | 'and'): boolean {
  if (meaning.type === 'prefix')
    return word === 'to' && ['until', 'till', 'til'].includes(source.tokens[start]?.text ?? '');
  return meaning.type === 'link' && (meaning.word === 'to' || word === 'and');
}

/** "five to seven today", "from 10:30 to 3 on 1 May", "4-23 in next month": the day or month comes last. */
function sharedDay(
  source: Source,
  pieces: readonly Piece[],
  a: Parsed,
  b: Parsed,
  step: () => void,
): ClosedRange | null {
  if (!b.point.number && !b.point.clock) return null;
  if (a.point.date || b.point.date || a.point.shift !== null || b.point.shift !== null) return null;
  if (!adjacent(source, pieces[b.next - 1], pieces[b.next])) return null;
  const last = pointAt(source, pieces, b.next, step);
  if (!last || !last.sure || last.point.clock || last.point.number || last.point.alone) return null;
  const { date, shift, part } = last.point;
  if (date && !isDay(source, date)) return daysOfMonth(source, a.point, b.point, date, last.next);
  const [from, to] = [asClock(a.point), asClock(b.point)];
  if (!from || !to) return null;
  const ends = clockEnds(from, { ...to, part: to.part ?? part });
  return { from: { ...ends.from, date, shift }, to: { ...ends.to, date, shift }, next: last.next };
}

function daysOfMonth(source: Source, from: Point, to: Point, month: Meaning, next: number): ClosedRange | null {
  if (!from.number || !to.number) return null;
  const [first, last] = [from.number, to.number].map(({ value }) =>
    combineDates({ type: 'monthday', day: value }, month, source.today),
  );
  return first && last ? { from: { ...NOTHING, date: first }, to: { ...NOTHING, date: last }, next } : null;
}

/** What each end of a range leaves out, the other one says. */
function alignEnds(source: Source, a: Parsed, b: Parsed): { from: Point; to: Point } | null {
  const from = a.point;
  const to = b.point;
  if (from.alone || to.alone) return null;
  if (from.number && to.number) return yearsBetween(from.number, to.number);
  if (to.number) return numberAsEnd(source, from, to.number);
  if (from.number) return numberAsStart(source, from.number, to);
  if (!a.sure && !b.sure) return null;
  if (from.clock && to.clock) return clockEnds(from, to);
  if (from.date && to.date) return { from, to: sameMonth(source, from, to) };
  if (from.part && to.part)
    return { from, to: to.date || to.shift !== null ? to : { ...to, date: from.date, shift: from.shift } };
  return null;
}

function yearsBetween(from: { value: number; digits: string }, to: { value: number; digits: string }) {
  const year = ({ value, digits }: { value: number; digits: string }) =>
    digits.length === 4 && value >= 1900 && value <= 2100;
  if (!year(from) || !year(to) || to.value < from.value) return null;
  return { from: { ...NOTHING, date: yearOf(from.value) }, to: { ...NOTHING, date: yearOf(to.value) } };
}

/** "November 19-20", "2014 through May 2018", "10:30 to 3" */
function numberAsEnd(source: Source, from: Point, { value, digits }: { value: number; digits: string }) {
  if (from.clock && value <= 24) return clockEnds(from, { ...NOTHING, clock: hourClock(value) });
  if (digits.length > 2 || value < 1 || value > 31) return null;
  const date = inMonthOf(source, from.date, value);
  return date ? { from, to: { ...NOTHING, date } } : null;
}

/** "5 to 6pm", "3 to 12 September" */
function numberAsStart(source: Source, { value, digits }: { value: number; digits: string }, to: Point) {
  if (to.clock && value <= 24 && digits.length <= 2) return clockEnds({ ...NOTHING, clock: hourClock(value) }, to);
  if (digits.length === 4)
    return to.date && value >= 1900 && value <= 2100 ? { from: { ...NOTHING, date: yearOf(value) }, to } : null;
  const date = inMonthOf(source, to.date, value);
  return date && value >= 1 && value <= 31 ? { from: { ...NOTHING, date }, to } : null;
}

/** That day in the month of another date. */
function inMonthOf(source: Source, date: Meaning | null, day: number): Meaning | null {
  if (date?.type === 'monthday') return { type: 'monthday', day };
  if (date?.type === 'yearly') {
    const known = date.on(2024);
    if (known === null) return null;
    const { month } = civilOf(known);
    return { type: 'yearly', on: (year) => validDay(year, month, day) };
  }
  if (date?.type !== 'span' || date.grain !== 'day') return null;
  const days = date.readings
    .map(({ from }) => validDay(civilOf(from).year, civilOf(from).month, day))
    .filter((found) => found !== null);
  return days.length > 0 && source.today > 0
    ? { type: 'span', grain: 'day', readings: days.map((found) => ({ from: found, to: found + 1 })) }
    : null;
}

/** 3月5日到8日: the second day is of the first one's month. */
function sameMonth(source: Source, from: Point, to: Point): Point {
  if (to.date?.type !== 'monthday' || from.date?.type === 'monthday') return to;
  const date = inMonthOf(source, from.date, to.date.day);
  return date ? { ...to, date } : to;
}

const HALF_DAY = 12 * 3600;

/** Both ends take the date, the part of day and the half of the day from whichever says it. */
function clockEnds(from: Point, to: Point): { from: Point; to: Point } {
  const start: Point = {
    ...from,
    date: from.date ?? (from.shift === null ? to.date : null),
    shift: from.shift ?? (from.date ? null : to.shift),
  };
  const end: Point = {
    ...to,
    date: to.date ?? (to.shift === null ? from.date : null),
    shift: to.shift ?? (to.date ? null : from.shift),
  };
  const a = startClock(from, to);
  const b = endClock(a, to);
  return { from: { ...start, clock: a, part: null }, to: { ...end, clock: b, part: null } };
}

function startClock(from: Point, to: Point): Clock {
  const clock = from.clock ?? hourClock(0);
  if (from.part) return { second: FUTURE.second(clock, from.part), settled: true };
  if (clock.settled || !to.clock) return clock;
  const end = to.part ? FUTURE.second(to.clock, to.part) : to.clock.second;
  const endSure = to.part !== null || to.clock.settled;
  const later = clock.second + HALF_DAY;
  return endSure && later < end ? { second: later, settled: true } : { ...clock, settled: endSure };
}

function endClock(start: Clock, to: Point): Clock {
  const clock = to.clock ?? start;
  if (to.part) return { second: FUTURE.second(clock, to.part), settled: true };
  if (clock.settled || clock.second > start.second) return clock;
  return { second: clock.second + HALF_DAY, settled: true };
}

/** "Monday 12-4", "today from 5 to 7", "1 May between 10 and 11:30" */
function rangeWithinDay(source: Source, pieces: readonly Piece[], a: Parsed, step: () => void): ClosedRange | null {
  const { date, shift, clock, part, number } = a.point;
  const dated = date ? isDay(source, date) : shift !== null || part !== null;
  const monthly = date?.type === 'month' || (date?.type === 'span' && date.grain === 'month');
  if ((!dated && !monthly) || clock || number || !adjacent(source, pieces[a.next - 1], pieces[a.next])) return null;
  const opening = pieces[a.next]?.meaning;
  const prefixed = opening?.type === 'prefix' && opening.pair !== null;
  const start = pointAt(source, pieces, a.next + (prefixed ? 1 : 0), step);
  if (!start || start.point.date || start.point.alone) return null;
  const link = pieces[start.next];
  const end = link?.meaning.type === 'link' ? pointAt(source, pieces, start.next + 1, step) : null;
  if (!link || !end || (link.meaning.type === 'link' && link.meaning.word === 'and' && !prefixed)) return null;
  if (
    end.point.date ||
    end.point.alone ||
    !adjacent(source, pieces[start.next - 1], link) ||
    !adjacent(source, link, pieces[start.next + 1])
  )
    return null;
  const from = asClock(start.point);
  const to = asClock(end.point);
  if (!dated || !from || !to) return null;
  const ends = clockEnds({ ...from, part: from.part ?? part }, to);
  const base = { date, shift };
  return { from: { ...ends.from, ...base }, to: { ...ends.to, ...base }, next: end.next };
}

function asClock(point: Point): Point | null {
  if (point.clock) return point;
  if (!point.number || point.number.value > 24 || point.number.digits.length > 2) return null;
  return { ...NOTHING, clock: hourClock(point.number.value) };
}

/** "today before 4pm", "next Wednesday after 10" */
function openWithinDay(
  source: Source,
  pieces: readonly Piece[],
  a: Parsed,
  step: () => void,
): { mode: OpenMode; point: Point; next: number } | null {
  const opening = pieces[a.next];
  const { date, shift, clock } = a.point;
  if (opening?.meaning.type !== 'prefix' || clock || !(date ? isDay(source, date) : shift !== null)) return null;
  if (!adjacent(source, pieces[a.next - 1], opening) || !adjacent(source, opening, pieces[a.next + 1])) return null;
  const limit = pointAt(source, pieces, a.next + 1, step);
  const timed = limit && !limit.point.date && !limit.point.alone ? asClock(limit.point) : null;
  return limit && timed
    ? { mode: opening.meaning.mode, point: { ...timed, date, shift: shift ?? timed.shift }, next: limit.next }
    : null;
}

/** 之前, 起, "or later" */
function suffixAfter(source: Source, pieces: readonly Piece[], next: number): OpenMode | null {
  const piece = pieces[next];
  if (piece?.meaning.type !== 'suffix' || !adjacent(source, pieces[next - 1], piece)) return null;
  return piece.meaning.mode;
}
