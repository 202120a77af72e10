import { digitsAt, wordsAt } from './numerals.ts';
import type { Clock } from './piece.ts';
import type { Token } from './tokens.ts';

export interface FoundClock {
  clock: Clock;
  next: number;
  /** Needs a neighbour: "at 7" may count something. */
  weak: boolean;
}

interface Meridiem {
  pm: boolean;
  next: number;
}

const HOUR = 3600;

/** A clock time: 3pm, 15:30, half past seven, ten to six, noon, 11ish, 9 o'clock. */
export function clockAt(tokens: readonly Token[], at: number): FoundClock | null {
  return namedTime(tokens, at) ?? pastOrTo(tokens, at) ?? digitalTime(tokens, at) ?? hourTime(tokens, at);
}

/** am, pm, a.m., p . m ., and an attached a or p */
export function meridiemAt(tokens: readonly Token[], at: number): Meridiem | null {
  const text = tokens[at]?.text ?? '';
  if (text === 'am' || text === 'pm') return { pm: text === 'pm', next: at + 1 };
  if (text !== 'a' && text !== 'p') return null;
  if (tokens[at + 1]?.text === '.' && tokens[at + 2]?.text === 'm') {
    const closed = tokens[at + 3]?.text === '.' && tokens[at + 3]?.broken === false;
    return { pm: text === 'p', next: at + (closed ? 4 : 3) };
  }
  if (tokens[at + 1]?.text === 'm' && tokens[at + 1]?.spaced) return { pm: text === 'p', next: at + 2 };
  const attached = !tokens[at]?.spaced && tokens[at - 1]?.kind === 'number';
  return attached ? { pm: text === 'p', next: at + 1 } : null;
}

const NAMED = new Map([
  ['noon', 12],
  ['midday', 12],
  ['noonish', 12],
  ['noontime', 12],
  ['lunchtime', 12],
  ['midnight', 0],
]);

function namedTime(tokens: readonly Token[], at: number): FoundClock | null {
  const twelve = tokens[at]?.text === '12' || tokens[at]?.text === 'twelve' ? at + 1 : at;
  const hour = NAMED.get(tokens[twelve]?.text ?? '');
  if (hour === undefined) return null;
  return { clock: { second: hour * HOUR, settled: true }, next: twelve + 1, weak: false };
}

function hourAt(tokens: readonly Token[], at: number): { hour: number; next: number; written: boolean } | null {
  const named = NAMED.get(tokens[at]?.text ?? '');
  if (named !== undefined) return { hour: named, next: at + 1, written: true };
  const number = digitsAt(tokens, at) ?? wordsAt(tokens, at);
  if (!number || number.ordinal || number.value > 24 || number.digits.length > 2) return null;
  return { hour: number.value, next: number.next, written: number.digits !== '' };
}

const FRACTIONS = new Map([
  ['half', 30],
  ['quarter', 15],
]);

/** half past seven, a quarter to six, twenty minutes past five, 10 to noon */
function pastOrTo(tokens: readonly Token[], at: number): FoundClock | null {
  let next = tokens[at]?.text === 'a' ? at + 1 : at;
  let minutes = FRACTIONS.get(tokens[next]?.text ?? '');
  let certain = minutes !== undefined;
  if (minutes === undefined) {
    const number = digitsAt(tokens, next) ?? wordsAt(tokens, next);
    if (!number || number.ordinal || number.value < 1 || number.value > 59) return null;
    minutes = number.value;
    next = number.next;
    if (['min', 'mins', 'minute', 'minutes'].includes(tokens[next]?.text ?? '')) {
      certain = true;
      next += 1;
    }
  } else {
    next += 1;
  }
  const relation = tokens[next]?.text ?? '';
  const past = relation === 'past' || (certain && relation === 'after');
  if (!past && !(certain && ['to', 'til', 'till', 'before', 'of'].includes(relation))) return null;
  const base = hourAt(tokens, next + 1);
  if (!base || base.hour > 12 || base.hour === (base.written ? -1 : 0)) return null;
  const second = (base.hour * 60 + (past ? minutes : -minutes)) * 60;
  const positive = second < 0 ? second + 86_400 : second;
  return closed(tokens, base.next, positive, NAMED.has(tokens[next + 1]?.text ?? ''), false);
}

/** 15:30, 8:00:31 am, 8.30pm, 1140 am */
function digitalTime(tokens: readonly Token[], at: number): FoundClock | null {
  const first = tokens[at];
  if (
    first?.kind !== 'number' ||
    first.text.length > 4 ||
    (tokens[at - 1]?.text === ':' && !first.spaced) ||
    tokens[at - 1]?.text === '$'
  )
    return null;
  const mark = tokens[at + 1];
  const minutes = tokens[at + 2];
  const tight = mark && !mark.spaced && minutes?.kind === 'number' && !minutes.spaced && minutes.text.length === 2;
  if (tight && first.text.length <= 2 && (mark.text === ':' || mark.text === '.')) {
    const seconds =
      tokens[at + 3]?.text === ':' && !tokens[at + 3]?.spaced && tokens[at + 4]?.text.length === 2
        ? Number(tokens[at + 4]?.text)
        : null;
    const next = seconds === null ? at + 3 : at + 5;
    if (
      mark.text === '.' &&
      !meridiemAt(tokens, next) &&
      !(TIME_LEADS.has(tokens[at - 1]?.text ?? '') && endsNumber(tokens, next))
    )
      return null;
    const [hour, minute] = [Number(first.text), Number(minutes.text)];
    if (hour > 24 || minute > 59 || (seconds ?? 0) > 59) return null;
    return closed(
      tokens,
      next,
      hour * HOUR + minute * 60 + (seconds ?? 0),
      hour > 12 || (first.text.length === 2 && first.text.startsWith('0')),
      false,
    );
  }
  if (first.text.length >= 3) {
    const [hour, minute] = [Math.floor(Number(first.text) / 100), Number(first.text) % 100];
    if (hour > 23 || minute > 59) return null;
    const hours = ['hours', 'hrs'].includes(tokens[at + 1]?.text ?? '') && first.text.length === 4;
    if (hours) return { clock: { second: hour * HOUR + minute * 60, settled: true }, next: at + 2, weak: false };
    const lead = TIME_LEADS.has(tokens[at - 1]?.text ?? '') && first.text.length === 4 && first.text.startsWith('0');
    return meridiemAt(tokens, at + 1) || lead
      ? closed(tokens, at + 1, hour * HOUR + minute * 60, hour > 12 || lead, false)
      : null;
  }
  return null;
}

const TIME_LEADS = new Set(['at', '@', 'before', 'by', 'after', 'until', 'till', 'around']);

function endsNumber(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  return (
    !token ||
    (token.kind === 'mark'
      ? !['%', '.'].includes(token.text) || tokens[at + 1]?.kind !== 'number'
      : !['percent', 'million', 'dollars', 'k', 'm'].includes(token.text))
  );
}

/** 3pm, seven o'clock, 11ish, seven thirty pm */
function hourTime(tokens: readonly Token[], at: number): FoundClock | null {
  const found = hourAt(tokens, at);
  if (!found || found.hour > 24) return null;
  if (
    (tokens[at - 1]?.text === ':' || tokens[at - 1]?.text === '.') &&
    !tokens[at]?.spaced &&
    tokens[at - 2]?.kind === 'number'
  )
    return null;
  let { next } = found;
  let minutes = 0;
  const words = found.written ? null : wordsAt(tokens, next);
  if (words && !words.ordinal && words.value >= 10 && words.value <= 59) {
    minutes = words.value;
    next = words.next;
  }
  const second = found.hour * HOUR + minutes * 60;
  if (meridiemAt(tokens, next)) return closed(tokens, next, second, found.hour > 12, false);
  const oclock = oclockAt(tokens, next);
  if (oclock) return closed(tokens, oclock, second, found.hour > 12, false);
  if (tokens[next]?.text === 'ish' || (tokens[next]?.text === '-' && tokens[next + 1]?.text === 'ish'))
    return closed(tokens, tokens[next]?.text === 'ish' ? next + 1 : next + 2, second, found.hour > 12, false);
  if (tokens[next]?.text === 'sharp') return closed(tokens, next + 1, second, found.hour > 12, false);
  return minutes > 0 && TIME_LEADS.has(tokens[at - 1]?.text ?? '') ? closed(tokens, next, second, false, false) : null;
}

function oclockAt(tokens: readonly Token[], at: number): number {
  const text = tokens[at]?.text ?? '';
  if (text === "o'clock" || text === 'oclock') return at + 1;
  return text === 'o' && tokens[at + 1]?.text === 'clock' ? at + 2 : 0;
}

/** Reads a closing am or pm. */
function closed(
  tokens: readonly Token[],
  at: number,
  second: number,
  settled: boolean,
  weak: boolean,
): FoundClock | null {
  const oclock = oclockAt(tokens, at);
  const next = oclock > 0 ? oclock : at;
  const meridiem = meridiemAt(tokens, next);
  if (!meridiem) return { clock: { second, settled: settled || second >= 13 * HOUR || second < HOUR }, next, weak };
  if (second >= 13 * HOUR)
    return meridiem.pm && second < 86_400 ? { clock: { second, settled: true }, next: meridiem.next, weak } : null;
  const base = second >= 12 * HOUR ? second - 12 * HOUR : second;
  return { clock: { second: base + (meridiem.pm ? 12 * HOUR : 0), settled: true }, next: meridiem.next, weak };
}
