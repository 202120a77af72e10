import type { BenchProof, Proof, Row } from './catalogue-rows.ts';

/** A test as the last run left it. */
export interface Ran {
  /** From the root of the checkout. */
  file: string;
  /** Groups and title, joined by spaces. */
  title: string;
  hasPassed: boolean;
}

export interface BenchRow {
  bench: string;
  name: string;
  ours: number;
  ratio: number | null;
  unit: string;
  goal?: string | number | undefined;
  met?: boolean | undefined;
}

export interface Found {
  row: Row;
  /** One for each proof, ready for the page. */
  shown: string[];
  problems: string[];
}

/** Holds one row of the catalogue against what ran. */
export function prove(row: Row, tests: readonly Ran[], benches: readonly BenchRow[]): Found {
  const found: Found = { row, shown: [], problems: [] };
  for (const proof of row.proofs) {
    const { shown, problem } = 'test' in proof ? byTests(proof, tests) : byBench(proof, benches);
    if (shown) found.shown.push(shown);
    if (problem) found.problems.push(`row ${row.row} (${row.check}): ${problem}`);
  }
  if (row.proofs.length === 0) found.problems.push(`row ${row.row} (${row.check}) names no proof`);
  return found;
}

interface Held {
  shown?: string;
  problem?: string;
}

function byTests({ test, title = '' }: Extract<Proof, { test: string }>, tests: readonly Ran[]): Held {
  const mine = tests.filter((ran) => ran.file === test && ran.title.includes(title));
  const passed = mine.filter(({ hasPassed }) => hasPassed).length;
  const named = title === '' ? test : `"${title}…" of ${test}`;
  if (mine.length === 0) return { problem: `there is no test ${named}` };
  const shown = `[${nameOf(test)}](../${test}) ${passed}/${mine.length}${cellsOf(mine)}`;
  return passed === mine.length ? { shown } : { shown, problem: `${mine.length - passed} of ${named} did not pass` };
}

const nameOf = (file: string): string => file.replace(/^.*\//, '').replace(/\.(?:test|spec)\.ts$/, '');

/** A title that ends in "n/n" counts what one test went through; several are added up. */
function cellsOf(tests: readonly Ran[]): string {
  const cells = tests.map(({ title }) => Number(/(\d+)\/\1$/.exec(title)?.[1] ?? 0)).reduce((sum, n) => sum + n, 0);
  return cells > 0 ? ` (${cells} cells)` : '';
}

function byBench({ bench, row }: BenchProof, benches: readonly BenchRow[]): Held {
  const mine = benches.filter((one) => one.bench === bench && one.name.startsWith(row));
  if (mine.length === 0) return { problem: `the benchmark ${bench} has no row "${row}…"` };
  // A speed that was missed on a busy machine is shown as missed; what must be zero must be zero everywhere.
  const missed = mine.filter(({ met, goal }) => met === false && String(goal) === '0');
  const shown = mine.map(figureOf).join('; ');
  return missed.length === 0
    ? { shown }
    : { shown, problem: `the benchmark ${bench} missed ${missed.map(({ name }) => name).join(', ')}` };
}

function figureOf({ name, ours, ratio, unit, goal, met }: BenchRow): string {
  const beside = ratio === null ? '' : `, ${ratio} × echo`;
  return `bench: ${name} ${ours} ${unit}${beside}${goal === undefined ? '' : ` (${goal}${met === false ? ', missed' : ''})`}`;
}

export function tableOf(found: readonly Found[]): string {
  const lines = found.map(
    ({ row, shown }) => `| ${row.row} | ${row.check} | ${shown.join(' · ').replaceAll('|', '\\|')} |`,
  );
  return ['| No. | What is refused or held | Shown by, passed of all |', '| --- | --- | --- |', ...lines].join('\n');
}
