import { expect, test } from 'vitest';
import { spanOf } from './time.ts';

test.each([
  ['三月底', 10],
  ['年末', 10],
  ['the end of March', 10],
  ['the end of the day', 1],
  ['end of this week', 1],
  ['March 31', 1],
])('%s covers %d days', (text, days) => {
  const span = spanOf({ text, start: 0, end: text.length, kind: 'date', value: '2024-03-31' }, 'UTC');
  expect(span).toEqual({ from: Date.UTC(2024, 3, 1) - days * 86_400_000, to: Date.UTC(2024, 3, 1) });
});
