import { nearestWord, plainSpelling } from '../foundation/nearest-word.ts';
import { dotted } from './config-invalid.ts';
import { allKeyPaths, knownKeys } from './schema.ts';

/** The known key that an unknown one was probably meant to be, dotted; null when none is near. */
export function nearestKey(group: readonly PropertyKey[], unknown: string): string | null {
  const sibling = nearestWord(unknown, knownKeys(group));
  if (sibling !== null) return dotted([...group, sibling]);

  // The right key in the wrong place: `port` at the top of the file.
  const wanted = plainSpelling(unknown);
  const elsewhere = allKeyPaths().find((path) => plainSpelling(path.at(-1) ?? '') === wanted);
  return elsewhere ? dotted(elsewhere) : null;
}
