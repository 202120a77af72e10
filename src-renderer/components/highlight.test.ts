import { expect, test } from 'vitest';
import { excerpt, markSpan, markTerms } from './highlight.ts';

const shown = (pieces: { text: string; marked: boolean }[]) =>
  pieces.map((piece) => (piece.marked ? `[${piece.text}]` : piece.text)).join('');

test('every word that was found is marked, whatever its case', () => {
  expect(shown(markTerms('Report, report and REPORT', ['report']))).toBe('[Report], [report] and [REPORT]');
});

test('Chinese words are marked where they stand, neighbours as one', () => {
  expect(shown(markTerms('把周报发给老王', ['周报', '老王']))).toBe('把[周报]发给[老王]');
  expect(shown(markTerms('每周周报', ['每周', '周报', '周周']))).toBe('[每周周报]');
});

test('a text without the words is left as it is', () => {
  expect(markTerms('nothing here', ['x y', ' '])).toEqual([{ text: 'nothing here', marked: false }]);
  expect(shown(markTerms('İstanbul report', ['report']))).toBe('İstanbul report');
});

test('the words that made a todo are marked even when the span is off', () => {
  expect(shown(markSpan('please send it', 7, 14))).toBe('please [send it]');
  expect(shown(markSpan('short', 2, 99))).toBe('sh[ort]');
  expect(shown(markSpan('short', 9, 12))).toBe('short');
});

test('a long memory is shown from just before the first hit', () => {
  const pieces = excerpt(markTerms(`${'x'.repeat(400)} hit`, ['hit']), 200);
  expect(pieces[0]?.text.length).toBe(61);
  expect(pieces.at(-1)).toEqual({ text: 'hit', marked: true });
});
