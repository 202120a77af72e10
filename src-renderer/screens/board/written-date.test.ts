import { expect, test } from 'vitest';
import { writtenDate } from './written-date.ts';

test('a date in figures is taken as it is written', () => {
  expect(writtenDate('2026-11-27')).toBe('2026-11-27');
  expect(writtenDate('2026/1/5')).toBe('2026-01-05');
  expect(writtenDate('2026年11月27日')).toBe('2026-11-27');
});

test('a time makes it an instant of this computer', () => {
  expect(writtenDate('2026-11-27 15:00')).toBe(new Date(2026, 10, 27, 15, 0).toISOString());
});

test('what is no date is left to the words', () => {
  for (const text of ['Friday', '2026-13-01', '2026-02-30', '2026-11-27 25:00', '27'])
    expect(writtenDate(text)).toBeNull();
});
