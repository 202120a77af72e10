import { monthSpan, validDay } from './civil.ts';
import type { Meaning, Piece, Source } from './piece.ts';

/** Dates in digits: 2026-03-04, 3/4/2026, 4.3.26, 3/4, 2026-03, and ISO date-times. */
export function numericDateAt(source: Source, at: number): Piece | null {
  return isoMoment(source, at) ?? threeParts(source, at) ?? yearAndMonth(source, at) ?? twoParts(source, at);
}

/** A two-digit year: 00–49 is this century's, 50–99 the last one's. */
export function yearOf(digits: string): number {
  const value = Number(digits);
  if (digits.length > 2) return value;
  return value < 50 ? 2000 + value : 1900 + value;
}

const SEPARATORS = new Set(['/', '-', '.']);

function digits(source: Source, at: number, tight = true): string | null {
  const token = source.tokens[at];
  if (token?.kind !== 'number' || token.text.length > 4 || (tight && token.spaced)) return null;
  return token.text;
}

function separator(source: Source, at: number): string | null {
  const token = source.tokens[at];
  return token && SEPARATORS.has(token.text) && !token.spaced ? token.text : null;
}

/** The digits run on (`1.2.3.4`, `555-12-34`): no date. */
function runsOn(source: Source, at: number): boolean {
  return separator(source, at) !== null && digits(source, at + 1) !== null;
}

function follows(source: Source, at: number): boolean {
  const before = source.tokens[at - 1];
  if (!before || source.tokens[at]?.spaced) return false;
  return (
    (SEPARATORS.has(before.text) || before.text === ':' || before.text === '$') &&
    source.tokens[at - 2]?.kind === 'number' &&
    !before.spaced
  );
}

function dayPiece(start: number, end: number, day: number): Piece {
  return { start, end, weak: false, meaning: { type: 'span', grain: 'day', readings: [{ from: day, to: day + 1 }] } };
}

function isoMoment(source: Source, at: number): Piece | null {
  const parts = [0, 2, 4].map((offset) => digits(source, at + offset, offset > 0));
  const [year, month, day] = parts;
  const marker = source.tokens[at + 5];
  if (!year || year.length !== 4 || !month || !day || marker?.text !== 't' || marker.spaced) return null;
  const [hour, minute] = [digits(source, at + 6), digits(source, at + 8)];
  const date = validDay(Number(year), Number(month), Number(day));
  if (
    date === null ||
    !hour ||
    !minute ||
    source.tokens[at + 7]?.text !== ':' ||
    Number(hour) > 23 ||
    Number(minute) > 59
  )
    return null;
  const second = source.tokens[at + 9]?.text === ':' ? digits(source, at + 10) : null;
  const end = second ? at + 11 : at + 9;
  const zulu = source.tokens[end]?.text === 'z' && !source.tokens[end]?.spaced ? 1 : 0;
  return {
    start: at,
    end: end + zulu,
    weak: false,
    meaning: { type: 'moment', day: date, second: Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0) },
  };
}

function threeParts(source: Source, at: number): Piece | null {
  const a = digits(source, at, false);
  const b = spacedDate(source, at) ? digits(source, at + 1, false) : digits(source, at + 2);
  if (a === null || b === null || follows(source, at)) return null;
  if (spacedDate(source, at)) {
    const last = digits(source, at + 2, false) ?? '';
    const day = validDay(Number(a), Number(b), Number(last));
    return day === null ? null : dayPiece(at, at + 3, day);
  }
  const second = source.tokens[at + 3];
  const third = digits(source, at + 4);
  const same =
    second &&
    !second.spaced &&
    (second.text === source.tokens[at + 1]?.text || (second.text === ',' && source.tokens[at + 1]?.text === '/'));
  if (!separator(source, at + 1) || !same || third === null || runsOn(source, at + 5)) return null;
  const day = orderedDay(a, b, third, source.dayFirst);
  return day === null ? null : dayPiece(at, at + 5, day);
}

/** `2010 01 29` */
function spacedDate(source: Source, at: number): boolean {
  const texts = [0, 1, 2]
    .map((offset) => source.tokens[at + offset])
    .map((token) => (token?.kind === 'number' ? token.text : ''));
  return texts[0]?.length === 4 && texts[1]?.length === 2 && texts[2]?.length === 2;
}

function orderedDay(a: string, b: string, c: string, dayFirst: boolean): number | null {
  if (a.length === 4) return validDay(Number(a), Number(b), Number(c));
  if (c.length === 3 || a.length > 2 || b.length > 2 || c.length < 2)
    return a.length === 2 && dayFirst ? validDay(yearOf(a), Number(b), Number(c)) : null;
  if (dayFirst && a.length === 2 && c.length === 2 && Number(c) <= 31 && Number(a) > 0) {
    const yearFirst = validDay(yearOf(a), Number(b), Number(c));
    if (yearFirst !== null) return yearFirst;
  }
  const year = yearOf(c);
  const monthFirst = validDay(year, Number(a), Number(b));
  const dayMonth = validDay(year, Number(b), Number(a));
  return dayFirst ? (dayMonth ?? monthFirst) : (monthFirst ?? dayMonth);
}

/** `2026-03`, `2026/3` */
function yearAndMonth(source: Source, at: number): Piece | null {
  const [year, month] = [digits(source, at, false), digits(source, at + 2)];
  if (
    year?.length !== 4 ||
    !month ||
    month.length > 2 ||
    !['-', '/'].includes(separator(source, at + 1) ?? '') ||
    runsOn(source, at + 3)
  )
    return null;
  if (Number(month) < 1 || Number(month) > 12 || Number(year) < 1000) return null;
  return {
    start: at,
    end: at + 3,
    weak: false,
    meaning: { type: 'span', grain: 'month', readings: [monthSpan(Number(year), Number(month))] },
  };
}

/** Words before `4.22` or `4-22` that make it a day rather than a number or a stretch. */
const DAY_LEADS = new Set(['on', 'in', 'by', 'before', 'until', 'after', 'since']);

function twoParts(source: Source, at: number): Piece | null {
  const mark = separator(source, at + 1);
  const [a, b] = [digits(source, at, false), digits(source, at + 2)];
  if (!mark || !a || !b || a.length > 2 || b.length > 2 || follows(source, at) || runsOn(source, at + 3)) return null;
  const next = source.tokens[at + 3];
  if (next && !next.spaced && next.kind === 'word') return null;
  if (next && ['%', ':'].includes(next.text)) return null;
  const led = DAY_LEADS.has(source.tokens[at - 1]?.text ?? '');
  if (mark !== '/' && !led) return null;
  if (mark === '/' && next?.kind === 'word' && COUNTED.has(next.text)) return null;
  const monthFirst = validDay(2024, Number(a), Number(b)) !== null;
  const dayFirst = validDay(2024, Number(b), Number(a)) !== null;
  if (!monthFirst && !dayFirst) return null;
  // Without a year, Chinese too writes the month first.
  const [month, day] = monthFirst ? [Number(a), Number(b)] : [Number(b), Number(a)];
  const meaning: Meaning = { type: 'yearly', on: (year) => validDay(year, month, day) };
  return { start: at, end: at + 3, weak: mark === '-' && source.tokens[at - 1]?.text === 'from', meaning };
}

/** `1/2 hour`, `3/4 cup`: a fraction. */
const COUNTED = new Set([
  'hour',
  'hours',
  'day',
  'days',
  'cup',
  'cups',
  'inch',
  'inches',
  'mile',
  'miles',
  'price',
  'off',
  'of',
  'pound',
  'pounds',
  'time',
  'full',
]);
