import type { MemoryQuery } from '../../../src-shared/schema/memory.ts';
import { isoTime } from '../foundation/clock.ts';
import { analyseQuery, asOneTerm, foldText, type QueryTerm, type QueryText, wallClock } from '../language/index.ts';
import type { Reader } from '../store/index.ts';
import { announcesTopic, isPartOfName, isSayingWord, readSayers, type Saying } from './saying.ts';
import { asksHowMany } from './telling.ts';
import { asksForLatest, asksWhen, isByCalendar, type ReadTimes, type Span, spanOf } from './time.ts';

export interface PlannedTerm extends QueryTerm {
  /** 1, or less for a word that says who or when rather than what. */
  weight: number;
}

/** What a query asks for, before anything is looked up. */
export interface RecallPlan {
  terms: readonly PlannedTerm[];
  /** Folded passages that stood in quotation marks. */
  passages: readonly string[];
  /** Senders that the query names, and the words that name them, folded. */
  senders: ReadonlySet<string>;
  names: ReadonlySet<string>;
  spans: readonly Span[];
  /** Set where the query asks what somebody said. */
  saying: Saying | null;
  asksWhen: boolean;
  asksForLatest: boolean;
  /** An amount is asked for: a number, a length of time, a price. */
  asksHowMany: boolean;
}

export interface PlanDeps {
  reader: Reader;
  readTimes: ReadTimes | undefined;
  /** Milliseconds. */
  now: number;
  /** Who asks: the one that "I" means. */
  asker?: string | undefined;
}

const nameWeight = 0.3;
/** A memory that names the same date in words; of a relative time the words mean another time in another text. */
const dateWeight = 0.6;
const relativeWeight = 0.2;
const maxSpans = 8;
const maxNameLookups = 160;

export function planQuery(query: MemoryQuery, { reader, readTimes, now, asker }: PlanDeps): RecallPlan {
  const timeZone = query.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { spans, rest, dates } = readSpans(query.query, readTimes, now, timeZone);
  const named = namedSenders(reader, rest, analyseQuery(rest).terms);
  const names = new Set(named.keys());
  const senders = new Set([...named.values()].flatMap((ids) => [...ids]));
  const told = readSayers(rest, possibleSayers(named, senders, asker));
  const analysed = analyseQuery(told.sayers.size > 0 ? told.rest : rest);
  // A question of time and person alone ("what did Ann say yesterday?") leaves only words that would find everything.
  const words = analysed.onlyStopWords && spans.length > 0 ? [] : analysed.terms;
  const terms = [
    ...words.map((term) => ({ ...term, weight: isPartOfName(term.text, names) ? nameWeight : 1 })),
    ...dates,
  ];
  return {
    terms,
    passages: analysed.phrases,
    senders,
    names,
    spans,
    saying: told.sayers.size > 0 ? sayingOf(told, names, analysed, dates) : null,
    asksWhen: asksWhen(query.query),
    asksForLatest: asksForLatest(query.query),
    asksHowMany: asksHowMany(query.query),
  };
}

/** A name may be the first word of an id or the whole of it. */
function possibleSayers(
  named: ReadonlyMap<string, ReadonlySet<string>>,
  senders: ReadonlySet<string>,
  asker: string | undefined,
): Map<string, ReadonlySet<string>> {
  const whole = [...senders].map((id) => [id, new Set([id])] as const);
  const self = asker === undefined ? [] : ['i', '我'].map((word) => [word, new Set([foldText(asker)])] as const);
  return new Map([...named, ...whole, ...self]);
}

function sayingOf(
  { sayers, spoken, rest }: ReturnType<typeof readSayers>,
  named: ReadonlySet<string>,
  { terms, onlyStopWords }: QueryText,
  dates: readonly PlannedTerm[],
): Saying {
  const names = new Set([...named, ...spoken]);
  const times = dates.map(({ text }) => text);
  const words = onlyStopWords
    ? []
    : terms.map(({ text }) => text).filter((text) => !isPartOfName(text, names) && !isSayingWord(text));
  return { sayers, names, topic: words.length === 0 && announcesTopic(rest) ? times : words, times };
}

/** False when the query says only who or when: then everything of that person or time may answer. */
export const isAboutSubject = ({ terms }: RecallPlan): boolean => terms.some(({ weight }) => weight === 1);

/** The stretches of time in a query, and the query without the words that told them. */
function readSpans(text: string, readTimes: ReadTimes | undefined, now: number, timeZone: string) {
  const spans: Span[] = [];
  const dates: PlannedTerm[] = [];
  let rest = text;
  for (const time of readTimes?.(text, wallClock(isoTime(now), timeZone)) ?? []) {
    const span = spanOf(time, timeZone);
    if (!span || spans.length >= maxSpans) continue;
    spans.push(span);
    const term = asOneTerm(time.text);
    if (term) dates.push({ ...term, weight: isByCalendar(time) ? dateWeight : relativeWeight });
    rest = rest.slice(0, time.start) + ' '.repeat(time.end - time.start) + rest.slice(time.end);
  }
  return { spans, rest, dates };
}

/** Which senders a query names: by the first word of their id, or by a Chinese name within the query. */
function namedSenders(reader: Reader, text: string, terms: readonly QueryTerm[]) {
  const named = new Map<string, Set<string>>();
  for (const word of nameCandidates(text, terms)) {
    const senders = new Set(sendersStartingWith(reader, word));
    if (senders.size > 0) named.set(word, senders);
  }
  return named;
}

function nameCandidates(text: string, terms: readonly QueryTerm[]): Set<string> {
  const candidates = new Set(terms.filter((term) => term.text.length > 1).map((term) => term.text));
  for (const [run] of foldText(text).matchAll(/\p{Script=Han}{2,}/gu)) {
    for (let length = 2; length <= 4; length++) {
      for (let at = 0; at + length <= run.length; at++) {
        if (candidates.size >= maxNameLookups) return candidates;
        candidates.add(run.slice(at, at + length));
      }
    }
  }
  return candidates;
}

const maxSendersPerName = 4;

function* sendersStartingWith(reader: Reader, word: string): Generator<string> {
  let after = '';
  for (let found = 0; found < maxSendersPerName; found++) {
    const row = reader.get<{ sender_id: string }>(
      'SELECT sender_id FROM memories WHERE sender_id >= ? AND sender_id > ? ORDER BY sender_id LIMIT 1',
      word,
      after,
    );
    const id = row && foldText(row.sender_id);
    if (!id?.startsWith(word)) return;
    after = row?.sender_id ?? '';
    if (!/^[\p{L}\p{N}]/u.test(id.slice(word.length))) yield id;
  }
}
