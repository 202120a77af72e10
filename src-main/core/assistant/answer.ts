import type { Locale } from '../../../src-shared/schema/common.ts';
import type { ExtractedTodo } from '../../../src-shared/schema/extraction.ts';
import type { MemoryHit } from '../../../src-shared/schema/memory.ts';
import { analyseQuery, foldText, holdsPassage } from '../language/index.ts';
import { isPartOfName, isSayingWord, type Recall, type Recalled, type Saying } from '../memory/index.ts';
import { statusFor } from '../tasks/index.ts';
import { type Phrases, phrases } from './phrases.ts';
import { type Command, isQuestion, readCommand, readLocale } from './reading.ts';

/** A message as the assistant reads it. */
export interface Question {
  id: string;
  channel: string;
  /** `channel:conversation_id` */
  conversation: string;
  sender_id: string;
  content: string;
  /** Unix seconds: what "tomorrow" in it is measured from. */
  timestamp: number;
  locale: Locale | null;
  timezone: string;
  /** Figures for `/status`; only asked for when the message is that command. */
  figures: { messages: number; waiting: number; dead: number; memories: number; tasks: number } | null;
}

/** What the assistant makes of a message. Nothing of it has happened yet. */
export interface Answer {
  /** Which way the message took, for its time line. */
  route: string;
  reply: string;
  todos: { todo: ExtractedTodo; status: 'suggested' | 'todo' }[];
  /** Text to keep as a note of its own. */
  remember: string | null;
  /** Ids of memories to forget. */
  forget: string[];
  /** Ids of memories that the reply quotes. */
  sources: string[];
}

export interface AnswererDeps {
  recall: Recall;
  extract(request: {
    text: string;
    reference_time: string;
    timezone: string;
    locale: Locale;
    mode: 'message' | 'quickadd';
  }): { todos: ExtractedTodo[] };
  /** The language of a message that is in neither. */
  defaultLocale: Locale;
  /** See `statusFor`. */
  acceptFrom: number;
}

/** Below this a request is too doubtful even to suggest. */
const suggestConfidence = 0.5;
/** How many memories a reply quotes, of how many that are looked at. */
const quoted = 3;
const searched = 12;
/** How many memories are offered to choose from. */
const offered = 5;
/** A memory that holds less of the question's words than this is no answer to it. */
const enoughWords = 0.5;
const longestQuote = 400;
/** Channels that only the owner of this assistant can write to; to others it tells nothing from other conversations. */
const ownerChannels: ReadonlySet<string> = new Set(['chat', 'api', 'socket']);

/** Answers from commands, todos and memories alone: no model, and never an invented answer. */
export function createAnswerer({ recall, extract, defaultLocale, acceptFrom }: AnswererDeps) {
  return { answer };

  function answer(question: Question): Answer {
    const command = readCommand(question.content);
    // The names of commands are English in every language.
    const locale = question.locale ?? readLocale(command ? command.text : question.content, defaultLocale);
    const say = phrases[locale];
    if (command) return obey(command, question, locale, say);

    const likely = requestsIn(question.content, question, locale);
    if (likely.length > 0) return capture(likely, question, locale, say);
    if (isQuestion(question.content)) return quote(question.content, question, locale, say, 'recall');
    return { ...nothing('note'), reply: say.noted };
  }

  function requestsIn(text: string, question: Question, locale: Locale): ExtractedTodo[] {
    const { todos } = extract({
      text,
      reference_time: isoOf(question),
      timezone: question.timezone,
      locale,
      mode: 'message',
    });
    return todos.filter((todo) => todo.confidence >= suggestConfidence);
  }

  function capture(todos: ExtractedTodo[], question: Question, locale: Locale, say: Phrases): Answer {
    const cards = todos.map((todo) => ({
      todo,
      status: statusFor(todo.confidence, acceptFrom),
    }));
    const added = cards
      .filter(({ status }) => status === 'todo')
      .map(({ todo }) => say.todoAdded(todo.title, dueText(todo, locale)));
    const suggested = cards
      .filter(({ status }) => status === 'suggested')
      .map(({ todo }) => withDue(todo, locale, say));
    const reply = [...added, ...(suggested.length > 0 ? [say.suggested(suggested)] : [])].join('\n');
    return { ...nothing('todo'), reply, todos: cards };
  }

  function obey({ name, text }: Command, question: Question, locale: Locale, say: Phrases): Answer {
    const route = `command ${name}`;
    switch (name) {
      case '/help':
        return { ...nothing(route), reply: say.help };
      case '/status':
        if (!question.figures || !isOwner(question)) return { ...nothing(route), reply: say.ownerOnly(name) };
        return { ...nothing(route), reply: say.status(question.figures) };
      case '/todo':
        return text === ''
          ? { ...nothing(route), reply: say.needsText(name) }
          : addTodo(text, question, locale, say, route);
      case '/remember':
        return text === ''
          ? { ...nothing(route), reply: say.needsText(name) }
          : { ...nothing(route), reply: say.remembered(clip(text)), remember: text };
      case '/recall':
        return text === ''
          ? { ...nothing(route), reply: say.needsText(name) }
          : quote(text, question, locale, say, route);
      case '/forget':
        return text === ''
          ? { ...nothing(route), reply: say.needsText(name) }
          : forget(text, question, locale, say, route);
      default:
        return { ...nothing('command unknown'), reply: say.unknownCommand(name) };
    }
  }

  function addTodo(text: string, question: Question, locale: Locale, say: Phrases, route: string): Answer {
    const { todos } = extract({
      text,
      reference_time: isoOf(question),
      timezone: question.timezone,
      locale,
      mode: 'quickadd',
    });
    // Offsets are those of the whole message, so that the card can point at its words there.
    const shift = question.content.lastIndexOf(text);
    const cards = todos.map((todo) => ({
      todo: { ...todo, start: todo.start + shift, end: todo.end + shift },
      status: 'todo' as const,
    }));
    return {
      ...nothing(route),
      reply: cards.map(({ todo }) => say.todoAdded(todo.title, dueText(todo, locale))).join('\n'),
      todos: cards,
    };
  }

  function quote(query: string, question: Question, locale: Locale, say: Phrases, route: string): Answer {
    const wasAsked = ({ content, conversation_id }: MemoryHit) =>
      ownerChannels.has(conversation_id?.split(':', 1)[0] ?? '') &&
      isQuestion(content) &&
      requestsIn(content, question, locale).length === 0;
    // What was only asked here before is no answer, however well its words fit.
    const recalled = search(query, question);
    // Of somebody's latest words, the questions are as much what was said as the rest.
    const isLatest = recalled.saying?.topic.length === 0;
    const hits = relevant(query, recalled)
      .filter((hit) => isLatest || !wasAsked(hit))
      .slice(0, quoted);
    if (hits.length === 0) return { ...nothing(route), reply: say.notFound };
    const quotes = hits.map((hit) =>
      [`“${clip(hit.content)}”`, sourceOf(hit, question, locale, say), ...laterOf(hit, question, locale, say)].join(
        '\n',
      ),
    );
    return {
      ...nothing(route),
      reply: [isLatest ? say.latest(hits.length) : say.found(hits.length), ...quotes].join('\n'),
      sources: hits.map(({ id }) => id),
    };
  }

  function forget(text: string, question: Question, locale: Locale, say: Phrases, route: string): Answer {
    const hits = relevant(text, search(text, question, { verbatim: true }));
    const fitting = bestNamed(text, hits);
    const [first] = fitting;
    if (!first) return { ...nothing(route), reply: say.forgetNone };
    // The same words kept twice are one thing to who wants them forgotten.
    if (fitting.every(({ content }) => content.trim() === first.content.trim())) {
      return { ...nothing(route), reply: say.forgot(clip(first.content)), forget: fitting.map(({ id }) => id) };
    }
    const choices = distinct(fitting)
      .slice(0, offered)
      .map((hit) => `/forget ${clip(hit.content)}\n${sourceOf(hit, question, locale, say)}`);
    return { ...nothing(route), reply: [say.forgetWhich, ...choices].join('\n') };
  }

  function search(query: string, question: Question, { verbatim = false } = {}): Recalled {
    const now = question.timestamp * 1000;
    const filter = isOwner(question) ? undefined : { conversation_id: question.conversation };
    return recall.recall(
      { query: query.slice(0, 2000), k: searched, timezone: question.timezone, ...(filter ? { filter } : {}) },
      { now, exclude_message_id: question.id, verbatim, asker: question.sender_id },
    );
  }
}

const nothing = (route: string): Answer => ({ route, reply: '', todos: [], remember: null, forget: [], sources: [] });
const isOwner = ({ channel }: Question): boolean => ownerChannels.has(channel);
const isoOf = ({ timestamp }: Question): string => new Date(timestamp * 1000).toISOString();
const clip = (text: string): string => (text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);

/** Those whose text was given, in full or as a list of choices shows it; where there is none, all. */
function bestNamed(text: string, hits: MemoryHit[]): MemoryHit[] {
  const [inFull, asShown] = [
    hits.filter(({ content }) => content.trim() === text),
    hits.filter(({ content }) => clip(content.trim()) === text),
  ];
  return inFull.length > 0 ? inFull : asShown.length > 0 ? asShown : hits;
}

const distinct = (hits: MemoryHit[]): MemoryHit[] =>
  hits.filter((hit, index) => hits.findIndex(({ content }) => content.trim() === hit.content.trim()) === index);

/** Hits that hold enough of what was asked for; commands that people gave are no knowledge. */
function relevant(query: string, { hits, saying }: Recalled): MemoryHit[] {
  const terms = analyseQuery(query).terms.map(({ text }) => text);
  const answers = (hit: MemoryHit) => (saying ? wasSaid(hit, saying) : holdsEnough(hit, terms, query));
  return hits.filter((hit) => answers(hit) && readCommand(hit.content) === null);
}

/** Said by the one who is asked about, or about that one; half of the topic's words, up to three; at the time named. */
function wasSaid(hit: MemoryHit, { sayers, names, topic, times }: Saying): boolean {
  if (topic.length === 0) return true;
  const isName = (term: string) => isPartOfName(term, names);
  const isTheirs = sayers.has(foldText(hit.sender_id ?? '')) || hit.terms.some(isName);
  const isThen = times.length === 0 || hit.matched.includes('time') || hit.terms.some((term) => times.includes(term));
  const held = hit.terms.filter((term) => topic.includes(term) || !(isName(term) || times.includes(term)));
  return isTheirs && isThen && held.length >= Math.min(3, Math.ceil(topic.length * enoughWords));
}

/** Half of the words, up to three. The name of who said it asks for that person's memories and not for its own words. */
function holdsEnough(hit: MemoryHit, asked: readonly string[], query: string): boolean {
  const name = nameIn(query, hit);
  const isTopical = (term: string) => name === null || !(term.includes(name) || name.includes(term));
  const topical = asked.filter(isTopical).length;
  const inTime = hit.matched.includes('time');
  if (topical === 0) return name !== null || inTime;
  // That something was said is no answer to what was said.
  if (hit.terms.length > 0 && hit.terms.every(isSayingWord) && !asked.every(isSayingWord)) return false;
  return hit.terms.filter(isTopical).length + Number(inTime) >= Math.min(3, Math.ceil(topical * enoughWords));
}

/** The name of who said this, whole or its first word, where the question holds it. */
function nameIn(query: string, { sender_id }: MemoryHit): string | null {
  const [name = ''] = foldText(sender_id ?? '').split(/\s/, 1);
  return name.length > 1 && holdsPassage(query, name) ? name : null;
}

function withDue(todo: ExtractedTodo, locale: Locale, say: Phrases): string {
  const due = dueText(todo, locale);
  return due ? `${todo.title} (${say.due(due)})` : todo.title;
}

/** The wall-clock value as it was read, put the way the language puts it. */
function dueText({ due }: ExtractedTodo, locale: Locale): string | null {
  if (!due) return null;
  const instant = new Date(due.kind === 'date' ? `${due.value}T00:00:00Z` : `${due.value}Z`);
  const day: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  };
  const options =
    due.kind === 'date'
      ? day
      : { ...day, hour: '2-digit' as const, minute: '2-digit' as const, hourCycle: 'h23' as const };
  return new Intl.DateTimeFormat(locale, options).format(instant);
}

const momentOf = (at: string, { timezone }: Question, locale: Locale): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: timezone }).format(new Date(at));

/** What was said later and ends this, so that nobody takes the older word for what holds today. */
function laterOf({ superseded_by }: MemoryHit, question: Question, locale: Locale, say: Phrases): string[] {
  return superseded_by ? [say.saidOtherwise(momentOf(superseded_by.created_at, question, locale))] : [];
}

function sourceOf(hit: MemoryHit, question: Question, locale: Locale, say: Phrases): string {
  const { conversation } = question;
  const when = momentOf(hit.created_at, question, locale);
  // Who asks where it was said knows both, and the names that stand for them in the store are no words for people.
  const isHere = hit.conversation_id === conversation && conversation.startsWith('chat:');
  if (isHere && hit.sender_id === question.sender_id) return say.sourceHere(say.you, when);
  return say.source(hit.sender_id ?? say.note, when, hit.conversation_id ?? say.note);
}
