import { expect, test } from 'vitest';
import { analyseQuery, holdsPassage, indexText } from './segment.ts';

const wordsOf = (text: string) => indexText(text).words.split(' ');
const termsOf = (query: string) => analyseQuery(query).terms.map(({ text }) => text);

test('Chinese is indexed by words, by characters and by pairs of characters', () => {
  expect(indexText('发票报销')).toEqual({ words: '发票 报销', grams: '发 发票 票 票报 报 报销 销' });
});

test('pairs never reach across punctuation', () => {
  expect(indexText('开会，发票').grams.split(' ')).not.toContain('会发');
});

test('mixed scripts come apart where the script changes', () => {
  expect(indexText('用Python写脚本')).toEqual({ words: '用 python 写 脚本', grams: '用 写 写脚 脚 脚本 本' });
});

test('full-width and circled forms are the plain ones', () => {
  expect(wordsOf('ＡＢＣ ①')).toEqual(['abc', '1']);
});

test('a name with a number is found with and without the space between', () => {
  expect(wordsOf('iPhone15')).toEqual(['iphone15', 'iphone', '15']);
});

test('English endings with an apostrophe do not hide the word', () => {
  expect(wordsOf("Ann's dog doesn’t bark")).toEqual(['ann', 'dog', 'doesn', 'bark']);
});

test('numbers with thousands separators, C++ and emoji are words', () => {
  expect(wordsOf('1,200 C++ C# 🎉')).toEqual(['1200', 'cpp', 'csharp', 'u1f389']);
});

test('Japanese and Korean are indexed by pairs too', () => {
  expect(indexText('コーヒー').grams.split(' ')).toContain('ーヒ');
  expect(indexText('회의에서').grams.split(' ')).toContain('회의');
});

test('a query drops stop words in both languages while something else remains', () => {
  expect(termsOf('What is the name of the hotel?')).toEqual(['name', 'hotel']);
  expect(termsOf('我们的发票是什么时候交的')).toEqual(['发票', '交']);
  expect(termsOf('房租是哪天几点交给谁')).toEqual(['房租', '交给']);
  expect(termsOf('what is it')).toEqual(['what', 'is', 'it']);
  expect(analyseQuery('what is it').onlyStopWords).toBe(true);
});

test('single characters side by side stay one string, for a dictionary takes names apart', () => {
  expect(termsOf('张伟')).toEqual(['张伟']);
});

test('passages in quotation marks of either language are exact', () => {
  expect(analyseQuery('who said "See You" and “好的” or 「再见」').phrases).toEqual(['see you', '好的', '再见']);
});

test('a passage is held as whole words in English and anywhere in Chinese', () => {
  expect(holdsPassage('The Red Car stopped', 'red car')).toBe(true);
  expect(holdsPassage('a shared card', 'red car')).toBe(false);
  expect(holdsPassage('我们明天开会吧', '天开会')).toBe(true);
});

test('quotes, operators and brackets in a query never become search syntax', () => {
  for (const { match } of analyseQuery('"a* OR (b) AND NOT words:c" ^d NEAR(e f)').terms) {
    expect(match).toMatch(/^words:"[a-z ]+"$/);
  }
});

test('however long the text or the query, the work has an end', () => {
  expect(indexText('长'.repeat(500_000)).grams.split(' ')).toHaveLength(2 * 200_000 - 1);
  expect(indexText('x'.repeat(500_000)).words).toHaveLength(64);
  const many = Array.from({ length: 1000 }, (_, index) => `word${index}`).join(' ');
  expect(analyseQuery(many).terms).toHaveLength(24);
});

test('text without letters gives an empty index and no terms', () => {
  expect(indexText(' …!? ')).toEqual({ words: '', grams: '' });
  expect(analyseQuery('…!?').terms).toEqual([]);
});
