import { expect, test } from 'vitest';
import { extractFacts } from './extract.ts';

const told = (text: string): string[] =>
  extractFacts(text).map(({ slot, value, negated }) => `${slot}: ${negated ? 'not ' : ''}${value}`);

test.each([
  ['Hi, my name is Ana Torres.', ['name: Ana Torres']],
  ['I live in Porto now, close to the river.', ['home: Porto']],
  ['We just moved from Porto to Lyon last week', ['home: Lyon']],
  ['I no longer live in Porto', ['home: not Porto']],
  ['I used to live in Oslo', ['home: not Oslo']],
  ["I'm originally from Brazil", ['hometown: Brazil']],
  ['I work at Siemens, and I work as a nurse', ['employer: Siemens', 'job: nurse']],
  ["I'm a software engineer", ['job: software engineer']],
  ['I really love spicy food', ['likes: spicy food']],
  ["I don't eat meat anymore", ['likes: not meat']],
  ['I hate early meetings because they are too early', ['likes: not early meetings']],
  ["I'm allergic to peanuts", ['allergy: peanuts']],
  ['I am no longer allergic to cats', ['allergy: not cats']],
  ["My dog's name is Rex", ['name of dog: Rex']],
  ['My sister is called Marta', ['name of sister: Marta']],
  ['We have a cat named Mia', ['name of cat: Mia']],
  ['my favorite color is dark green', ['favourite color: dark green']],
  ['My blood type is AB', ['own blood type: AB']],
  ['My new phone number is 555 0147 22', ['phone: 555 0147 22']],
  ['My email is ana@example.org', ['email: ana@example.org']],
  ['My birthday is on March 3', ['birthday: March 3']],
  ['I speak Portuguese and English', ['language: Portuguese and English']],
  ['大家好，我叫李雷', ['name: 李雷']],
  ['我现在住在杭州', ['home: 杭州']],
  ['我们已经搬到上海了', ['home: 上海']],
  ['我从北京搬到了上海', ['home: 上海']],
  ['我以前住在成都', ['home: not 成都']],
  ['我在阿里巴巴上班', ['employer: 阿里巴巴']],
  ['我是一名小学老师', ['job: 小学老师']],
  ['我特别喜欢喝龙井茶', ['likes: 喝龙井茶']],
  ['我不吃香菜，别放', ['likes: not 香菜']],
  ['我对花生过敏', ['allergy: 花生']],
  ['我女儿叫小雨', ['name of 女儿: 小雨']],
  ['我的血型是O型', ['own 血型: O型']],
  ['我手机号换成13900001111了', ['phone: 13900001111']],
  ['我最喜欢的颜色是深绿色', ['favourite 颜色: 深绿色']],
  ['我的生日是三月三号', ['birthday: 三月三号']],
])('%s', (text, expected) => {
  expect(told(text)).toEqual(expected);
});

test.each([
  'Do I live in Porto?',
  'I would like a refund',
  "I'd love to come",
  'If I lived in Porto I would be happy',
  'My phone is dead',
  'My number is up',
  'I like it',
  'I love you',
  'I want to move to Lyon',
  'She lives in Porto',
  'Tell her my dog is sick',
  'I am late',
  '我叫你去的',
  '我想搬到上海',
  '如果我住在杭州就好了',
  '我喜欢吗',
  '我手机坏了',
  '他住在杭州',
  '你喜欢喝茶吗？',
  '我的电话是坏的',
  '我在公司等你',
  `I live in Porto. ${'x'.repeat(4_000)}`,
  '> I live in Porto',
])('says nothing: %s', (text) => {
  expect(told(text)).toEqual([]);
});

test('where each stands is told, and a long list is bounded', () => {
  const text = `Hello.\nI live in Porto.\n${'I love tea. '.repeat(50)}`;
  const facts = extractFacts(text);
  expect(facts).toHaveLength(20);
  expect(facts.map(({ start, end }) => text.slice(start, end)).slice(0, 2)).toEqual([
    'I live in Porto.',
    'I love tea.',
  ]);
});
