import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which words stand in which files of a data folder: every file but those in keys/, and the configuration. */
export function leaks(dataDir: string, words: readonly string[]): string[] {
  return readdirSync(dataDir, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const inside = path.slice(dataDir.length + 1);
    if (!entry.isFile() || inside.startsWith('keys/') || inside.startsWith('config.')) return [];
    const bytes = readFileSync(path);
    return words.flatMap((word) =>
      [word, word.toLowerCase(), word.replaceAll(' ', '')].some((form) => bytes.includes(form))
        ? [`${word} in ${inside}`]
        : [],
    );
  });
}
