// Runs the benchmarks one after the other, prints a table and writes bench/results.json. A name runs only that one, whose
// rows then replace its own in the file.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { endChildrenOnSignal, runNode, seconds } from './process.ts';
import { at, requireNode24, root } from './project.ts';

/** One figure beside the figure of the peer, taken in the same run on the same machine. */
const Row = z.object({
  name: z.string(),
  ours: z.number(),
  peer: z.number().nullable(),
  ratio: z.number().nullable(),
  unit: z.string(),
  /** What we want, as a bound or in words: "≥ 0.6". */
  goal: z.union([z.string(), z.number()]).optional(),
  met: z.boolean().optional(),
  note: z.string().optional(),
});
type Row = z.infer<typeof Row>;

const Result = z.object({ name: z.string(), took_ms: z.number(), rows: z.array(Row) });
type Result = z.infer<typeof Result>;

const BenchModule = z.object({
  name: z.string(),
  run: z.custom<() => Promise<unknown>>((value) => typeof value === 'function', 'must export the function run'),
});

const resultsFile = at('bench/results.json');

requireNode24();
endChildrenOnSignal();
process.chdir(root);
try {
  await bench(process.argv[2]);
} catch (error) {
  console.error(`bench  FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}

async function bench(only: string | undefined): Promise<void> {
  const build = await runNode([at('scripts/build.ts')], { output: 'inherit' });
  if (build.code !== 0) throw new Error('the build failed');

  const machine = thisMachine();
  const benches = await loadBenches();
  const chosen = benches.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0)
    throw new Error(
      `there is no benchmark "${only}"; there are: ${benches.map(({ name }) => name).join(', ') || 'none'}`,
    );

  const results: Result[] = [];
  for (const { name, run } of chosen) {
    console.log(`bench  ${name} …`);
    const started = performance.now();
    const rows = z.array(Row).parse(await run());
    const result = { name, took_ms: Math.round(performance.now() - started), rows };
    results.push(result);
    console.log(`${table(rows)}\nbench  ${name}: ${seconds(result.took_ms)}\n`);
  }
  await save(machine, only === undefined ? results : [...(await earlierResults(only)), ...results]);

  const missed = results.flatMap(({ rows }) => rows).filter(({ met }) => met === false);
  console.log(
    missed.length === 0
      ? 'bench  every goal was met'
      : `bench  goals missed: ${missed.map(({ name }) => name).join('; ')}`,
  );
}

async function loadBenches() {
  const files = (await readdir(at('test/bench'))).filter((file) => file.endsWith('.bench.ts')).sort();
  return Promise.all(
    files.map(async (file) => BenchModule.parse(await import(pathToFileURL(join(at('test/bench'), file)).href))),
  );
}

/** The load average tells a reader how quiet the machine was before we began. */
function thisMachine() {
  return {
    date: new Date().toISOString(),
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load_average: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

async function save(machine: ReturnType<typeof thisMachine>, results: readonly Result[]): Promise<void> {
  await mkdir(at('bench'), { recursive: true });
  const benches = [...results].sort((a, b) => a.name.localeCompare(b.name));
  await writeFile(resultsFile, `${JSON.stringify({ machine, benches }, null, 2)}\n`);
  console.log(`bench  written to ${resultsFile.slice(root.length + 1)}`);
}

async function earlierResults(except: string): Promise<Result[]> {
  const text = await readFile(resultsFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"benches":[]}';
    throw error;
  });
  const { benches } = z.object({ benches: z.array(Result) }).parse(JSON.parse(text));
  return benches.filter(({ name }) => name !== except);
}

function table(rows: readonly Row[]): string {
  const head = ['', 'ours', 'peer', 'ratio', 'unit', 'goal', '', ''];
  const lines = rows.map(({ name, ours, peer, ratio, unit, goal = '', met, note = '' }) => [
    name,
    figure(ours),
    figure(peer),
    ratio === null ? '–' : ratio.toFixed(2),
    unit,
    String(goal),
    met === undefined ? '' : met ? 'met' : 'MISSED',
    note,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  const isFigure = (column: number) => column >= 1 && column <= 3;
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function figure(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
