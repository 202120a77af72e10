import { distance } from 'fastest-levenshtein';
import { dotted } from './config-invalid.ts';
import { allKeyPaths, knownKeys } from './schema.ts';

/** The known key that an unknown one was probably meant to be, dotted; null when none is near. */
export function nearestKey(group: readonly PropertyKey[], unknown: string): string | null {
  if (unknown.length > 64) return null;
  const wanted = plain(unknown);
  const sibling = closest(wanted, knownKeys(group));
  if (sibling !== null) return dotted([...group, sibling]);

  // The right key in the wrong place: `port` at the top of the file.
  const elsewhere = allKeyPaths().find((path) => plain(path.at(-1) ?? '') === wanted);
  return elsewhere ? dotted(elsewhere) : null;
}

function closest(wanted: string, keys: string[]): string | null {
  const near = keys
    .map((key) => ({ key, away: distance(wanted, plain(key)) }))
    // One slip in a short word, two in a long one: `prot` is port, `cat` is not path.
    .filter(({ key, away }) => away <= (Math.max(key.length, wanted.length) <= 3 ? 1 : 2) && away < key.length)
    .toSorted((a, b) => a.away - b.away);
  return near[0]?.key ?? null;
}

/** Spellings of one key: dbPath, db-path and DB_PATH. */
const plain = (key: string): string => key.toLowerCase().replaceAll(/[-_ ]/g, '');
