// Writes the table of docs/security.md from the last whole `npm test` and the committed benchmarks: what must never happen,
// which tests and benchmark rows show it, and their figures. `--check` says what would change, and changes nothing.
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { type Row, rows } from './catalogue-rows.ts';
import { type BenchRow, type Found, prove, type Ran, tableOf } from './catalogue-table.ts';
import { rowsOf, unshown } from './cited-tests.ts';
import { at, requireNode24, root } from './project.ts';

const page = at('docs/security.md');
const begin = '<!-- catalogue: written by npm run catalogue -->';
const end = '<!-- end of the catalogue -->';

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Groups stand below the suite of their file, whose own title is the file's name. */
const Suite = z.object({
  title: z.string(),
  specs: z.array(z.object({ title: z.string(), file: z.string(), ok: z.boolean() })),
  get suites() {
    return z.array(Suite).optional();
  },
});
type Suite = z.infer<typeof Suite>;
const PlaywrightReport = z.object({ suites: z.array(Suite) });

const BenchReport = z.object({
  benches: z.array(
    z.object({
      name: z.string(),
      rows: z.array(
        z.object({
          name: z.string(),
          ours: z.number(),
          ratio: z.number().nullable(),
          unit: z.string(),
          goal: z.union([z.string(), z.number()]).optional(),
          met: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

/** Advisories and ways in, whose rows cite the tests that show them. */
const citing: readonly { page: string; rows: RegExp }[] = [
  { page: 'docs/security.md', rows: /^A\d+$/ },
  { page: 'docs/threat-model.md', rows: /^`/ },
];

/** Rows whose proof is missing or did not hold, and whether the page says what was found. */
export async function checkCatalogue(): Promise<{ problems: string[]; isPageCurrent: boolean }> {
  const found = await proveAll();
  const text = await readFile(page, 'utf8');
  const problems = [...found.flatMap((row) => row.problems), ...(await citationsNotShown())];
  return { problems, isPageCurrent: text === withTable(text, found) };
}

async function citationsNotShown(): Promise<string[]> {
  const tests = await readTests();
  const pages = await Promise.all(citing.map(async (one) => ({ ...one, text: await readFile(at(one.page), 'utf8') })));
  return pages.flatMap(({ text, rows: named }) =>
    rowsOf(text, 'docs')
      .filter(({ name }) => named.test(name))
      .flatMap((row) => unshown(row, tests)),
  );
}

async function writeCatalogue(): Promise<void> {
  const found = await proveAll();
  for (const problem of found.flatMap(({ problems }) => problems)) {
    console.error(`catalogue  ${problem}`);
    process.exitCode = 1;
  }
  const text = await readFile(page, 'utf8');
  await writeFile(page, withTable(text, found));
  console.log(`catalogue  ${found.length} rows written to docs/security.md`);
}

async function proveAll(): Promise<Found[]> {
  const tests = await readTests();
  const benches = await readBenches();
  return rows.map((row: Row) => prove(row, tests, benches));
}

async function readTests(): Promise<Ran[]> {
  const inNode = await Promise.all(['test-results/vitest.json', 'test-results/vitest-pack.json'].map(ranInNode));
  const { suites } = PlaywrightReport.parse(await readJson('test-results/playwright.json', 'npm test'));
  const inBrowser = suites.flatMap((suite) => ranIn(suite, ''));
  return [...inNode.flat(), ...inBrowser];
}

async function ranInNode(report: string): Promise<Ran[]> {
  const { testResults } = VitestReport.parse(await readJson(report, 'npm test'));
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      file: name.replace(`${root}/`, ''),
      title: fullName.trim(),
      hasPassed: status === 'passed',
    })),
  );
}

const ranIn = ({ specs, suites = [] }: Suite, groups: string): Ran[] => [
  ...specs.map(({ title, file, ok }) => ({ file, title: groups + title, hasPassed: ok })),
  ...suites.flatMap((suite) => ranIn(suite, `${groups}${suite.title} `)),
];

async function readBenches(): Promise<BenchRow[]> {
  const measured = BenchReport.parse(await readJson('bench/results.json', 'npm run bench'));
  const mutated = BenchReport.parse(await readJson('bench/mutation.json', 'npm run mutate'));
  return [...measured.benches, ...mutated.benches].flatMap(({ name, rows: measured }) =>
    measured.map((row) => ({ ...row, bench: name })),
  );
}

async function readJson(file: string, madeBy: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(at(file), 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read; "${madeBy}" writes it`, { cause });
  }
}

function withTable(text: string, found: readonly Found[]): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/security.md has no place for the table: "${begin}" … "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${tableOf(found)}\n\n${text.slice(to)}`;
}

if (import.meta.main) {
  requireNode24();
  await writeCatalogue();
}
