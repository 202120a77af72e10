import { expect, test } from 'vitest';
import { asksHowMany, hasAmount, lengthInWords, tellsOfOneself } from './telling.ts';

test.each([
  ['', 0],
  ['We moved in on Friday, no. 12', 7],
  ['我们周五搬家', 4],
  ['I 喜欢 tea', 2 + 2 / 1.5],
])('the length of %j is that of %d words', (text, words) => expect(lengthInWords(text)).toBe(words));

test.each([
  ["I've moved", true],
  ['it is OUR house', true],
  ['我搬家了', true],
  ['The mine is closed', false],
  ['老王搬家了', false],
])('%j tells of oneself: %s', (text, does) => expect(tellsOfOneself(text)).toBe(does));

test.each([
  ['there were 12 of them', true],
  ['we went twice', true],
  ['一共三个人', true],
  ['someone was there', false],
  ['大家一起去', false],
])('%j holds an amount: %s', (text, does) => expect(hasAmount(text)).toBe(does));

test.each([
  ['How many chairs are there?', true],
  ['how long did it take', true],
  ['一共有几个人', true],
  ['多少钱', true],
  ['几乎没有人', false],
  ['How did it go?', false],
])('%j asks for an amount: %s', (query, does) => expect(asksHowMany(query)).toBe(does));
