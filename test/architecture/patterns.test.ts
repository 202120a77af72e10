import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtPatterns } from './patterns.ts';
import { isTest, readSources } from './sources.ts';

const root = join(import.meta.dirname, '../..');
/** Looks for the names of people in a question; each is escaped, and both are short. */
const place = 'src-main/core/memory/saying.ts';

test('nobody but the product writes the patterns that it runs, and names go into one in a single place', async () => {
  const sources = (await readSources(root, ['src-main', 'src-shared', 'src-renderer'])).filter((one) => !isTest(one));
  const elsewhere = sources.filter(({ path }) => path !== place);
  expect(elsewhere.flatMap(builtPatterns)).toEqual([]);
  expect(sources.filter(({ path }) => path === place).flatMap(builtPatterns)).toHaveLength(2);
});

test.each([
  'new RegExp(rule.pattern)',
  'RegExp(text, "g")',
  'new globalThis.RegExp(config.match)',
  'const find = (word: string) => new RegExp(`^${word}$`);',
  'const word = "a"; const find = (word: string) => new RegExp(word);',
  'let word = "a"; const pattern = new RegExp(word);',
  'const word = process.argv[2]; const pattern = new RegExp(word);',
  'const word = read(); const pattern = new RegExp(`a|${word}`);',
  'function find() { const word = "a"; return new RegExp(word + other); }',
  'new RegExp()',
])('one from elsewhere is found: %s', (text) => {
  expect(builtPatterns({ path: 'planted.ts', text })).toHaveLength(1);
});

test.each([
  'new RegExp("^a+$", "u")',
  'const pattern = /a+/u;',
  'const word = "a"; const pattern = new RegExp(`${word}+`, "g");',
  'const a = String.raw`\\d`; const b = `${a}|x`; const pattern = new RegExp(`(?:${b})`);',
  'const one = /a/; const pattern = new RegExp(one.source + "b");',
])('one that stands in the source is left alone: %s', (text) => {
  expect(builtPatterns({ path: 'planted.ts', text })).toEqual([]);
});
