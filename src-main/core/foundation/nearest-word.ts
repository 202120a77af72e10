import { distance } from 'fastest-levenshtein';

/** The known word that an unknown one was probably meant to be; null when none is near. */
export function nearestWord(unknown: string, known: readonly string[]): string | null {
  if (unknown.length > maxLength) return null;
  const wanted = plainSpelling(unknown);
  const near = known
    .map((word) => ({ word, away: distance(wanted, plainSpelling(word)) }))
    // One slip in a short word, two in a long one: `prot` is port, `cat` is not path.
    .filter(({ word, away }) => away <= (Math.max(word.length, wanted.length) <= 3 ? 1 : 2) && away < word.length)
    .toSorted((a, b) => a.away - b.away);
  return near[0]?.word ?? null;
}

const maxLength = 64;

/** Spellings of one word: dbPath, db-path and DB_PATH. */
export const plainSpelling = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');
