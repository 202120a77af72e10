import * as z from 'zod';
import { Instant, Locale, TimeZone } from './common.ts';

/** A wall-clock value in the request's zone, without offset: YYYY-MM-DD, YYYY-MM-DDTHH:MM:SS or HH:MM:SS. */
const WallClock = z.string();
const span = { text: z.string(), start: z.number().int(), end: z.number().int() };

/** A time expression in a text; [start, end) in UTF-16 units. */
export const TimeExpression = z.discriminatedUnion('kind', [
  z.object({ ...span, kind: z.literal('date'), value: WallClock }),
  z.object({ ...span, kind: z.literal('datetime'), value: WallClock }),
  z.object({ ...span, kind: z.literal('time'), value: WallClock }),
  /** `to` is exclusive; one end may be missing. */
  z.object({ ...span, kind: z.literal('range'), from: WallClock.optional(), to: WallClock.optional() }),
  z.object({ ...span, kind: z.literal('duration'), seconds: z.number() }),
  /** A recurrence; `rrule` as in RFC 5545. */
  z.object({ ...span, kind: z.literal('set'), rrule: z.string(), time: WallClock.optional() }),
]);
export type TimeExpression = z.infer<typeof TimeExpression>;

export const ExtractRequest = z.object({
  text: z.string().max(20_000),
  reference_time: Instant.optional(),
  timezone: TimeZone.optional(),
  locale: Locale.optional(),
  mode: z.enum(['message', 'quickadd']).default('message'),
  /** Stores nothing when true. */
  dry_run: z.boolean().default(false),
});
export type ExtractRequest = z.infer<typeof ExtractRequest>;

export const ExtractedTodo = z.object({
  title: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  confidence: z.number(),
  due: z.object({ text: z.string(), kind: z.enum(['date', 'datetime']), value: WallClock }).nullable(),
  rrule: z.string().nullable(),
  assignees: z.array(z.string()),
  priority: z.enum(['low', 'normal', 'high']).nullable(),
  /** Names of the rules that made it. */
  why: z.array(z.string()),
});
export type ExtractedTodo = z.infer<typeof ExtractedTodo>;

export const ExtractResponse = z.object({ todos: z.array(ExtractedTodo), times: z.array(TimeExpression) });
export type ExtractResponse = z.infer<typeof ExtractResponse>;
