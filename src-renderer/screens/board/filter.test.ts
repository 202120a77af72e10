import { expect, test } from 'vitest';
import type { Task } from '../../../src-shared/schema/task.ts';
import { type Filter, isFiltering, matches } from './filter.ts';

const task = (change: Partial<Task>): Task => ({
  id: 't',
  title: '把报告发给老王',
  status: 'todo',
  due: null,
  due_granularity: null,
  rrule: null,
  assignee: null,
  priority: 'normal',
  labels: ['Ops'],
  progress: 0,
  confidence: null,
  why: [],
  source: null,
  position: 0,
  created_at: '2026-11-20T09:00:00Z',
  updated_at: '2026-11-20T09:00:00Z',
  done_at: null,
  ...change,
});

const place = { now: new Date('2026-11-20T09:00:00Z'), timeZone: 'UTC' };
const none: Filter = { text: '', due: 'any', channel: 'any' };
const passes = (filter: Partial<Filter>, change: Partial<Task> = {}) =>
  matches(task(change), { ...none, ...filter }, place);

test('every word has to be on the card, in any order and any case', () => {
  expect(passes({ text: 'ops 报告' })).toBe(true);
  expect(passes({ text: '报告 missing' })).toBe(false);
  expect(passes({ text: '  ' })).toBe(true);
});

test('the next seven days include what is late, and leave out what has no date', () => {
  expect(passes({ due: 'week' }, { due: '2026-11-27' })).toBe(true);
  expect(passes({ due: 'week' }, { due: '2026-11-19' })).toBe(true);
  expect(passes({ due: 'week' }, { due: '2026-11-28' })).toBe(false);
  expect(passes({ due: 'week' })).toBe(false);
  expect(passes({ due: 'none' })).toBe(true);
  expect(passes({ due: 'none' }, { due: '2026-11-28' })).toBe(false);
});

test('cards can be narrowed to the channel they came from', () => {
  const source = {
    message_id: 'm',
    start: 0,
    end: 1,
    quote: 'q',
    sender_id: 's',
    conversation: 'webhook:ops',
    at: '2026-11-20T09:00:00Z',
  };
  expect(passes({ channel: 'webhook' }, { source })).toBe(true);
  expect(passes({ channel: 'hand' }, { source })).toBe(false);
  expect(passes({ channel: 'hand' })).toBe(true);
});

test('the board knows whether anything is hidden', () => {
  expect(isFiltering(none)).toBe(false);
  expect(isFiltering({ ...none, due: 'today' })).toBe(true);
});
