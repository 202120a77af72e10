import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { workName, workPattern } from './folder-names.ts';

/**
 * Does something with a folder of its own, for its owner only, which goes whatever happens. What an earlier process was
 * killed over goes, too: it holds a database in the clear.
 */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  await clearWork(parent);
  const folder = join(parent, workName(randomBytes(6).toString('hex')));
  await mkdir(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export async function clearWork(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = workPattern.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
