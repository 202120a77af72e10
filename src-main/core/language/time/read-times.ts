import type { TimeExpression } from '../../../../src-shared/schema/extraction.ts';
import { chinesePieceAt } from './chinese.ts';
import { SECONDS_PER_DAY } from './civil.ts';
import { compose } from './compose.ts';
import { englishPieceAt } from './english.ts';
import type { Piece, Source } from './piece.ts';
import { FUTURE, type Policy } from './policy.ts';
import { settle } from './settle.ts';
import { type Token, tokenize } from './tokens.ts';
import { instantOf, secondsOfWall, wallClock } from './zone.ts';

export interface ReadOptions {
  /** The wall clock that "today" and "now" hang on, YYYY-MM-DDTHH:MM:SS. */
  reference: string;
  /** Decides between 3/4 as March and as April where a year follows; without it, Chinese characters in the text do. */
  locale?: 'zh-CN' | 'en' | undefined;
  /** Lets "in 3 hours" count real hours across a change of the clocks. */
  timeZone?: string | undefined;
  policy?: Policy;
  /** Called once for each unit of work; the tests judge growth by it. */
  onStep?: () => void;
}

/** UTF-16 units that are read; what lies behind is left alone. */
export const MAX_TIME_TEXT = 20_000;

/** Finds every time expression of a text, in order. Pure: the reference is the only clock. */
export function readTimes(text: string, options: ReadOptions): TimeExpression[] {
  const bounded = text.slice(0, MAX_TIME_TEXT);
  const tokens = tokenize(bounded);
  const source = sourceOf(tokens, options);
  const { policy = FUTURE, onStep = () => {} } = options;
  const reference = { today: source.today, now: source.now };
  const expressions: TimeExpression[] = [];
  for (const finding of compose(source, piecesOf(source, onStep), onStep)) {
    const settled = settle(finding, reference, policy);
    const start = tokens[finding.start]?.start ?? 0;
    const end = tokens[finding.end - 1]?.end ?? start;
    if (settled) expressions.push({ text: bounded.slice(start, end), start, end, ...settled });
  }
  return expressions;
}

function piecesOf(source: Source, step: () => void): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < source.tokens.length; ) {
    step();
    const piece = longer(englishPieceAt(source, at), chinesePieceAt(source, at));
    if (piece) pieces.push(piece);
    at = piece ? piece.end : at + 1;
  }
  return pieces;
}

function longer(a: Piece | null, b: Piece | null): Piece | null {
  if (!a || !b) return a ?? b;
  return b.end > a.end || (b.end === a.end && a.weak && !b.weak) ? b : a;
}

function sourceOf(tokens: readonly Token[], { reference, locale, timeZone }: ReadOptions): Source {
  const total = secondsOfWall(reference);
  const today = Math.floor(total / SECONDS_PER_DAY);
  const now = total - today * SECONDS_PER_DAY;
  const dayFirst = locale === undefined ? tokens.some(({ kind }) => kind === 'han') : locale === 'zh-CN';
  return { tokens, today, now, dayFirst, later: (seconds) => later(total, seconds, timeZone, reference) };
}

function later(
  total: number,
  seconds: number,
  timeZone: string | undefined,
  reference: string,
): { day: number; second: number } {
  const shown = timeZone === undefined ? total + seconds : secondsAfter(reference, timeZone, seconds);
  const day = Math.floor(shown / SECONDS_PER_DAY);
  return { day, second: shown - day * SECONDS_PER_DAY };
}

function secondsAfter(reference: string, timeZone: string, seconds: number): number {
  const instant = Date.parse(instantOf(reference, timeZone)) + seconds * 1000;
  return secondsOfWall(wallClock(new Date(instant).toISOString(), timeZone));
}
