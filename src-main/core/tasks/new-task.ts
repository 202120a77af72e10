import type { ExtractedTodo } from '../../../src-shared/schema/extraction.ts';
import { instantOf } from '../language/index.ts';
import type { NewTask } from '../store/index.ts';

/** The card of a todo that was found in a text; times without a zone are of `timezone`. */
export const newTaskOf = (
  todo: ExtractedTodo,
  { timezone, ...own }: Pick<NewTask, 'id' | 'status' | 'source'> & { timezone: string },
): NewTask => ({
  ...own,
  title: todo.title,
  due: todo.due === null ? null : todo.due.kind === 'date' ? todo.due.value : instantOf(todo.due.value, timezone),
  due_granularity: todo.due?.kind ?? null,
  rrule: todo.rrule,
  assignee: todo.assignees[0] ?? null,
  priority: todo.priority ?? 'normal',
  labels: [],
  progress: 0,
  confidence: todo.confidence,
  why: todo.why,
});
