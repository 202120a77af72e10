import * as z from 'zod';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Each reason for which tests did not run, once, with the file they stand in. */
  leftOut: string[];
}

export const nothing: Counts = { passed: 0, failed: 0, skipped: 0, leftOut: [] };

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
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
    return add(sum, {
      passed: having('passed'),
      failed: failed === 0 && file.status === 'failed' ? 1 : failed,
      skipped: having('skipped', 'pending', 'todo') - missing,
      leftOut: tests
        .filter(({ status }) => status !== 'passed' && status !== 'failed')
        .map(
          ({ fullName, meta }) => `${file.name}: ${meta?.leftOut ?? `"${fullName}" is skipped and does not say why`}`,
        ),
    });
  }, nothing);
}

interface PlaywrightSuite {
  file: string;
  specs: {
    title: string;
    tests: { status: string; annotations: { type: string; description?: string | undefined }[] }[];
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
  errors: z.array(z.unknown()),
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
  };
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
  };
}

export const closingLine = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
