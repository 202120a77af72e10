import { combineDates, daysOf } from './calendar.ts';
import { yearSpan } from './civil.ts';
import {
  type Clock,
  type Meaning,
  type PartOfDay,
  type Piece,
  type Repeat,
  type Source,
  WEEKDAY_CODES,
} from './piece.ts';

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

export interface Parsed {
  point: Point;
  /** Index of the piece after. */
  next: number;
  sure: boolean;
}

export const NOTHING: Point = { date: null, clock: null, part: null, shift: null, alone: null, number: null };

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

export const yearOf = (year: number): Meaning => ({ type: 'span', grain: 'year', readings: [yearSpan(year)] });

/** Said without am or pm, hours before seven are afternoons: people meet at three, not at 03:00. */
export const hourClock = (hour: number): Clock => ({ second: hour * 3600, settled: hour > 12 });

/** Reads as many pieces as belong to one point in time. */
export function pointAt(source: Source, pieces: readonly Piece[], index: number, step: () => void): Parsed | null {
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
export function placed(meaning: Meaning): Pick<Point, 'date' | 'alone'> {
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

export function isDay(source: Source, date: Meaning): boolean {
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
export function adjacent(source: Source, a: Piece | undefined, b: Piece | undefined): boolean {
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

export function asClock(point: Point): Point | null {
  if (point.clock) return point;
  if (!point.number || point.number.value > 24 || point.number.digits.length > 2) return null;
  return { ...NOTHING, clock: hourClock(point.number.value) };
}
