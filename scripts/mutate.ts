// Changes the modules that decide who is let in, one small change at a time, and sees whether a test notices. Prints the
// score of each module, fails under the goal, and writes bench/mutation.json, which the catalogue reads. Names run only
// those modules, whose rows then replace their own in the file. It takes minutes and is no part of `npm test`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { LogLevel, MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import * as z from 'zod';
import { type MutatedModule, mutatedModules } from './mutation/modules.ts';
import { type MutantOutcome, type Score, scoreOf } from './mutation/score.ts';
import { seconds } from './process.ts';
import { at, requireNode24, root, sourceFlags } from './project.ts';

/** Percent of the changes that must be noticed, in each module. */
const goal = 85;
const scoresFile = at('bench/mutation.json');

interface Result extends Score {
  name: string;
  tookMs: number;
}

/** As the benchmarks write theirs, so that the catalogue has one kind of figure. */
const Scores = z.object({
  benches: z.tuple([
    z.object({
      name: z.literal('mutation'),
      rows: z.array(
        z.object({
          name: z.string(),
          ours: z.number(),
          ratio: z.null(),
          unit: z.string(),
          goal: z.string(),
          met: z.boolean(),
        }),
      ),
    }),
  ]),
});

requireNode24();
process.chdir(root);
try {
  await mutate(process.argv.slice(2));
} catch (error) {
  console.error(`mutate  FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function mutate(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !Object.hasOwn(mutatedModules, name));
  if (unknown.length > 0)
    throw new Error(`no module is called ${unknown.join(', ')}; there are: ${Object.keys(mutatedModules).join(', ')}`);

  const results: Result[] = [];
  for (const [name, module] of Object.entries(mutatedModules)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const result = await mutateModule(name, module);
    if (result) results.push(result);
  }
  for (const { name, survivors } of results)
    for (const survivor of survivors) console.log(`survived  ${name}  ${survivor}`);
  console.log('');
  for (const { name, percent, killed, of, tookMs } of results)
    console.log(
      `mutate  ${name.padEnd(10)} ${percent.toFixed(1).padStart(5)} %  ${killed} of ${of} noticed  ${seconds(tookMs)}`,
    );
  await writeScores(results);

  const low = results.filter(({ percent }) => percent < goal);
  if (low.length === 0) return;
  console.error(`mutate  FAILED: under ${goal} %: ${low.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}

async function mutateModule(name: string, { sources, tests }: MutatedModule): Promise<Result | null> {
  const sourceFiles = (await filesOf(sources)).filter((file) => !/\.(?:test|fixture)\.ts$/.test(file));
  const testFiles = await filesOf(tests);
  if (sourceFiles.length === 0) {
    console.log(`mutate  ${name}: nothing fits ${sources.join(', ')}`);
    return null;
  }
  if (testFiles.length === 0) throw new Error(`no test of ${name} fits ${tests.join(', ')}`);

  console.log(`mutate  ${name}: ${sourceFiles.length} files, ${testFiles.length} test files …`);
  const started = performance.now();
  process.env['CLAWDBOT_MUTATION_TESTS'] = testFiles.join('\n');
  const mutants = await new Stryker({
    mutate: sourceFiles,
    testRunner: 'vitest',
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    testRunnerNodeArgs: [...sourceFlags],
    concurrency: availableParallelism(),
    // Nothing is compiled, so there is nothing to switch off; the copy holds what tests read, and no more.
    disableTypeChecks: false,
    ignorePatterns: ['dist', 'release', 'test-results', 'playwright-report', '.tsbuild', 'docs', 'bench'],
    tempDirName: 'test-results/mutation',
    reporters: process.stdout.isTTY ? ['progress'] : ['progress-append-only'],
    logLevel: 'error' as LogLevel,
    // A machine with other work to do must not turn a change that nobody noticed into one that seems to hang.
    timeoutMS: 15_000,
  }).runMutationTest();
  const outcomes = await Promise.all(mutants.map(outcomeOf));
  return { name, ...scoreOf(outcomes), tookMs: performance.now() - started };
}

async function filesOf(globs: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for await (const file of glob([...globs], { cwd: root })) files.add(file);
  return [...files].sort((a, b) => a.localeCompare(b));
}

async function outcomeOf(mutant: MutantResult): Promise<MutantOutcome> {
  const { fileName, location, replacement, mutatorName, status } = mutant;
  const { start, end } = location;
  const lines = (await readFile(fileName, 'utf8')).split('\n');
  const first = lines[start.line - 1] ?? '';
  const original =
    start.line === end.line ? first.slice(start.column - 1, end.column - 1) : `${first.slice(start.column - 1)} …`;
  const isJudged = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status);
  return {
    isKilled: isJudged ? status === 'Killed' || status === 'Timeout' : null,
    place: `${relative(root, fileName)}:${start.line}:${start.column}  ${mutatorName}${status === 'NoCoverage' ? ', no test comes here' : ''}:  ${original} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`,
  };
}

async function writeScores(results: readonly Result[]): Promise<void> {
  const measured = results.map(({ name, percent, killed, of }) => ({
    name,
    ours: percent,
    ratio: null,
    unit: `% noticed (${killed} of ${of} changes)`,
    goal: `≥ ${goal}`,
    met: percent >= goal,
  }));
  const earlier = (await earlierRows()).filter(({ name }) => !results.some((result) => result.name === name));
  // In the order of the list, and without modules that are gone from it.
  const rows = Object.keys(mutatedModules).flatMap((name) =>
    [...measured, ...earlier].filter((row) => row.name === name),
  );
  const scores: z.infer<typeof Scores> = { benches: [{ name: 'mutation', rows }] };
  await writeFile(scoresFile, `${JSON.stringify(scores, null, 2)}\n`);
  console.log(`mutate  written to ${relative(root, scoresFile)}`);
}

async function earlierRows() {
  const text = await readFile(scoresFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? [] : Scores.parse(JSON.parse(text)).benches[0].rows;
}
