import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

export interface Part {
  /** Files and folders, absolute, whose content decides what is built. */
  inputs: readonly string[];
  /** Files that must be there for the part to count as built. */
  outputs: readonly string[];
  /** Where the hash of the inputs of the last good build is kept. */
  stamp: string;
}

/** True when every output is there and was built from the inputs as they are now. */
export async function isFresh(part: Part): Promise<boolean> {
  if ((await missingOutputs(part)).length > 0) return false;
  return (await textOf(part.stamp)) === (await hashOf(part.inputs));
}

/**
 * Builds the part and stamps it. The stamp goes first and comes back last, so that a build that was cut off is done
 * again; the inputs are read before the build, so that a file saved meanwhile is not taken for built.
 */
export async function buildPart(part: Part, build: () => Promise<void>): Promise<void> {
  const hash = await hashOf(part.inputs);
  await rm(part.stamp, { force: true });
  await build();
  const missing = await missingOutputs(part);
  if (missing.length > 0) throw new Error(`the build ended without an error and did not write ${missing.join(', ')}`);
  await mkdir(dirname(part.stamp), { recursive: true });
  await writeFile(part.stamp, hash);
}

async function missingOutputs({ outputs }: Part): Promise<string[]> {
  const there = await Promise.all(outputs.map(isFile));
  return outputs.filter((_, index) => !there[index]);
}

/** By content, not by time: a checkout or a touched file changes times and nothing else. */
async function hashOf(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const input of inputs) {
    for (const file of await filesOf(input)) {
      hash
        .update(`${relative(input, file).replaceAll(sep, '/')}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesOf(input: string): Promise<string[]> {
  if (await isFile(input)) return [input];
  const entries = await readdir(input, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const textOf = (path: string) =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
