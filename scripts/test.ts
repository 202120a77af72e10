// Everything that needs nothing from outside: checks, build, unit and integration tests, browser tests, packing, and the
// browser tests once more against what was packed. The last line counts the tests. One part alone: --check, --build,
// --unit, --e2e, --pack or --packed; further arguments go to its test runner.
// CLAWDBOT_REQUIRE_SERVICES=1 turns a suite that was left out for want of a service into a failure.
import { readFile, rm } from 'node:fs/promises';
import { checkCatalogue } from './catalogue.ts';
import { add, type Counts, closingLine, countPlaywright, countVitest, nothing } from './counts.ts';
import { endChildrenOnSignal, runNode } from './process.ts';
import { at, requireNode24, root, tools } from './project.ts';

const partNames = ['check', 'build', 'unit', 'e2e', 'pack', 'packed'] as const;
type PartName = (typeof partNames)[number];

interface Suite {
  args: readonly string[];
  report: string;
  count(report: unknown): Counts;
}

/** The stand-in for Electron starts something on Linux alone. */
const canPackedRun = process.platform === 'linux';
const packedLeftOut: Counts = { ...nothing, leftOut: ['the packed product is tried out on Linux only'] };
const isServiceRequired = process.env['CLAWDBOT_REQUIRE_SERVICES'] === '1';

requireNode24();
endChildrenOnSignal();
const given = process.argv.slice(2);
const chosen = partNames.filter((name) => given.includes(`--${name}`));
const rest = given.filter((arg) => !partNames.some((name) => arg === `--${name}`));
await test(chosen.length > 0 ? chosen : partNames);

async function test(parts: readonly PartName[]): Promise<void> {
  let counts = nothing;
  const failed: string[] = [];
  /** The table is made of all three suites; where a test in Node or of packing could not run here it says nothing. */
  let isWhole = (['unit', 'e2e', 'pack'] as const).every((part) => parts.includes(part)) && rest.length === 0;
  for (const part of parts) {
    console.log(`\n== ${part}`);
    if (part === 'check' || part === 'build') {
      const { code } = await runNode([at('scripts', `${part}.ts`)], { output: 'inherit' });
      if (code !== 0) failed.push(part);
      // The tests in Node start the product hundreds of times: test/fakes/product.ts.
      else if (part === 'build') process.env['CLAWDBOT_TEST_BUNDLE'] = '1';
    } else {
      const result = part === 'packed' && !canPackedRun ? packedLeftOut : await runSuite(suites()[part]);
      if (result.failed > 0) failed.push(part);
      if (part !== 'e2e' && result.leftOut.length > 0) isWhole = false;
      counts = add(counts, result);
    }
  }
  if (isWhole) {
    console.log('\n== catalogue');
    if (!(await holdsCatalogue())) failed.push('catalogue');
  }
  console.log('');
  for (const reason of counts.leftOut) console.log(`left out  ${reason.replace(`${root}/`, '')}`);
  // Beside the counts, where whoever reads only the end of a long log finds them.
  for (const failure of counts.failures) console.log(`failed  ${failure.replace(`${root}/`, '')}`);
  if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`);
  console.log(closingLine(counts));
  if (failed.length > 0) process.exitCode = 1;
}

/** Whether everything that docs/security.md promises was shown by this run, and the page says just that. */
async function holdsCatalogue(): Promise<boolean> {
  const { problems, isPageCurrent } = await checkCatalogue();
  for (const problem of problems) console.log(`catalogue  ${problem}`);
  if (!isPageCurrent)
    console.log('catalogue  the table of docs/security.md is not what this run showed: npm run catalogue');
  return problems.length === 0 && isPageCurrent;
}

function suites(): Record<'unit' | 'e2e' | 'pack' | 'packed', Suite> {
  return {
    unit: {
      args: [tools.vitest, 'run', ...rest],
      report: at('test-results/vitest.json'),
      count: (report) => countVitest(report, { isServiceRequired }),
    },
    e2e: { args: [at('scripts/e2e.ts'), ...rest], report: at('test-results/playwright.json'), count: countPlaywright },
    // After the others and by itself: packing takes every core, and tests that measure time would notice.
    pack: {
      args: [tools.vitest, 'run', '--config', at('scripts/packing/vitest.config.ts'), ...rest],
      report: at('test-results/vitest-pack.json'),
      count: (report) => countVitest(report, { isServiceRequired }),
    },
    packed: {
      args: [at('scripts/e2e.ts'), '--packed', ...rest],
      report: at('test-results/playwright-packed.json'),
      count: countPlaywright,
    },
  };
}

/** A runner that ends badly without a failed test, or that neither ran nor left out anything, counts as one failure. */
async function runSuite({ args, report, count }: Suite): Promise<Counts> {
  await rm(report, { force: true });
  const { code } = await runNode(args, { output: 'inherit' });
  const counts = await countReport(report, count);
  const hasMissedFailure = counts.failed === 0 && (code !== 0 || counts.passed + counts.leftOut.length === 0);
  return hasMissedFailure ? { ...counts, failed: 1 } : counts;
}

async function countReport(report: string, count: Suite['count']): Promise<Counts> {
  try {
    return count(JSON.parse(await readFile(report, 'utf8')));
  } catch (error) {
    console.log(`${report} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return nothing;
  }
}
