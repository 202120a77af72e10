import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { en } from './en.ts';
import { createTexts, systemLanguage } from './index.ts';
import { zhCN } from './zh-CN.ts';

const english: Record<string, string> = en;
const chinese: Record<string, string> = zhCN;
const base = (key: string) => key.replace(/_(one|other)$/, '');
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').toSorted();

describe('Chinese and English are equals', () => {
  test('every sentence exists in both languages', () => {
    expect([...new Set(Object.keys(chinese).map(base))].toSorted()).toEqual(
      [...new Set(Object.keys(english).map(base))].toSorted(),
    );
  });

  test('no sentence is empty, and both fill in the same blanks', () => {
    for (const [key, text] of Object.entries(chinese)) {
      expect(text.trim(), key).not.toBe('');
      expect(blanks(text), key).toEqual(blanks(english[key] ?? ''));
    }
  });

  test('Chinese sentences are written in Chinese', () => {
    const names = new Set([
      'app.name',
      'common.assistant',
      'settings.language.en',
      'chat.try3',
      'card.from',
      'chat.newReply',
      'board.count',
    ]);
    for (const [key, text] of Object.entries(chinese))
      if (!names.has(key)) expect(text, key).toMatch(/\p{Script=Han}/u);
  });

  test('nothing shouts', () => {
    for (const text of [...Object.values(english), ...Object.values(chinese)]) expect(text).not.toMatch(/[!！]/);
  });
});

test('every error code of the product has its sentence', () => {
  for (const code of Object.keys(errorCodes)) expect(english[`errors.${code}`], code).toBeTruthy();
});

test('every name that the interface asks for exists', () => {
  const used = sources().flatMap((source) => [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''));
  const known = new Set(Object.keys(english).map(base));
  expect(used.length).toBeGreaterThan(100);
  expect(used.filter((key) => !known.has(key))).toEqual([]);
});

test('no screen holds a sentence of its own', () => {
  const loose = sources('.tsx').flatMap((source) =>
    [
      ...source.matchAll(/>\s*([A-Z][a-z]+ [a-z][^<>{}=]*)</g),
      ...source.matchAll(/(?:aria-label|placeholder|title)="([^"]+)"/g),
    ].map((match) => match[1]),
  );
  expect(loose).toEqual([]);
});

test('numbers take the right form, and the system decides the language', () => {
  const texts = createTexts('en');
  expect(texts.t('chat.count', { count: 1 })).toBe('1 message');
  expect(texts.t('chat.count', { count: 2 })).toBe('2 messages');
  expect(texts.t('chat.count', { count: 3000 })).toBe('3,000 messages');
  expect(createTexts('zh-CN').t('chat.count', { count: 1 })).toBe('1 条消息');
  expect(systemLanguage(['fr-FR', 'zh-TW', 'en'])).toBe('zh-CN');
  expect(systemLanguage(['en-GB', 'zh'])).toBe('en');
  expect(systemLanguage(['fr'])).toBe('en');
});

const files = import.meta.glob<string>(['../**/*.ts', '../**/*.tsx', '!../**/*.test.ts', '!../locales/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

function sources(ending = ''): string[] {
  return Object.entries(files).flatMap(([name, text]) => (name.endsWith(ending) ? [text] : []));
}
