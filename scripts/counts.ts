import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Each reason for which tests did not run, once, with the file they stand in. */
  leftOut: string[];
  /** Each failed test by its file and name, with the first line of what went wrong. */
  failures: string[];
}

export const nothing: Counts = { passed: 0, failed: 0, skipped: 0, leftOut: [], failures: [] };

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).optional(),
          meta: z.object({ leftOut: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

/**
 * Counts the report of Vitest. A test whose external service is not there says so in `task.meta.leftOut` and skips itself;
 * where services are required it counts as failed. A file that fails before its first test counts as one failure: it
 * would otherwise count as nothing.
 */
export function countVitest(report: unknown, { isServiceRequired = false } = {}): Counts {
  const { testResults } = VitestReport.parse(report);
  return testResults.reduce((sum, file) => {
    const tests = file.assertionResults;
    const having = (...states: string[]) => tests.filter(({ status }) => states.includes(status)).length;
    const missing = isServiceRequired ? tests.filter(({ meta }) => meta?.leftOut !== undefined).length : 0;
    const failed = having('failed') + missing;
    const isFileBroken = failed === 0 && file.status === 'failed';
    return add(sum, {
      passed: having('passed'),
      failed: isFileBroken ? 1 : failed,
      failures: [
        ...(isFileBroken ? [named(file.name, undefined, file.message)] : []),
        ...tests
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => named(file.name, fullName, failureMessages?.[0])),
      ],
      skipped: having('skipped', 'pending', 'todo') - missing,
      leftOut: tests
        .filter(({ status }) => status !== 'passed' && status !== 'failed')
        .map(
          ({ fullName, meta }) => `${file.name}: ${meta?.leftOut ?? `"${fullName}" is skipped and does not say why`}`,
        ),
    });
  }, nothing);
}

const Problem = z.object({ message: z.string().optional() });
type Problem = z.infer<typeof Problem>;

interface PlaywrightSuite {
  file: string;
  specs: {
    title: string;
    tests: {
      status: string;
      annotations: { type: string; description?: string | undefined }[];
      results?: { errors: Problem[] }[] | undefined;
    }[];
  }[];
  suites?: PlaywrightSuite[] | undefined;
}

const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  file: z.string(),
  specs: z.array(
    z.object({
      title: z.string(),
      tests: z.array(
        z.object({
          status: z.string(),
          annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
          results: z.array(z.object({ errors: z.array(Problem) })).optional(),
        }),
      ),
    }),
  ),
  get suites() {
    return z.array(PlaywrightSuite).optional();
  },
});

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(Problem),
  suites: z.array(PlaywrightSuite),
});

/** Counts the report of Playwright. A test that passed only on a second try counts as failed. */
export function countPlaywright(report: unknown): Counts {
  const { stats, errors, suites } = PlaywrightReport.parse(report);
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    leftOut: suites.flatMap(leftOutOf),
    failures: [
      ...errors.map(({ message }) => named('outside of every test', undefined, message)),
      ...suites.flatMap(failuresOf),
    ],
  };
}

function failuresOf({ file, specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results = [] }) => named(file, title, results.flatMap(({ errors }) => errors)[0]?.message)),
  );
  return [...own, ...suites.flatMap(failuresOf)];
}

/** One line: where, which test, and the first line of what went wrong without the colours of a terminal. */
function named(file: string, test: string | undefined, message = ''): string {
  const [firstLine = ''] = stripVTControlCharacters(message).trimStart().split('\n');
  return [test === undefined ? file : `${file} › ${test}`, firstLine.trim()].filter(Boolean).join(': ');
}

function leftOutOf({ file, specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === 'skipped')
      .map(({ annotations }) => {
        const reason = annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description;
        return `${file}: ${reason ?? `"${title}" is skipped and does not say why`}`;
      }),
  );
  return [...own, ...suites.flatMap(leftOutOf)];
}

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    leftOut: [...new Set([...a.leftOut, ...b.leftOut])],
    failures: [...a.failures, ...b.failures],
  };
}

export const closingLine = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
