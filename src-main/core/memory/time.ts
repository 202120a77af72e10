import type { TimeExpression } from '../../../src-shared/schema/extraction.ts';
import { instantOf } from '../language/index.ts';

/** Reads the times a text speaks of, measured from a wall clock `YYYY-MM-DDTHH:MM:SS`. */
export type ReadTimes = (text: string, referenceWallClock: string) => readonly TimeExpression[];

/** A stretch of time in milliseconds, [from, to). */
export interface Span {
  from: number;
  to: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const latestPattern =
  /\b(latest|newest|most recent(ly)?|currently|current|last time|right now|nowadays)\b|最近一次|最新|最近|上一?次|目前|现在|如今/i;
const whenPattern =
  /^\W*(when|what (date|day|year|month|time)|which (year|month|day|date)|in (which|what) (month|year)|how long|since when)\b|什么时候|什么时间|何时|哪[一]?[天年月日周]|几[号点月]|多久|星期几|周几/i;
const questionPattern =
  /^\W*(what|when|where|who|whose|which|why|how|do|does|did|is|are|was|were|can|could|has|have|had)\b[^.!]*$|什么|怎么|哪|谁|几[点号月天个]|多少|多久|为何|何时|如何|是不是|有没有/iu;
const timeWordPattern =
  /\b(yesterday|today|tonight|tomorrow|last|next|ago|since|recently|soon|weeks?|weekends?|months?|years?|days?|(mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december|(19|20)\d\d|\d+(th|st|nd|rd)|\d{1,2}(:\d\d)? ?[ap]m|\d{1,2}:\d\d)\b|[今明昨前后]天|[今明去前后]年|[上下这本]个?[周月]|星期|周[一二三四五六日末天]|礼拜|\d+[月日号点年]|[一二三四五六七八九十]+[月日号点]|早上|上午|中午|下午|晚上/i;

const calendarPattern =
  /\d|[一二三四五六七八九十][月日号]|\b(january|february|march|april|may|june|july|august|september|october|november|december)\b/i;
const relativePattern = /\bago\b|\blater\b|\b(last|next|past|this)\b|[前后内]|上|下|这|本|去|明|昨|今/i;

/** The end of a month or year is one day to whoever has something due, and more to whoever remembers. */
const endPattern = /[底末]$|\bend of (?!.*\b(?:day|today|tonight|week)\b)/i;
const endDays = 9;

export const asksForLatest = (query: string): boolean => latestPattern.test(query);
export const asksWhen = (query: string): boolean => whenPattern.test(query);
export const asksSomething = (text: string): boolean => questionPattern.test(text);
export const hasTimeWord = (text: string): boolean => timeWordPattern.test(text);

/** True for a time by the calendar (May 3, 5月3号): a text may name it the same way, whenever it was written. */
export const isByCalendar = (time: TimeExpression): boolean =>
  calendarPattern.test(time.text) && !relativePattern.test(time.text);

/** The stretch that a time expression covers, or null where it names none (a duration, a recurrence, a mere hour). */
export function spanOf(time: TimeExpression, timeZone: string): Span | null {
  const at = (wall: string) => Date.parse(instantOf(wall.length === 10 ? `${wall}T00:00:00` : wall, timeZone));
  switch (time.kind) {
    case 'date':
      return { from: at(time.value) - (endPattern.test(time.text) ? endDays * dayMs : 0), to: at(time.value) + dayMs };
    case 'datetime':
      return { from: at(time.value), to: at(time.value) + hourMs };
    case 'range':
      if (![time.from, time.to].some(hasDate)) return null;
      return {
        from: time.from === undefined ? Number.NEGATIVE_INFINITY : at(time.from),
        to: time.to === undefined ? Number.POSITIVE_INFINITY : at(time.to),
      };
    case 'time':
    case 'duration':
    case 'set':
      return null;
  }
}

// A range may also be one of clock times alone (the afternoon), which names no day.
const hasDate = (wall: string | undefined): boolean => wall !== undefined && /^\d{4}-/.test(wall);

/** 1 within the span; less in the weeks around it, for people tell of a thing soon after it and announce it before. */
export function nearness(at: number, { from, to }: Span): number {
  if (at >= from && at < to) return 1;
  if (at >= to) return at < to + 7 * dayMs ? 0.6 : at < to + 20 * dayMs ? 0.3 : 0;
  return at >= from - 7 * dayMs ? 0.3 : 0;
}
