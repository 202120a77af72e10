import type { Board, Task, TaskChange, TaskStatus } from '../../src-shared/schema/task.ts';

export const findTask = (board: Board, id: string): Task | undefined =>
  board.columns.flatMap((column) => column.tasks).find((task) => task.id === id);

/** The board as it will be once the core has taken the change. */
export function withChange(board: Board, id: string, change: TaskChange): Board {
  const task = findTask(board, id);
  if (!task) return board;
  const { before, ...fields } = change;
  const changed = { ...task, ...defined(fields) };
  const staysPut = changed.status === task.status && before === undefined;
  if (staysPut) return mapTask(board, changed);
  return insert(withoutTask(board, id), changed, before ?? null);
}

export function withoutTask(board: Board, id: string): Board {
  return {
    ...board,
    columns: board.columns.map((column) => {
      const tasks = column.tasks.filter((task) => task.id !== id);
      return tasks.length === column.tasks.length ? column : { ...column, tasks, total: column.total - 1 };
    }),
  };
}

/** What puts the task back as it is now: its old fields and its old neighbour. Null when it is not on the board. */
export function inverseOf(board: Board, id: string, change: TaskChange): TaskChange | null {
  const task = findTask(board, id);
  if (!task) return null;
  const { before, ...fields } = change;
  const old: TaskChange = {};
  for (const name of Object.keys(fields) as (keyof typeof fields)[]) Object.assign(old, { [name]: task[name] });
  const moves = before !== undefined || (fields.status !== undefined && fields.status !== task.status);
  return moves ? { ...old, status: task.status, before: nextInColumn(board, task) } : old;
}

function nextInColumn(board: Board, task: Task): string | null {
  const tasks = columnOf(board, task.status);
  return tasks[tasks.findIndex((each) => each.id === task.id) + 1]?.id ?? null;
}

export const columnOf = (board: Board, status: TaskStatus): Task[] =>
  board.columns.find((column) => column.status === status)?.tasks ?? [];

function mapTask(board: Board, changed: Task): Board {
  return {
    ...board,
    columns: board.columns.map((column) => ({
      ...column,
      tasks: column.tasks.map((task) => (task.id === changed.id ? changed : task)),
    })),
  };
}

function insert(board: Board, task: Task, before: string | null): Board {
  return {
    ...board,
    columns: board.columns.map((column) => {
      if (column.status !== task.status) return column;
      const at = before === null ? -1 : column.tasks.findIndex((each) => each.id === before);
      const tasks = at < 0 ? [...column.tasks, task] : column.tasks.toSpliced(at, 0, task);
      return { ...column, tasks, total: column.total + 1 };
    }),
  };
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
