import type { TimeExpression } from '../../../../src-shared/schema/extraction.ts';
import { type Days, daysOf } from './calendar.ts';
import { type DaySpan, formatClock, formatDay, formatMoment, SECONDS_PER_DAY } from './civil.ts';
import type { Finding } from './compose.ts';
import { type Endpoint, type Repeat, secondsOf } from './piece.ts';
import type { Point } from './point.ts';
import type { Policy, Reference } from './policy.ts';

/** What a finding amounts to once the policy has picked a reading: a time expression without its place in the text. */
export type Settled = TimeExpression extends infer Expression
  ? Expression extends TimeExpression
    ? Omit<Expression, 'text' | 'start' | 'end'>
    : never
  : never;

export function settle(finding: Finding, reference: Reference, policy: Policy): Settled | null {
  switch (finding.type) {
    case 'point':
      return settlePoint(finding.point, reference, policy);
    case 'open': {
      const edge = edgesOf(finding.point, reference, policy);
      if (!edge) return null;
      const { mode } = finding;
      if (mode === 'before') return { kind: 'range', to: edge.from };
      if (mode === 'by') return { kind: 'range', to: edge.to };
      return { kind: 'range', from: mode === 'after' ? edge.to : edge.from };
    }
    case 'closed':
      return settleRange(finding.from, finding.to, reference, policy);
  }
}

function settlePoint(point: Point, reference: Reference, policy: Policy): Settled | null {
  if (point.alone) return settleAlone(point, policy);
  const edge = edgesOf(point, reference, policy);
  if (!edge) return null;
  if (point.clock)
    return edge.from.length > 8 ? { kind: 'datetime', value: edge.from } : { kind: 'time', value: edge.from };
  if (!point.part && isDays(point, reference)?.grain === 'day') return { kind: 'date', value: edge.from };
  return { kind: 'range', from: edge.from, to: edge.to };
}

function settleAlone({ alone }: Point, policy: Policy): Settled | null {
  switch (alone?.type) {
    case 'moment':
      return { kind: 'datetime', value: formatMoment(alone.day, alone.second) };
    case 'duration': {
      const seconds = secondsOf(alone.amount);
      return seconds > 0 ? { kind: 'duration', seconds } : null;
    }
    case 'interval':
      return {
        kind: 'range',
        ...(alone.from ? { from: written(alone.from) } : {}),
        ...(alone.to ? { to: written(alone.to) } : {}),
      };
    case 'set':
      return settleSet(alone.repeat, policy);
    default:
      return null;
  }
}

const written = ({ day, second }: Endpoint): string => (second === null ? formatDay(day) : formatMoment(day, second));

function settleSet(repeat: Repeat, policy: Policy): Settled {
  const parts = [`FREQ=${repeat.freq}`];
  if (repeat.interval > 1) parts.push(`INTERVAL=${repeat.interval}`);
  if (repeat.byMonth !== undefined) parts.push(`BYMONTH=${repeat.byMonth}`);
  if (repeat.byMonthDay !== undefined) parts.push(`BYMONTHDAY=${repeat.byMonthDay}`);
  if (repeat.byDay) parts.push(`BYDAY=${repeat.byDay.join(',')}`);
  const rrule = parts.join(';');
  if (!repeat.clock) return { kind: 'set', rrule };
  const second = policy.second(repeat.clock, repeat.part ?? null);
  return { kind: 'set', rrule, time: formatClock(second % SECONDS_PER_DAY) };
}

/** First and last edge (the last one exclusive) of a point: days, moments, or bare clock times. */
function edgesOf(point: Point, reference: Reference, policy: Policy): { from: string; to: string } | null {
  if (point.alone?.type === 'moment') {
    const value = formatMoment(point.alone.day, point.alone.second);
    return { from: value, to: value };
  }
  const seconds = secondsOfPoint(point, policy);
  const day = dayOf(point, reference, policy, seconds?.from ?? null);
  if (point.date && !day) return null;
  if (!day)
    return (
      seconds && { from: formatClock(seconds.from % SECONDS_PER_DAY), to: formatClock(seconds.to % SECONDS_PER_DAY) }
    );
  if (!seconds) return { from: formatDay(day.from), to: formatDay(day.to) };
  return { from: formatMoment(day.from, seconds.from), to: formatMoment(day.from, seconds.to) };
}

function secondsOfPoint({ clock, part }: Point, policy: Policy): { from: number; to: number } | null {
  if (clock) {
    const second = policy.second(clock, part);
    return { from: second, to: second };
  }
  return part && { from: part.from, to: part.to };
}

function isDays(point: Point, { today }: Reference): Days | null {
  return point.date ? daysOf(point.date, today) : null;
}

function dayOf(point: Point, reference: Reference, policy: Policy, second: number | null): DaySpan | null {
  const days = isDays(point, reference);
  if (days) return policy.day(days.readings, reference, point.clock ? second : null);
  if (point.shift === null) return null;
  return { from: reference.today + point.shift, to: reference.today + point.shift + 1 };
}

/** "August to October", said in September, is the one that runs already. */
function runningRange(from: Point, to: Point, reference: Reference, policy: Policy): Settled | null {
  const starts = isDays(from, reference)?.readings.filter((span) => span.from <= reference.today) ?? [];
  const begun = starts.at(-1);
  const ends = begun && isDays(to, { today: begun.from, now: 0 });
  const end = ends && policy.day(ends.readings, { today: begun.from, now: 0 }, null);
  return begun && end && end.to > reference.today
    ? { kind: 'range', from: formatDay(begun.from), to: formatDay(end.to) }
    : null;
}

function settleRange(from: Point, to: Point, reference: Reference, policy: Policy): Settled | null {
  const start = edgesOf(from, reference, policy);
  const startDay = dayOf(from, reference, policy, null);
  if (!start) return null;
  const running =
    from.date?.type === 'month' && to.date && !from.clock && !to.clock
      ? runningRange(from, to, reference, policy)
      : null;
  if (running) return running;
  // The end is the first reading at or after the start: "Nov to March" ends next year.
  const end = edgesOf(to, startDay && to.date ? { today: startDay.from, now: 0 } : reference, policy);
  if (!end) return null;
  return { kind: 'range', from: start.from, to: to.clock ? end.from : end.to };
}
