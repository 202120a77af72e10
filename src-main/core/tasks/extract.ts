import type {
  ExtractedTodo,
  ExtractRequest,
  ExtractResponse,
  TimeExpression,
} from '../../../src-shared/schema/extraction.ts';
import { foldUnits, readTimes, type Sentence, sentencesOf, wallClock } from '../language/index.ts';
import { type Cue, cuesOf } from './cues.ts';
import { scheduleOf } from './due.ts';
import { assigneesOf } from './people.ts';
import { coreOf, type Span, titleOf } from './title.ts';

export type ExtractInput = Pick<ExtractRequest, 'text' | 'locale' | 'mode'> & {
  /** RFC 3339 */
  reference_time: string;
  /** IANA name */
  timezone: string;
};

/** Below this a sentence is not worth a suggestion. */
const LEAST_CONFIDENCE = 0.5;
const MAX_TODOS = 50;
const MAX_TITLE = 500;
/** @person, #label and !priority in one line of quick add. */
const MAX_MARKS = 30;

/** Finds what a text asks somebody to do and every time it names. Pure; about a tenth of a millisecond a message. */
export function extractTodos({ text, reference_time, timezone, locale, mode }: ExtractInput): ExtractResponse {
  const reference = wallClock(reference_time, timezone);
  const times = readTimes(text, { reference, locale, timeZone: timezone });
  if (mode === 'quickadd') return { todos: quickAdd(text, times, reference), times };
  const todos: ExtractedTodo[] = [];
  const plain = foldUnits(text);
  for (const sentence of sentencesOf(text)) {
    const todo = todoOf({ text, plain }, sentence, times, reference);
    if (todo) todos.push(todo);
    if (todos.length >= MAX_TODOS) break;
  }
  return { todos, times };
}

/** The message as written and as folded for the patterns; both have the same offsets. */
interface Message {
  text: string;
  plain: string;
}

function todoOf(
  { text, plain }: Message,
  sentence: Sentence,
  all: readonly TimeExpression[],
  reference: string,
): ExtractedTodo | null {
  const times = all.filter(({ start, end }) => start >= sentence.start && end <= sentence.end);
  const timed = times.some(({ kind }) => kind !== 'duration');
  const places = times
    .filter(({ kind }) => kind !== 'duration')
    .map(({ start, end }) => ({ start: start - sentence.start, end: end - sentence.start }));
  const cues = cuesOf(sentence.text, places);
  if (sentence.listed) cues.unshift({ rule: 'list item', weight: 0.6, action: null, at: 0 });
  const confidence = confidenceOf(cues, times, reference);
  if (confidence < LEAST_CONFIDENCE) return null;
  const schedule = scheduleOf(times, reference);
  const removable = schedule.used.filter((time) => !describes(text, time));
  const core = coreWithin(plain, sentence, cues, removable);
  const title = titleOf(
    text,
    core,
    removable,
    cues.some(({ rule }) => rule === 'would you mind'),
  ).slice(0, MAX_TITLE);
  if (title === '')
    return cues.some(({ rule }) => ['remind', 'reminder', '提醒'].includes(rule))
      ? fallback(sentence, confidence, schedule, cues)
      : null;
  return {
    title,
    start: core.start,
    end: core.end,
    confidence,
    due: schedule.due,
    rrule: schedule.rrule,
    assignees: assigneesOf(sentence.text),
    priority: priorityOf(sentence.text),
    why: whyOf(cues, timed),
  };
}

/** "Set a reminder for 9": a todo whose only name is its sentence. */
function fallback(
  sentence: Sentence,
  confidence: number,
  schedule: ReturnType<typeof scheduleOf>,
  cues: readonly Cue[],
): ExtractedTodo {
  return {
    title: sentence.text.slice(0, MAX_TITLE),
    start: sentence.start,
    end: sentence.end,
    confidence,
    due: schedule.due,
    rrule: schedule.rrule,
    assignees: [],
    priority: null,
    why: whyOf(cues, schedule.due !== null),
  };
}

/** 周六的电影票, Friday's game: the time belongs to the thing and stays in the title. */
const describes = (text: string, { start, end }: Span): boolean =>
  text.startsWith('的', end) || /['’]s$/.test(text.slice(start, end)) || /^['’]s\b/.test(text.slice(end, end + 3));

function whyOf(cues: readonly Cue[], timed: boolean): string[] {
  const rules = cues.filter(({ weight }) => weight > 0).map(({ rule }) => rule);
  return [...new Set(timed ? [...rules, 'time'] : rules)];
}

/** The action begins after the strongest cue that leads to one, unless much was said before it. */
function coreWithin(plain: string, sentence: Sentence, cues: readonly Cue[], used: readonly Span[]): Span {
  const lead = cues.find(({ action, weight }) => action !== null && weight > 0);
  const whole = coreOf(plain, sentence, used);
  if (!lead || lead.action === null) return whole;
  // 电费该交了: what is named before the cue belongs to the title, unless it is the person who is asked.
  const before = plain.slice(whole.start, sentence.start + lead.at).trim();
  const named = /^[\u4e00-\u9fff]{2,}$/.test(before) && !assigneesOf(sentence.text).includes(before);
  if (named) return whole;
  const led = coreOf(plain, { start: sentence.start + lead.action, end: sentence.end }, used);
  return led.end > led.start ? led : whole;
}

const BIAS = -1;
/** "Remind me …" is a request whatever it is about, be it an umbrella. */
const STRONG = 3;
const ABOUT_FACTS = new Set(['weather', 'fact', '天气', '问事实']);

/** The strongest cue in full, the next ones by halves, everything against it in full; then odds become a probability. */
function confidenceOf(cues: readonly Cue[], times: readonly TimeExpression[], reference: string): number {
  const favour = cues.filter(({ weight }) => weight > 0);
  if (favour.length === 0) return 0;
  let odds = BIAS;
  favour.forEach(({ weight }, index) => {
    odds += weight * 0.5 ** index;
  });
  const reminded = (favour[0]?.weight ?? 0) >= STRONG;
  for (const { rule, weight } of cues) if (weight < 0 && !(reminded && ABOUT_FACTS.has(rule))) odds += weight;
  odds += timeOdds(times, reference);
  return Math.round((1 / (1 + Math.exp(-odds))) * 100) / 100;
}

/** A time ahead makes a request likelier, a deadline more so, a time past less. */
function timeOdds(times: readonly TimeExpression[], reference: string): number {
  let odds = 0;
  for (const time of times) {
    if (time.kind === 'duration') continue;
    const edge = edgeOf(time);
    const bare = edge === null || edge.length === 'HH:MM:SS'.length;
    if (!bare && edge < reference.slice(0, edge.length)) return -1.2;
    odds = Math.max(odds, time.kind === 'range' && time.from === undefined ? 1 : 0.6);
  }
  return odds;
}

function edgeOf(time: TimeExpression): string | null {
  if (time.kind === 'range') return time.to ?? time.from ?? null;
  return time.kind === 'date' || time.kind === 'datetime' ? time.value : null;
}

const HIGH =
  /\b(?:urgent(?:ly)?|asap|as soon as possible|immediately|right away|critical|high priority|top priority)\b|紧急|加急|十万火急|尽快|马上|立刻|立即|火速|优先处理|[!！]{2,}|!(?:high|1\b|高)/i;
const LOW =
  /\b(?:low priority|no rush|no hurry|whenever you (?:can|have time)|when you get a chance|not urgent)\b|不急|不着急|不紧急|有空(?:的话|时|再)?|闲了|!(?:low|3\b|低)/i;

function priorityOf(text: string): ExtractedTodo['priority'] {
  if (LOW.test(text)) return 'low';
  return HIGH.test(text) ? 'high' : null;
}

/** One line typed into the board: always exactly one todo, all of whose words are meant. */
function quickAdd(text: string, times: readonly TimeExpression[], reference: string): ExtractedTodo[] {
  if (text.trim() === '') return [];
  const schedule = scheduleOf(times, reference);
  const marks = [
    ...text.matchAll(
      /(?:^|\s)(?:@[\p{L}\p{N}_.-]{1,32}|#[\p{L}\p{N}_-]{1,32}|!(?:high|low|normal|[123]|高|低|中)(?!\S))/giu,
    ),
  ]
    .slice(0, MAX_MARKS)
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const removed = [...schedule.used.filter((time) => !describes(text, time)), ...marks];
  const core = coreOf(foldUnits(text), { start: 0, end: text.length }, removed);
  const title = titleOf(text, core, removed).slice(0, MAX_TITLE);
  const place = title === '' ? { start: 0, end: text.length } : core;
  return [
    {
      title: title === '' ? text.trim().slice(0, MAX_TITLE) : title,
      ...place,
      confidence: 1,
      due: schedule.due,
      rrule: schedule.rrule,
      assignees: assigneesOf(text),
      priority: priorityOf(text),
      why: schedule.due || schedule.rrule ? ['quick add', 'time'] : ['quick add'],
    },
  ];
}
