import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { guardedFormula, jsonColumns } from '../write/csv.ts';
import { type Found, ImportRefused, type Reading, refused, type Where } from './found.ts';
import { readOwn } from './own.ts';

/** What other programs call a column of ours. */
const otherNames: Readonly<Record<string, string>> = {
  memory: 'content',
  text: 'content',
  note: 'content',
  内容: 'content',
};
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };
const truths = new Set(['sensitive', 'pinned', 'never_use']);
const numeric = new Set(['progress', 'confidence', 'position']);

interface Row {
  record: Record<string, string>;
  info: { lines: number };
}

/** Rows of a table with a line of names, parted by commas, semicolons or tabs. @throws ImportRefused */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  file: string | null,
  { reading, delimiter, maxRowBytes }: { reading: Reading; delimiter: string; maxRowBytes: number },
): AsyncGenerator<Found, void> {
  const skipped: Found[] = [];
  const parser = parse({
    bom: true,
    delimiter,
    columns: (names: string[]) => readNames(names),
    info: true,
    max_record_size: maxRowBytes,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      const line = Number((error as { lines?: number } | undefined)?.lines ?? 0);
      skipped.push(refused({ file, line }, error?.code === 'CSV_MAX_RECORD_SIZE' ? 'too_long' : 'not_csv'));
      return undefined;
    },
  });
  const source = Readable.from(chunks);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      while (skipped.length > 0) yield skipped.shift() as Found;
      yield readRow(record, { file, line: info.lines }, reading);
    }
    yield* skipped;
  } catch (error) {
    // A quote that never closes: nobody can tell any more where a row ends.
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))) throw error;
    yield refused({ file, line: Number((error as { lines?: number }).lines ?? 0) }, 'not_csv');
  } finally {
    source.destroy();
  }
}

function readNames(names: readonly string[]): string[] {
  const known = names.map((name) => name.trim().toLowerCase()).map((name) => otherNames[name] ?? name);
  if (!known.includes('content') && !known.includes('title')) throw new ImportRefused('not_recognised');
  return known;
}

function readRow(cells: Readonly<Record<string, string>>, where: Where, reading: Reading): Found {
  const value: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === '') continue;
    const text = guardedFormula.test(cell) ? cell.slice(1) : cell;
    const read = valueOf(column, text);
    if (read === undefined) return refused(where, 'bad_field', column);
    value[column] = read;
  }
  return readOwn(value, where, reading, 'csv');
}

/** Undefined where the text is none of the column's values. */
function valueOf(column: string, text: string): unknown {
  if (truths.has(column)) return booleans[text.toLowerCase()];
  if (numeric.has(column)) return Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (!jsonColumns.has(column)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
