import type { Board, Task, TaskStatus } from '../../../src-shared/schema/task.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** Where a card is: its column and its place there, both from 0. */
export interface Spot {
  column: number;
  row: number;
}

export function spotOf(board: Board, id: string): Spot | null {
  for (const [column, { tasks }] of board.columns.entries()) {
    const row = tasks.findIndex((task) => task.id === id);
    if (row >= 0) return { column, row };
  }
  return null;
}

/** The card that the arrow key leads to; sideways, empty columns are passed over. */
export function neighbour(board: Board, from: Spot, direction: Direction): Task | null {
  if (direction === 'up' || direction === 'down') {
    return board.columns[from.column]?.tasks[from.row + (direction === 'up' ? -1 : 1)] ?? null;
  }
  const step = direction === 'left' ? -1 : 1;
  for (let column = from.column + step; column >= 0 && column < board.columns.length; column += step) {
    const tasks = board.columns[column]?.tasks ?? [];
    if (tasks.length > 0) return tasks[Math.min(from.row, tasks.length - 1)] ?? null;
  }
  return null;
}

/** Where a card goes when it is pushed one step; null at the edge. `before` is the card it will stand before. */
export function pushed(
  board: Board,
  id: string,
  direction: Direction,
): { status: TaskStatus; before: string | null } | null {
  const spot = spotOf(board, id);
  const column = spot && board.columns[spot.column];
  if (!spot || !column) return null;
  if (direction === 'up')
    return spot.row === 0 ? null : { status: column.status, before: column.tasks[spot.row - 1]?.id ?? null };
  if (direction === 'down') {
    return spot.row === column.tasks.length - 1
      ? null
      : { status: column.status, before: column.tasks[spot.row + 2]?.id ?? null };
  }
  const target = board.columns[spot.column + (direction === 'left' ? -1 : 1)];
  return target ? { status: target.status, before: target.tasks[spot.row]?.id ?? null } : null;
}
