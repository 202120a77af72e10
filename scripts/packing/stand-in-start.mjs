// Runs in a folder that was packed with the stand-in for Electron: the headless product, out of the packed archive.
// Node reads no .asar, so the archive is laid out beside the folder, once for each content.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const archive = join(here, 'resources/app.asar');
const hash = createHash('sha256').update(readFileSync(archive)).digest('hex').slice(0, 16);
const folder = join(here, `../.stand-in-${hash}`);
if (!existsSync(folder)) {
  // The checkout that packed is the one that tries it out, and lends the reader of archives.
  const asar = createRequire(join(process.cwd(), 'package.json'))('@electron/asar');
  const unfinished = `${folder}.${process.pid}`;
  asar.extractAll(archive, unfinished);
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another start was quicker.
    if (!existsSync(folder)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
}
await import(pathToFileURL(join(folder, 'dist/main/headless.js')).href);
