import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAnnouncements } from './announcements.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a sentence stands at once, and another right after it waits until the first could be read', () => {
  const shown: string[] = [];
  const { announce } = createAnnouncements((text) => shown.push(text));
  announce('moved');
  announce('Enter adds the next');
  expect(shown).toEqual(['moved']);
  vi.advanceTimersByTime(1_500);
  expect(shown).toEqual(['moved', 'Enter adds the next']);
  vi.advanceTimersByTime(1_500);
  announce('later');
  expect(shown.at(-1)).toBe('later');
});

test('of many at once the newest are said, and none after the end', () => {
  const shown: string[] = [];
  const { announce, stop } = createAnnouncements((text) => shown.push(text));
  for (let number = 0; number < 9; number++) announce(String(number));
  vi.advanceTimersByTime(3_000);
  expect(shown).toEqual(['0', '6', '7']);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(shown).toHaveLength(3);
});
