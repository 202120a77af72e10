import { randomBytes } from 'node:crypto';
import { open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file so that a reader, also after a crash or a power cut, finds either the old content or the new one:
 * a temporary file in the same folder is written and flushed, renamed over the target, and the folder is flushed.
 * `mode` is the file's permission, owner-only unless said otherwise. File system errors rise as they are.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600 }: { mode?: number } = {},
): Promise<void> {
  const target = await followLink(path);
  const folder = dirname(target);
  await removeLeftovers(folder, basename(target));

  const temporary = join(folder, `.${basename(target)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  active.add(temporary);
  try {
    await writeFlushed(temporary, data, mode);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    active.delete(temporary);
  }
  await flushFolder(folder);
}

/** Temporary files of writes that this process is still busy with. */
export const active = new Set<string>();

/** A rename would replace a link by a plain file, and a settings file that lies elsewhere would silently part from it. */
async function followLink(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

async function writeFlushed(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(data);
    // The mode given to open is cut by the umask.
    if (process.platform !== 'win32') await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this the rename itself may be lost at a power cut. Windows has no way to flush a folder. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A killed write leaves its temporary file behind; the next write of the same target clears it away. */
export async function removeLeftovers(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`.${name}.`)) continue;
    const match = leftover.exec(entry.slice(name.length + 2));
    if (!match) continue;
    const path = join(folder, entry);
    const pid = Number(match[1]);
    if (pid === process.pid ? !active.has(path) : !isAlive(pid)) await rm(path, { force: true });
  }
}

const leftover = /^(\d+)\.[0-9a-f]{12}\.tmp$/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
