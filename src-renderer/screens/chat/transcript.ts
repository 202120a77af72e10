import type { Message } from '../../../src-shared/schema/message.ts';
import type { OutboxEntry } from '../../api/index.ts';

/** One row of what is shown. */
export type Row =
  | { type: 'beginning'; key: string }
  | { type: 'day'; key: string; at: string }
  | { type: 'message'; key: string; message: Message; isFirstOfRun: boolean; taskIds: readonly string[] }
  | { type: 'unsent'; key: string; entry: OutboxEntry; isFirstOfRun: boolean };

const runGapMs = 5 * 60_000;

interface Parts {
  /** Oldest first. */
  messages: readonly Message[];
  unsent: readonly OutboxEntry[];
  /** Whether the first message is the first of all. */
  isComplete: boolean;
  dayOf(at: string): string;
}

/** Lays messages out as a transcript: days apart, what one person says in one go together, what is unsent at the end. */
export function transcript({ messages, unsent, isComplete, dayOf }: Parts): Row[] {
  const rows: Row[] = isComplete && messages.length > 0 ? [{ type: 'beginning', key: 'beginning' }] : [];
  const shownBy = new Map(messages.map((message) => [message.id, message.task_ids]));
  let previous: Message | null = null;
  let day = '';

  for (const message of messages) {
    const newDay = dayOf(message.received_at);
    if (newDay !== day) rows.push({ type: 'day', key: `day-${newDay}`, at: message.received_at });
    const isFirstOfRun = newDay !== day || !previous || !continues(previous, message);
    day = newDay;
    rows.push({ type: 'message', key: rowKey(message), message, isFirstOfRun, taskIds: ownTasks(message, shownBy) });
    previous = message;
  }

  const known = new Set(messages.map((message) => message.external_id));
  let isFirstOfRun = previous?.direction !== 'in';
  for (const entry of unsent) {
    if (known.has(entry.external_id)) continue;
    rows.push({ type: 'unsent', key: entry.external_id, entry, isFirstOfRun });
    isFirstOfRun = false;
  }
  return rows;
}

/** What was typed here keeps its row when the core has it. */
const rowKey = (message: Message) => (message.direction === 'in' ? message.external_id : message.id);

function continues(before: Message, after: Message): boolean {
  const sameVoice = before.direction === after.direction && before.sender_id === after.sender_id;
  return (
    sameVoice &&
    Date.parse(after.received_at) - Date.parse(before.received_at) < runGapMs &&
    before.task_ids.length === 0
  );
}

/** A card belongs under the words that made it; a reply that names the same cards does not show them again. */
function ownTasks(message: Message, shownBy: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const asked = message.in_reply_to ? shownBy.get(message.in_reply_to) : undefined;
  return asked ? message.task_ids.filter((id) => !asked.includes(id)) : message.task_ids;
}

/** The cards that the words said last made, in the order of the words. Older cards are not meant by a key pressed now. */
export const latestTasks = (newestFirst: readonly Message[]): readonly string[] =>
  newestFirst.find(({ direction }) => direction === 'in')?.task_ids ?? [];

const link = /https?:\/\/[^\s<>"'）】」』，。；、]+[^\s<>"'）】」』，。；、.,;:!?)\]]/g;

/** Cuts a text into words and web addresses, so that addresses can be followed. */
export function withLinks(text: string): { text: string; href: string | null }[] {
  const parts: { text: string; href: string | null }[] = [];
  let done = 0;
  for (const match of text.matchAll(link)) {
    if (match.index > done) parts.push({ text: text.slice(done, match.index), href: null });
    parts.push({ text: match[0], href: match[0] });
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push({ text: text.slice(done), href: null });
  return parts;
}
