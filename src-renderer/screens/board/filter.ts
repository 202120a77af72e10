import type { Task } from '../../../src-shared/schema/task.ts';
import { dueState, type Place } from '../../components/format.ts';

export const dueChoices = ['any', 'overdue', 'today', 'week', 'none'] as const;
export type DueChoice = (typeof dueChoices)[number];

export interface Filter {
  text: string;
  due: DueChoice;
  /** A channel's name, "hand" for cards without a source, or "any". */
  channel: string;
}

export const isFiltering = (filter: Filter): boolean =>
  filter.text !== '' || filter.due !== 'any' || filter.channel !== 'any';

/** The channel that a card came from; "hand" when nobody asked for it in a message. */
export const channelOf = (task: Task): string => task.source?.conversation.split(':')[0] ?? 'hand';

/** Every word must occur somewhere on the card. */
export function matches(task: Task, filter: Filter, place: Pick<Place, 'now' | 'timeZone'>): boolean {
  const text = [task.title, task.assignee, ...task.labels, task.source?.quote, task.source?.sender_id]
    .join('\n')
    .toLocaleLowerCase();
  const words = filter.text.toLocaleLowerCase().split(/\s+/);
  return (
    words.every((word) => text.includes(word)) &&
    matchesDue(task, filter.due, place) &&
    matchesChannel(task, filter.channel)
  );
}

function matchesDue(task: Task, due: DueChoice, place: Pick<Place, 'now' | 'timeZone'>): boolean {
  if (due === 'any') return true;
  if (due === 'none' || task.due === null) return due === 'none' && task.due === null;
  const state = dueState(task.due, place);
  if (due === 'overdue') return state === 'overdue';
  if (due === 'today') return state === 'today';
  return state !== 'later';
}

const matchesChannel = (task: Task, channel: string): boolean => channel === 'any' || channelOf(task) === channel;
