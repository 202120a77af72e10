import { expect, test } from 'vitest';
import { irregularForms } from './irregular.ts';
import { analyseQuery } from './segment.ts';

test.each([
  ['go', ['go', 'went', 'gone']],
  ['went', ['go', 'went', 'gone']],
  ['children', ['child', 'children']],
  ['walk', ['walk']],
])('%s has the forms %j', (word, forms) => expect(irregularForms(word)).toEqual(forms));

test('a query asks for the other forms of its words beside its words', () => {
  const [bought] = analyseQuery('bought').terms;
  expect(bought).toMatchObject({ match: 'words:"bought"', forms: [{ text: 'buy', match: 'words:"buy"' }] });
});

test('a word with regular forms has none but itself, for the stemmer finds them', () => {
  expect(analyseQuery('walked').terms[0]?.forms).toEqual([]);
});
