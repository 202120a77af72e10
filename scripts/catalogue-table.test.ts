import { expect, test } from 'vitest';
import { type BenchRow, prove, type Ran, tableOf } from './catalogue-table.ts';

const ran = (title: string, hasPassed = true, file = 'test/a.test.ts'): Ran => ({ file, title, hasPassed });
const measured = (change: Partial<BenchRow> = {}): BenchRow => ({
  bench: 'crash',
  name: 'kill -9: lost',
  ours: 0,
  ratio: null,
  unit: 'messages',
  goal: '0',
  met: true,
  ...change,
});
const row = (proofs: Parameters<typeof prove>[0]['proofs']) => ({ row: 15, check: 'a wrong Host', proofs });

test('a row shows every test whose title holds the words named, with what they went through', () => {
  const found = prove(
    row([{ test: 'test/a.test.ts', title: 'hosts' }]),
    [
      ran('hosts are refused: 40/40'),
      ran('hosts with a port: 12/12'),
      ran('other'),
      ran('hosts', true, 'test/b.test.ts'),
    ],
    [],
  );
  expect(found.problems).toEqual([]);
  expect(found.shown).toEqual(['[a](../test/a.test.ts) 2/2 (52 cells)']);
});

test.each([
  ['a test that is gone', [{ test: 'test/a.test.ts', title: 'gone' }], 'no test "gone…"'],
  ['a test that failed', [{ test: 'test/a.test.ts', title: 'bad' }], '1 of "bad…" of test/a.test.ts did not pass'],
  ['a benchmark without that row', [{ bench: 'crash', row: 'power cut' }], 'no row "power cut…"'],
  ['something that must be zero and is not', [{ bench: 'crash', row: 'lost' }], 'missed lost ones'],
  ['no proof at all', [], 'names no proof'],
])('%s is a problem of its row', (_what, proofs, problem) => {
  const found = prove(row(proofs), [ran('bad one', false)], [measured({ name: 'lost ones', ours: 1, met: false })]);
  expect(found.problems).toEqual([expect.stringContaining(problem)]);
  expect(found.problems[0]).toContain('row 15');
});

test('a speed that was missed is shown as missed', () => {
  const slow = measured({ name: 'slow start', ours: 700, unit: 'ms', goal: '< 600 ms', met: false });
  const found = prove(row([{ bench: 'crash', row: 'slow' }]), [], [slow]);
  expect(found.problems).toEqual([]);
  expect(found.shown).toEqual(['bench: slow start 700 ms (< 600 ms, missed)']);
});

test('the table has a line for each row, with figures of tests and benchmarks', () => {
  const found = prove(row([{ test: 'test/a.test.ts' }, { bench: 'crash', row: 'kill' }]), [ran('x | y')], [measured()]);
  expect(tableOf([found]).split('\n')[2]).toBe(
    '| 15 | a wrong Host | [a](../test/a.test.ts) 1/1 · bench: kill -9: lost 0 messages (0) |',
  );
});
