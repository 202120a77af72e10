import { expect, test } from 'vitest';
import { add, closingLine, countPlaywright, countVitest } from './counts.ts';

const file = (
  assertionResults: { fullName: string; status: string; failureMessages?: string[]; meta?: { leftOut: string } }[],
  status = 'passed',
) => ({
  testResults: [{ name: 'test/a.test.ts', status, assertionResults }],
});

test('passed, failed and skipped tests are counted over both runners', () => {
  const unit = countVitest(
    file([
      { fullName: 'one', status: 'passed' },
      { fullName: 'two', status: 'failed' },
      { fullName: 'three', status: 'skipped' },
      { fullName: 'four', status: 'todo' },
    ]),
  );
  const browser = countPlaywright({
    stats: { expected: 5, unexpected: 1, flaky: 0, skipped: 0 },
    errors: [],
    suites: [],
  });
  expect(closingLine(add(unit, browser))).toBe('6 passed, 2 failed, 2 skipped');
});

test('a file that fails before its first test is a failure', () => {
  expect(countVitest(file([], 'failed')).failed).toBe(1);
  expect(countVitest(file([{ fullName: 'one', status: 'failed' }], 'failed')).failed).toBe(1);
});

test('a browser test that passes on the second try only, and an error outside of every test, are failures', () => {
  const stats = { expected: 1, unexpected: 0, flaky: 1, skipped: 0 };
  expect(countPlaywright({ stats, errors: [{ message: 'no tests found' }], suites: [] })).toMatchObject({
    passed: 1,
    failed: 2,
  });
});

test('a missing service is a reason to skip, and a failure where services are required', () => {
  const meta = { leftOut: 'PostgreSQL is not reachable at 127.0.0.1:5432' };
  const report = file([
    { fullName: 'one', status: 'skipped', meta },
    { fullName: 'two', status: 'skipped', meta },
  ]);
  expect(countVitest(report)).toEqual({
    passed: 0,
    failed: 0,
    skipped: 2,
    leftOut: [`test/a.test.ts: ${meta.leftOut}`],
    failures: [],
  });
  expect(countVitest(report, { isServiceRequired: true })).toMatchObject({ failed: 2, skipped: 0 });
});

test('a skipped test that gives no reason is named', () => {
  expect(countVitest(file([{ fullName: 'one', status: 'skipped' }])).leftOut[0]).toContain(
    '"one" is skipped and does not say why',
  );
});

test('a skipped browser test tells its reason, however deep it stands', () => {
  const annotations = [{ type: 'skip', description: 'needs a display' }];
  const inner = { file: 'tray.spec.ts', specs: [{ title: 'tray', tests: [{ status: 'skipped', annotations }] }] };
  const report = {
    stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 1 },
    errors: [],
    suites: [{ file: 'tray.spec.ts', specs: [], suites: [inner] }],
  };
  expect(countPlaywright(report).leftOut).toEqual(['tray.spec.ts: needs a display']);
});

test('each failure is named with the first line of what went wrong', () => {
  const unit = countVitest(
    file([
      {
        fullName: 'one',
        status: 'failed',
        failureMessages: ['AssertionError: expected 1 to be 2\n    at a.test.ts:3'],
      },
      { fullName: 'two', status: 'passed' },
    ]),
  );
  const failing = {
    title: 'sends',
    tests: [
      {
        status: 'unexpected',
        annotations: [],
        results: [{ errors: [{ message: '\u001b[31mError: gone\u001b[39m\nat' }] }],
      },
    ],
  };
  const browser = countPlaywright({
    stats: { expected: 0, unexpected: 1, flaky: 0, skipped: 0 },
    errors: [{ message: 'no tests found' }],
    suites: [{ file: 'chat.spec.ts', specs: [], suites: [{ file: 'chat.spec.ts', specs: [failing] }] }],
  });
  expect(add(unit, browser).failures).toEqual([
    'test/a.test.ts › one: AssertionError: expected 1 to be 2',
    'outside of every test: no tests found',
    'chat.spec.ts › sends: Error: gone',
  ]);
  expect(countVitest(file([], 'failed')).failures).toEqual(['test/a.test.ts']);
});
