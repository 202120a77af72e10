import { combineDates, daysOf } from './calendar.ts';
import { type Meaning, type OpenMode, type Piece, type Source } from './piece.ts';
import {
  adjacent,
  asClock,
  hourClock,
  isDay,
  NOTHING,
  type Parsed,
  type Point,
  placed,
  pointAt,
  yearOf,
} from './point.ts';
import { FUTURE } from './policy.ts';
import { alignEnds, clockEnds } from './range-ends.ts';
import { shifted } from './shift.ts';

/** What a stretch of text says: a point, an open or closed range, a length, a repeat. */
export type Finding = { start: number; end: number } & (
  | { type: 'point'; point: Point }
  | { type: 'open'; mode: OpenMode; point: Point }
  | { type: 'closed'; from: Point; to: Point }
);

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
