import { expect, test } from 'vitest';
import { monthsOf } from './months.ts';

test('months without a memory stand between those that have some', () => {
  expect(
    monthsOf([
      { month: '2025-12', count: 2 },
      { month: '2026-02', count: 5 },
    ]),
  ).toEqual([
    { month: '2025-12', count: 2, from: '2025-12-01', to: '2025-12-31' },
    { month: '2026-01', count: 0, from: '2026-01-01', to: '2026-01-31' },
    { month: '2026-02', count: 5, from: '2026-02-01', to: '2026-02-28' },
  ]);
  expect(monthsOf([])).toEqual([]);
});

test('of many years the latest months are shown', () => {
  const months = monthsOf([
    { month: '1999-01', count: 1 },
    { month: '2026-06', count: 1 },
  ]);
  expect(months).toHaveLength(36);
  expect(months.at(-1)?.month).toBe('2026-06');
});
