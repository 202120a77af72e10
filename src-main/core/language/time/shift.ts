import { addBusinessDays, addMonths } from './civil.ts';
import type { Amount, Meaning, Source } from './piece.ts';

/** The point that lies an amount away from the reference. */
export function shifted(source: Source, { months, days, businessDays, seconds }: Amount, direction: 1 | -1): Meaning {
  const moved = addMonths(source.today, months * direction) + days * direction;
  const target = businessDays === 0 ? moved : addBusinessDays(moved, businessDays * direction);
  if (seconds === 0) return { type: 'span', grain: 'day', readings: [{ from: target, to: target + 1 }] };
  const { day: onDay, second } = source.later(seconds * direction);
  return { type: 'moment', day: onDay + target - source.today, second };
}

/** The stretch of an amount before or after the reference. Whole days begin tomorrow and end yesterday. */
export function aroundNow(source: Source, amount: Amount, direction: 1 | -1, fromToday = false): Meaning {
  const target = shifted(source, amount, direction);
  if (target.type === 'moment') {
    const here = { day: source.today, second: source.now };
    const there = { day: target.day, second: target.second };
    return direction > 0 ? { type: 'interval', from: here, to: there } : { type: 'interval', from: there, to: here };
  }
  const there = target.type === 'span' ? (target.readings[0]?.from ?? source.today) : source.today;
  const [from, to] =
    direction > 0 ? [source.today + (fromToday ? 0 : 1), there + (fromToday ? 0 : 1)] : [there, source.today];
  return { type: 'span', grain: 'other', readings: [{ from, to }] };
}
