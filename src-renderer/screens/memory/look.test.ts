import { expect, test } from 'vitest';
import { filtersSet, lookOf, rangeOf } from './look.ts';

test('a day begins with its first moment and ends with its last', () => {
  const { from = '', to = '' } = rangeOf('2026-03-01', '2026-03-01');
  expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000 - 1);
  expect(new Date(from).getHours()).toBe(0);
});

test('what an address says is taken as far as it is known', () => {
  expect(lookOf({ kind: 'song', mark: 'golden', from: 'yesterday' })).toEqual({
    from: undefined,
    to: undefined,
    person: undefined,
    platform: undefined,
    kind: undefined,
  });
  expect(lookOf({ kind: 'note', mark: 'forgotten', person: '老王' })).toMatchObject({
    kind: 'note',
    forgotten: true,
    person: '老王',
  });
});

test('a stretch of time counts as one filter', () => {
  expect(filtersSet({ from: '2026-03-01', to: '2026-03-02', mark: 'pinned' })).toBe(2);
  expect(filtersSet({ q: 'ladder', id: 'x' })).toBe(0);
});
