import type { Board, Task, TaskChange, TaskInput, TaskStatus } from '../../../src-shared/schema/task.ts';
import { AppError } from '../foundation/app-error.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Ids } from '../foundation/ids.ts';
import type { NewTask, Store } from '../store/index.ts';

export interface TaskBoardDeps {
  store: Pick<Store, 'call'>;
  ids: Ids;
  clock: Clock;
  events: EventBus;
}

export type TaskBoard = ReturnType<typeof createTaskBoard>;

export class TaskNotFound extends AppError<'TASK_NOT_FOUND'> {
  constructor(id: string) {
    super('TASK_NOT_FOUND', `There is no task ${id}; it may have been removed`, { id });
  }
}

const mainBoard = { id: 'main', name: 'Todos' };

/** The cards and where they stand. Removing keeps a card so that it can be restored. */
export function createTaskBoard({ store, ids, clock, events }: TaskBoardDeps) {
  function changed<T extends Task | null>(task: T, id: string): NonNullable<T> {
    if (!task) throw new TaskNotFound(id);
    events.emit({ type: 'task', id });
    return task;
  }

  return {
    async create(input: TaskInput): Promise<Task> {
      return this.add({
        id: ids.next(),
        title: input.title,
        status: input.status ?? 'todo',
        ...dueOf(input.due ?? null),
        rrule: input.rrule ?? null,
        assignee: input.assignee ?? null,
        priority: input.priority ?? 'normal',
        labels: input.labels ?? [],
        progress: input.progress ?? 0,
        confidence: null,
        why: [],
        source: null,
      });
    },

    /** Adds a card that is complete already. */
    async add(task: NewTask): Promise<Task> {
      const added = await store.call('tasks.insert', { task, now: clock.now() });
      return changed(added, added.id);
    },

    async get(id: string): Promise<Task> {
      const task = await store.call('tasks.get', { id });
      if (!task) throw new TaskNotFound(id);
      return task;
    },

    list: (query: { cursor: number; limit: number; status: TaskStatus | null }) => store.call('tasks.list', query),

    /** Changes and moves. `before` names the card to stand before; null or a new status alone puts it last. */
    async update(id: string, { before, due, ...change }: TaskChange): Promise<Task> {
      const patch = due === undefined ? change : { ...change, ...dueOf(due) };
      return changed(await store.call('tasks.update', { id, patch, before, now: clock.now() }), id);
    },

    async remove(id: string): Promise<void> {
      if (!(await store.call('tasks.remove', { id, now: clock.now() }))) throw new TaskNotFound(id);
      events.emit({ type: 'task', id });
    },

    async restore(id: string): Promise<Task> {
      return changed(await store.call('tasks.restore', { id, now: clock.now() }), id);
    },

    async board(id: string): Promise<Board> {
      if (id !== mainBoard.id)
        throw new AppError('NOT_FOUND', `There is no board ${id}; the board is called ${mainBoard.id}`, { id });
      return store.call('tasks.board', mainBoard);
    },
  };
}

/** A day stays a day; an instant is kept in UTC. */
function dueOf(due: string | null): Pick<Task, 'due' | 'due_granularity'> {
  if (due === null) return { due: null, due_granularity: null };
  if (!due.includes('T')) return { due, due_granularity: 'date' };
  return { due: isoTime(Date.parse(due)), due_granularity: 'datetime' };
}

/** Where a todo that was found begins: the confidence line parts what a person still looks at. A line of 1 lets none pass. */
export const statusFor = (confidence: number, acceptFrom: number): 'suggested' | 'todo' =>
  acceptFrom < 1 && confidence >= acceptFrom ? 'todo' : 'suggested';
