import { type QueryClient, useMutation } from '@tanstack/react-query';
import type { Client } from '../../src-shared/contract/index.ts';
import type { ExtractedTodo, TimeExpression } from '../../src-shared/schema/extraction.ts';
import type { Board, Task, TaskChange, TaskInput, TaskStatus } from '../../src-shared/schema/task.ts';
import { findTask, inverseOf, withChange, withoutTask } from './board-state.ts';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';
import type { Done, Inverse } from './undo.ts';

/** Lets messages wait, and ends that; the status says which holds. */
export function usePause() {
  const { connection, cache } = useApi();
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.status }),
  });
  return {
    pause: (seconds: number | null) => change.mutate(() => connection.client.system.pause({ seconds })),
    resume: () => change.mutate(() => connection.client.system.resume({})),
  };
}

type TaskOperation =
  | { type: 'update'; id: string; change: TaskChange }
  | { type: 'remove'; id: string }
  | { type: 'restore'; id: string };

async function perform(client: Client, operation: TaskOperation): Promise<unknown> {
  switch (operation.type) {
    case 'update':
      return client.tasks.update({ id: operation.id, ...operation.change });
    case 'remove':
      return client.tasks.remove({ id: operation.id });
    case 'restore':
      return client.tasks.restore({ id: operation.id });
  }
}

/** Shows the outcome at once. */
function anticipate(cache: QueryClient, operation: TaskOperation) {
  cache.setQueryData<Board>(keys.board, (board) => {
    if (!board || operation.type === 'restore') return board;
    return operation.type === 'remove'
      ? withoutTask(board, operation.id)
      : withChange(board, operation.id, operation.change);
  });
  cache.setQueryData<Task | null>(keys.task(operation.id), (task) => {
    if (operation.type === 'remove') return null;
    if (!task || operation.type === 'restore') return task;
    const { before: _place, ...fields } = operation.change;
    return { ...task, ...(fields as Partial<Task>) };
  });
}

const isTaskRelated = (key: readonly unknown[]) => key[0] === keys.board[0] || key[0] === keys.allTasks[0];

function useTaskOperation() {
  const { connection, cache } = useApi();
  return useMutation({
    mutationKey: keys.allTasks,
    // One after the other: a card moved twice must end where it was moved last.
    scope: { id: 'tasks' },
    mutationFn: (operation: TaskOperation) => perform(connection.client, operation),
    onMutate: async (operation) => {
      await cache.cancelQueries({ predicate: (query) => isTaskRelated(query.queryKey) });
      anticipate(cache, operation);
    },
    onSettled: () => {
      // Whatever happened, the core's answer is the truth; while more changes wait, only the last one asks for it.
      if (cache.isMutating({ mutationKey: keys.allTasks }) <= 1) {
        void cache.invalidateQueries({ predicate: (query) => isTaskRelated(query.queryKey) });
      }
    },
  });
}

export type TaskActions = ReturnType<typeof useTaskActions>;

/** What a person can do with a card. Every step is shown at once and can be taken back. */
export function useTaskActions({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection, cache, undo } = useApi();
  const operation = useTaskOperation();

  const run = (what: TaskOperation, step?: { done: Done; inverse: Inverse | null }) => {
    if (step?.inverse) undo.push({ done: step.done, inverse: step.inverse });
    operation.mutate(what, {
      onError: (error) => {
        if (step?.inverse) undo.forget(step.inverse);
        onFailure(error);
      },
    });
  };

  const boardHolding = (task: Task): Board => {
    const board = cache.getQueryData<Board>(keys.board);
    return board && findTask(board, task.id) ? board : boardOf(task);
  };

  function update(task: Task, change: TaskChange, done: Done = { type: 'changed', title: task.title }) {
    const inverse = inverseOf(boardHolding(task), task.id, change);
    run(
      { type: 'update', id: task.id, change },
      { done, inverse: inverse && { type: 'update-task', id: task.id, change: inverse } },
    );
  }

  return {
    update,
    move: (task: Task, to: TaskStatus, before: string | null = null) =>
      update(task, { status: to, before }, { type: 'moved', title: task.title, to }),
    remove: (task: Task) =>
      run(
        { type: 'remove', id: task.id },
        {
          done: { type: task.status === 'suggested' ? 'dismissed' : 'removed', title: task.title },
          inverse: { type: 'restore-task', id: task.id },
        },
      ),
    async create(input: TaskInput): Promise<Task> {
      const task = await connection.client.tasks.create(input);
      undo.push({ done: { type: 'added', title: task.title }, inverse: { type: 'remove-task', id: task.id } });
      void cache.invalidateQueries({ queryKey: keys.board });
      return task;
    },
    /** Takes the last step back; returns what it was, or null when there is nothing left. */
    undoLast(): Done | null {
      const step = undo.pop();
      if (!step) return null;
      const { inverse } = step;
      switch (inverse.type) {
        case 'update-task':
          run({ type: 'update', id: inverse.id, change: inverse.change });
          break;
        case 'restore-task':
          run({ type: 'restore', id: inverse.id });
          break;
        case 'remove-task':
          run({ type: 'remove', id: inverse.id });
          break;
        case 'update-memory':
        case 'forget-memory':
        case 'restore-memory':
          undoMemory(connection.client, inverse)
            .then(() => {
              void cache.invalidateQueries({ queryKey: keys.memory(inverse.id) });
              return cache.invalidateQueries({ queryKey: ['memories'] });
            })
            .catch(onFailure);
      }
      return step.done;
    },
  };
}

function undoMemory({ memories }: Client, inverse: Extract<Inverse, { type: `${string}-memory` }>): Promise<unknown> {
  switch (inverse.type) {
    case 'update-memory':
      return memories.update({ id: inverse.id, ...inverse.change });
    case 'forget-memory':
      return memories.forget({ id: inverse.id });
    case 'restore-memory':
      return memories.restore({ id: inverse.id });
  }
}

const boardOf = (task: Task): Board => ({
  id: 'alone',
  name: '',
  columns: [{ status: task.status, total: 1, tasks: [task] }],
});

/** Reads a line such as "Friday 3pm send the report" without storing anything; null when there is no todo in it. */
export function useReadTodo() {
  const { connection } = useApi();
  return async (text: string, locale: 'zh-CN' | 'en', signal?: AbortSignal): Promise<ExtractedTodo | null> => {
    const { todos } = await connection.client.todos.extract(
      { text, mode: 'quickadd', dry_run: true, locale, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
      signal ? { signal } : undefined,
    );
    return todos[0] ?? null;
  };
}

/** Reads "Friday 3pm" or 周五下午三点 as a due date; null when there is no point in time in it. */
export function useReadDue() {
  const { connection } = useApi();
  return async (text: string, locale: 'zh-CN' | 'en'): Promise<Task['due']> => {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { todos, times } = await connection.client.todos.extract({
      text,
      mode: 'quickadd',
      dry_run: true,
      locale,
      timezone,
    });
    const [todo] = todos;
    return (todo && dueOf(todo)) ?? times.map(pointIn).find((due) => due !== null) ?? null;
  };
}

function pointIn(time: TimeExpression): Task['due'] {
  switch (time.kind) {
    case 'date':
    case 'datetime':
      return dueAt(time.value);
    case 'range':
      return time.to ? dueAt(time.to) : null;
    case 'time':
      return dueAt(`${new Date().toLocaleDateString('en-CA')}T${time.value}`);
    case 'duration':
    case 'set':
      return null;
  }
}

const dueAt = (wallClock: string): string =>
  wallClock.includes('T') ? new Date(wallClock).toISOString() : wallClock.slice(0, 10);

/** Wall-clock values come without an offset and mean this computer's zone. */
export function dueOf(todo: ExtractedTodo): Task['due'] {
  return todo.due ? dueAt(todo.due.value) : null;
}

/** Packs a diagnostics bundle anew each time: the log and the figures go on. */
export function usePackDiagnostics({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection } = useApi();
  return useMutation({ mutationFn: () => connection.client.system.diagnostics(), onError: onFailure });
}

export function useRetryDeadLetter({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection, cache } = useApi();
  return useMutation({
    mutationFn: (id: string) => connection.client.messages.retryDead({ id }),
    onError: onFailure,
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.deadLetters });
      void cache.invalidateQueries({ queryKey: keys.status });
    },
  });
}
