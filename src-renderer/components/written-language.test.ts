import { expect, test } from 'vitest';
import { writtenLanguage } from './written-language.ts';

test('what people write is told apart by its characters', () => {
  expect(writtenLanguage('She said “yes” — twice…')).toBe('en');
  expect(writtenLanguage('他说“好”，然后走了')).toBe('zh-CN');
  expect(writtenLanguage('把 report 发给 Mei')).toBe('zh-CN');
  expect(writtenLanguage('明日の会議')).toBeUndefined();
  expect(writtenLanguage('2026-11-27 15:00')).toBeUndefined();
});
