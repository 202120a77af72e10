import { describe, expect, test } from 'vitest';
import type { Board, Task, TaskStatus } from '../../src-shared/schema/task.ts';
import { columnOf, inverseOf, withChange, withoutTask } from './board-state.ts';
import { createUndoHistory, type Step } from './undo.ts';

const task = (id: string, status: TaskStatus): Task => ({
  id,
  title: `title of ${id}`,
  status,
  due: null,
  due_granularity: null,
  rrule: null,
  assignee: null,
  priority: 'normal',
  labels: [],
  progress: 0,
  confidence: null,
  why: [],
  source: null,
  position: 0,
  created_at: '2026-11-20T09:00:00Z',
  updated_at: '2026-11-20T09:00:00Z',
  done_at: null,
});

const column = (status: TaskStatus, ...ids: string[]) => ({
  status,
  total: ids.length,
  tasks: ids.map((id) => task(id, status)),
});

const board: Board = {
  id: 'main',
  name: 'main',
  columns: [
    column('suggested', 's'),
    column('todo', 'a', 'b', 'c'),
    column('doing'),
    column('waiting'),
    column('done'),
  ],
};

const order = (of: Board, status: TaskStatus) =>
  columnOf(of, status)
    .map((each) => each.id)
    .join('');

describe('moving cards', () => {
  test('a card moved to another column lands before the card it was dropped on', () => {
    const moved = withChange(board, 's', { status: 'todo', before: 'b' });
    expect(order(moved, 'todo')).toBe('asbc');
    expect(order(moved, 'suggested')).toBe('');
    expect(moved.columns.map((each) => each.total)).toEqual([0, 4, 0, 0, 0]);
  });

  test('a card dropped at the end of its own column goes last', () => {
    expect(order(withChange(board, 'a', { before: null }), 'todo')).toBe('bca');
  });

  test('a change of title leaves the order alone', () => {
    const changed = withChange(board, 'b', { title: 'new' });
    expect(order(changed, 'todo')).toBe('abc');
    expect(columnOf(changed, 'todo')[1]?.title).toBe('new');
  });

  test('a removed card leaves its column and its count', () => {
    const removed = withoutTask(board, 'b');
    expect(order(removed, 'todo')).toBe('ac');
    expect(removed.columns[1]?.total).toBe(2);
  });
});

describe('taking a step back', () => {
  test.each([
    ['to another column', 'b', { status: 'doing' as const, before: null }],
    ['within a column', 'c', { before: 'a' }],
    ['and renamed at once', 'a', { status: 'done' as const, title: 'new' }],
  ])('a card moved %s returns to exactly where it was', (_name, id, change) => {
    const inverse = inverseOf(board, id, change);
    const restored = withChange(withChange(board, id, change), id, inverse!);
    expect(restored).toEqual(board);
  });

  test('undoing a change of words does not move the card', () => {
    expect(inverseOf(board, 'b', { title: 'new', labels: ['x'] })).toEqual({ title: 'title of b', labels: [] });
  });

  test('a card that is gone has nothing to undo', () => {
    expect(inverseOf(board, 'nowhere', { title: 'new' })).toBeNull();
  });

  test('steps come back latest first, each once, and the oldest are forgotten beyond the bound', () => {
    const history = createUndoHistory({ limit: 2 });
    const step = (title: string): Step => ({
      done: { type: 'added', title },
      inverse: { type: 'remove-task', id: title },
    });
    for (const title of ['one', 'two', 'three']) history.push(step(title));

    expect([history.pop(), history.pop(), history.pop()].map((each) => each?.done.title)).toEqual([
      'three',
      'two',
      undefined,
    ]);
  });

  test('a dismissed bar stays away while the step can still be undone from the keyboard', () => {
    const history = createUndoHistory();
    history.push({ done: { type: 'added', title: 'x' }, inverse: { type: 'remove-task', id: 'x' } });
    history.dismiss();
    expect(history.latest()).toBeNull();
    expect(history.pop()?.done.title).toBe('x');
  });
});
