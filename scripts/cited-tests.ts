import { posix } from 'node:path';
import type { Ran } from './catalogue-table.ts';

/** A test that a page names as its proof. */
export interface CitedTest {
  /** From the root of the checkout. */
  file: string;
  /** Words of its title, with or without the titles of its groups; none means every test of the file. */
  title: string;
}

/** A row of a table whose first cell says which row it is. */
export interface PageRow {
  name: string;
  cells: readonly string[];
  tests: readonly CitedTest[];
}

/**
 * The rows of a page's tables, and the tests that each cites as [name](../path/to.test.ts) “words of its title”.
 * `folder` is where the page lies.
 */
export function rowsOf(page: string, folder: string): PageRow[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => {
      const cells = line.split(/(?<!\\)\|/).slice(1, -1);
      return {
        name: cells[0]?.trim() ?? '',
        cells: cells.map((cell) => cell.trim()),
        tests: cells.flatMap((cell) => testsCitedIn(cell, folder)),
      };
    });
}

const citation = /\]\((?<path>[^)\s]+\.(?:test|spec)\.tsx?)\)(?<titles>(?:,? “[^”]+”)*)/g;

function testsCitedIn(cell: string, folder: string): CitedTest[] {
  return [...cell.matchAll(citation)].flatMap(({ groups: { path = '', titles = '' } = {} }) => {
    const file = posix.join(folder, path);
    const named = [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({ file, title }));
    return named.length === 0 ? [{ file, title: '' }] : named;
  });
}

/** What is not shown by a run: a cited test that was not there, or did not pass. */
export function unshown({ name, tests }: PageRow, ran: readonly Ran[]): string[] {
  return tests.flatMap(({ file, title }) => {
    const mine = ran.filter((test) => test.file === file && fits(title, test.title));
    if (mine.length === 0) return [`${name}: no test “${title}” of ${file} ran`];
    return mine.every(({ hasPassed }) => hasPassed) ? [] : [`${name}: “${title}” of ${file} did not pass`];
  });
}

/** A page cites a title as it stands in the source; in a run, something stands where the source has a place for it. */
function fits(cited: string, title: string): boolean {
  const parts = cited.split(/%[sidfjoO#]|…/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(parts.join('.*'), 's').test(title);
}
