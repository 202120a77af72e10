import type { Source } from './piece.ts';

export const text = ({ tokens }: Source, at: number): string => tokens[at]?.text ?? '';

/** Whether the characters of a Chinese word stand at a token, one token each. */
export function hasWord({ tokens }: Source, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index += 1) if (tokens[at + index]?.text !== word[index]) return false;
  return true;
}

/** The first row whose word stands at a token; rows with longer words come first. */
export function firstWord<Row extends readonly [string, ...unknown[]]>(
  source: Source,
  at: number,
  rows: readonly Row[],
): Row | null {
  for (const row of rows) if (hasWord(source, at, row[0])) return row;
  return null;
}
