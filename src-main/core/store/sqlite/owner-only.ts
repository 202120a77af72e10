import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** SQLite would create the file readable by everyone. An existing one is not opened: that could release its locks. */
export function createOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Closes a file to everybody else, where it is there and somebody else could open it. Its folder may be a shared one. */
export function closeToOthers(file: string): void {
  const mode = process.platform === 'win32' ? undefined : statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined && (mode & 0o077) !== 0) chmodSync(file, mode & 0o700);
}
