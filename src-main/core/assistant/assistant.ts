import type { Locale } from '../../../src-shared/schema/common.ts';
import { TimeZone } from '../../../src-shared/schema/common.ts';
import type { ExtractedTodo } from '../../../src-shared/schema/extraction.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Outcome } from '../ingest/index.ts';
import {
  conversationKey,
  type Lease,
  type MemoryRow,
  type MessageRow,
  type NewTask,
  type Store,
} from '../store/index.ts';
import { newTaskOf } from '../tasks/index.ts';
import type { Answer, Question } from './answer.ts';
import type { Mind } from './mind.ts';
import { readCommand } from './reading.ts';

export interface AssistantDeps {
  mind: Mind;
  store: Pick<Store, 'call'>;
  ids: Ids;
  clock: Clock;
  /** IANA name: the zone of messages that do not bring their own. */
  timezone: string;
  /** Whether replies on this channel are sent rather than read. */
  delivers(channel: string): boolean;
}

const senderId = 'clawdbot';

/** Works messages: asks the mind what to make of them and turns that into effects for the store. */
export function createAssistant({ mind, store, ids, clock, timezone, delivers }: AssistantDeps) {
  async function work(leases: Lease[]): Promise<Outcome[]> {
    const questions = await Promise.all(leases.map(({ message }) => ask(message)));
    const answers = await mind.ask('answer', questions);
    return leases.map(({ message }, index): Outcome => {
      const answer = answers[index];
      const question = questions[index];
      if (!answer || !question) return { error: new Error('the mind gave no answer') };
      if ('error' in answer)
        return { error: Object.assign(new Error(answer.error.message), { name: answer.error.name }) };
      return { ok: effectsOf(message, question, answer.ok) };
    });
  }

  async function ask(message: MessageRow): Promise<Question> {
    const metadata = JSON.parse(message.metadata) as Record<string, unknown>;
    const wanted = TimeZone.safeParse(metadata['timezone']);
    return {
      id: message.id,
      channel: message.channel,
      conversation: conversationKey(message.channel, message.conversation_id),
      sender_id: message.sender_id,
      content: message.content,
      timestamp: message.timestamp,
      locale: localeOf(metadata['locale']),
      timezone: wanted.success ? wanted.data : timezone,
      figures: readCommand(message.content)?.name === '/status' ? await figures() : null,
    };
  }

  async function figures(): Promise<Question['figures']> {
    const totals = await store.call('store.totals', null);
    return {
      messages: totals.messages_in,
      // Not the one that asks, which is being worked.
      waiting: Math.max(0, totals.queued + totals.working - 1),
      dead: totals.dead,
      memories: totals.memories,
      tasks: totals.tasks,
    };
  }

  function effectsOf(message: MessageRow, question: Question, answer: Answer): Extract<Outcome, { ok: unknown }>['ok'] {
    const now = clock.now();
    return {
      routed_at: now,
      route: answer.route,
      reply: {
        id: ids.next(),
        platform: message.platform,
        channel: message.channel,
        external_id: `reply:${message.id}`,
        conversation_id: message.conversation_id,
        sender_id: senderId,
        content: answer.reply,
        timestamp: Math.floor(now / 1000),
        attachments: '[]',
        metadata: '{}',
        received_at: now,
        deliver: delivers(message.channel),
      },
      tasks: answer.todos.map(({ todo, status }) => taskOf(todo, status, message, question)),
      memories: memoriesOf(message, question, answer),
      forget: answer.forget,
      sources: answer.sources,
    };
  }

  function taskOf(todo: ExtractedTodo, status: 'suggested' | 'todo', message: MessageRow, question: Question): NewTask {
    return newTaskOf(todo, {
      id: ids.next(),
      status,
      timezone: question.timezone,
      source: {
        message_id: message.id,
        start: todo.start,
        end: todo.end,
        quote: message.content.slice(todo.start, todo.end),
        sender_id: message.sender_id,
        conversation: question.conversation,
        at: isoTime(message.timestamp * 1000),
      },
    });
  }

  /**
   * What was said becomes a memory, what someone asked to remember a note. Commands that only look or take away are
   * instructions to the program; remembering a `/forget` would learn again what it names.
   */
  function memoriesOf(message: MessageRow, question: Question, answer: Answer): MemoryRow[] {
    const base = {
      external_id: null,
      created_at: message.timestamp * 1000,
      sender_id: message.sender_id,
      conversation_id: question.conversation,
      platform: message.platform,
      subject: null,
      message_id: message.id,
      metadata: {},
      sensitive: false,
    };
    if (answer.remember !== null) return [{ ...base, id: ids.next(), kind: 'note', content: answer.remember }];
    if ((answer.route.startsWith('command') && answer.todos.length === 0) || message.content.trim() === '') return [];
    // Of a command that makes a card, what the card says and not how it was made.
    const content = readCommand(message.content)?.text ?? message.content;
    return [{ ...base, id: ids.next(), kind: 'message', content }];
  }

  return { work };
}

const localeOf = (value: unknown): Locale | null => (value === 'zh-CN' || value === 'en' ? value : null);
