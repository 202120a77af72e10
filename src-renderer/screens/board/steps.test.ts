import { expect, test } from 'vitest';
import type { Board, Task, TaskStatus } from '../../../src-shared/schema/task.ts';
import { neighbour, pushed, spotOf } from './steps.ts';

const column = (status: TaskStatus, ids: string) => ({
  status,
  total: ids.length,
  tasks: [...ids].map((id) => ({ id, status }) as Task),
});
const board: Board = {
  id: 'main',
  name: '',
  columns: [
    column('suggested', 's'),
    column('todo', 'abc'),
    column('doing', ''),
    column('waiting', 'w'),
    column('done', ''),
  ],
};

test('arrow keys walk through the cards and pass over empty columns', () => {
  expect(neighbour(board, { column: 1, row: 1 }, 'down')?.id).toBe('c');
  expect(neighbour(board, { column: 1, row: 2 }, 'down')).toBeNull();
  expect(neighbour(board, { column: 1, row: 2 }, 'right')?.id).toBe('w');
  expect(neighbour(board, { column: 1, row: 2 }, 'left')?.id).toBe('s');
  expect(neighbour(board, { column: 3, row: 0 }, 'right')).toBeNull();
});

test('a pushed card goes one step, and stops at the edges', () => {
  expect(pushed(board, 'b', 'up')).toEqual({ status: 'todo', before: 'a' });
  expect(pushed(board, 'a', 'down')).toEqual({ status: 'todo', before: 'c' });
  expect(pushed(board, 'b', 'down')).toEqual({ status: 'todo', before: null });
  expect(pushed(board, 'c', 'down')).toBeNull();
  expect(pushed(board, 's', 'left')).toBeNull();
  expect(pushed(board, 'b', 'right')).toEqual({ status: 'doing', before: null });
  expect(pushed(board, 's', 'right')).toEqual({ status: 'todo', before: 'a' });
  expect(pushed(board, 'nowhere', 'up')).toBeNull();
});

test('a card is found wherever it is', () => {
  expect(spotOf(board, 'w')).toEqual({ column: 3, row: 0 });
  expect(spotOf(board, 'z')).toBeNull();
});
