import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PageRow, rowsOf } from '../../scripts/cited-tests.ts';
import { faultsOf, type OpenPage, openPage } from './cited.ts';

const root = join(import.meta.dirname, '../..');
/** The study that they are taken from has this many. */
const known = Array.from({ length: 25 }, (_, i) => `A${i + 1}`);

let page: OpenPage;
beforeAll(async () => {
  page = await openPage(root, 'docs/security.md');
});
const advisories = () => page.rows.filter(({ name }) => /^A\d+$/.test(name));

describe('every advisory', () => {
  test('of the study has its row, once and in order', () => {
    expect(advisories().map(({ name }) => name)).toEqual(known);
  });

  test('says what went wrong there and under which public id', () => {
    for (const { name, cells } of advisories()) {
      expect(cells, name).toHaveLength(4);
      for (const cell of cells) expect(cell.length, name).toBeGreaterThan(1);
    }
  });

  test('cites tests that exist under these words, or says why it does not apply', () => {
    expect(advisories().flatMap((row) => faultsOf(row, page.titles))).toEqual([]);
  });

  test('that waits for a test waits for one that is not there', async () => {
    const early: string[] = [];
    for (const { name, cells } of advisories())
      for (const [, pattern = ''] of cells.join(' ').matchAll(/to come[^:|]*: `([^`]+)`/gi))
        for await (const file of glob(pattern, { cwd: root })) early.push(`${name}: ${file} is there; cite it`);
    expect(early).toEqual([]);
  });
});

describe('a row is at fault', () => {
  const titles = new Map([['test/a.test.ts', ['a door is shut at night', 'windows every pane holds']]]);
  const row = (here: string): PageRow => {
    const [read] = rowsOf(`| A1 | CVE | a door stood open | ${here} |`, 'docs');
    if (!read) throw new Error('no row was read');
    return read;
  };

  test.each([
    ['that cites nothing', 'We are careful.'],
    ['whose test is in no file', '[a](../test/b.test.ts) “a door”'],
    ['whose words are in no title', '[a](../test/a.test.ts) “a door is open”'],
    ['of whose titles one is wrong', '[a](../test/a.test.ts) “a door is shut” “every window”'],
    ['that cites a file without tests', '[a](../test/none.test.ts)'],
  ])('%s', (_what, here) => {
    expect(faultsOf(row(here), titles)).toHaveLength(1);
  });

  test.each([
    ['cites a file', '[a](../test/a.test.ts)'],
    ['cites a title', '[a](../test/a.test.ts) “is shut at night”'],
    ['cites a group and a title', '[a](../test/a.test.ts) “windows every pane”'],
    ['cites two titles', '[a](../test/a.test.ts) “a door is shut at night” “every pane holds”'],
    ['says why it does not apply', 'Does not apply yet: there are no doors'],
  ])('and is not where it %s', (_what, here) => {
    expect(faultsOf(row(here), titles)).toEqual([]);
  });
});

test('a test that was skipped, or stands in a comment, is none', async () => {
  const { testTitles } = await import('./test-titles.ts');
  const text = `
    test.skip('one', () => {});
    // test('two', () => {});
    describe('rooms', () => { test.each([1])('%s is warm', () => {}); test.for([1])('%s is dry', () => {}); test(\`has \${4} walls\`, () => {}); });
  `;
  expect(testTitles({ path: 'planted.test.ts', text })).toEqual([
    'rooms %s is warm',
    'rooms %s is dry',
    'rooms has … walls',
  ]);
  expect(await readFile(join(root, 'docs/security.md'), 'utf8')).toContain('## Advisories');
});
