import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PageRow, rowsOf } from '../../scripts/cited-tests.ts';
import { testTitles } from './test-titles.ts';

/** A page whose tables cite tests, and the titles of every file that it cites. */
export interface OpenPage {
  text: string;
  rows: readonly PageRow[];
  titles: ReadonlyMap<string, readonly string[]>;
}

export async function openPage(root: string, path: string): Promise<OpenPage> {
  const text = await readFile(join(root, path), 'utf8');
  const rows = rowsOf(text, dirname(path));
  const files = [...new Set(rows.flatMap(({ tests }) => tests.map(({ file }) => file)))];
  const titles = await Promise.all(files.map(async (file) => [file, await titlesIn(root, file)] as const));
  return { text, rows, titles: new Map(titles) };
}

async function titlesIn(root: string, file: string): Promise<string[]> {
  try {
    return testTitles({ path: file, text: await readFile(join(root, file), 'utf8') });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** What is wrong with a row that must be shown by a test, or say why there is nothing to show. */
export function faultsOf({ name, cells, tests }: PageRow, titles: OpenPage['titles']): string[] {
  if (tests.length === 0)
    return cells.some((cell) => cell.startsWith('Does not apply yet: ')) ? [] : [`${name} cites no test`];
  return tests
    .filter(({ file, title }) => !titles.get(file)?.some((known) => known.includes(title)))
    .map(({ file, title }) => `${name}: no test “${title}” in ${file}`);
}
