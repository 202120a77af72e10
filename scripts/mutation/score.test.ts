import { expect, test } from 'vitest';
import { scoreOf } from './score.ts';

const noticed = { isKilled: true, place: 'a.ts:1:1' };
const missed = { isKilled: false, place: 'a.ts:2:1' };
const leftOut = { isKilled: null, place: 'a.ts:3:1' };

test('the score is the share of changes that a test noticed, and says where the others stand', () => {
  expect(scoreOf([noticed, noticed, missed, leftOut])).toEqual({
    killed: 2,
    of: 3,
    percent: 66.6,
    survivors: ['a.ts:2:1'],
  });
});

test('a goal that is just missed is not rounded into one that is met', () => {
  const outcomes = [...Array.from({ length: 8499 }, () => noticed), ...Array.from({ length: 1501 }, () => missed)];
  expect(scoreOf(outcomes).percent).toBe(84.9);
});

test('a module in which nothing could be changed has no score to be proud of', () => {
  expect(scoreOf([leftOut]).percent).toBe(0);
});
