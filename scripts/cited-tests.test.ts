import { expect, test } from 'vitest';
import type { Ran } from './catalogue-table.ts';
import { rowsOf, unshown } from './cited-tests.ts';

const page = `
| No. | Here |
| --- | --- |
| A1 | [doors](../test/doors.test.ts) “a door is shut” “%s holds”, and [all](../src/all.test.ts) |
| A2 | [a page](other.md) says why, and a \\| stands in it |
`;

test('a row cites the tests that it links, by the words behind the link or all of a file', () => {
  const [, cites, none] = rowsOf(page, 'docs');
  expect(cites).toMatchObject({
    name: 'A1',
    tests: [
      { file: 'test/doors.test.ts', title: 'a door is shut' },
      { file: 'test/doors.test.ts', title: '%s holds' },
      { file: 'src/all.test.ts', title: '' },
    ],
  });
  expect(none).toMatchObject({ name: 'A2', tests: [] });
  expect(none?.cells).toHaveLength(2);
});

const ran = (title: string, hasPassed = true, file = 'test/doors.test.ts'): Ran => ({ file, title, hasPassed });
const [, row] = rowsOf(page, 'docs');
const shown = [ran('a door is shut at night'), ran('every lock holds'), ran('x', true, 'src/all.test.ts')];
const problemsOf = (tests: readonly Ran[]) => (row ? unshown(row, tests) : ['no row']);

test('what ran and passed shows a row, whatever stood in the place of %s', () => {
  expect(problemsOf(shown)).toEqual([]);
});

test('a test that did not run, or did not pass, shows nothing', () => {
  expect(problemsOf(shown.slice(1))).toEqual(['A1: no test “a door is shut” of test/doors.test.ts ran']);
  expect(problemsOf([...shown, ran('every pane holds', false)])).toEqual([
    'A1: “%s holds” of test/doors.test.ts did not pass',
  ]);
});
