import { chmod, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';

export interface DataFolderChoice {
  path: string;
  chosenBy: 'flag' | 'environment' | 'platform';
}

/** The data folder: `--data`, else `CLAWDBOT_DATA`, else the platform's place for application data. */
export function chooseDataFolder({
  flag,
  env,
  platform = process.platform,
  home = homedir(),
}: {
  flag?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  platform?: NodeJS.Platform;
  home?: string;
}): DataFolderChoice {
  if (flag) return { path: resolve(flag), chosenBy: 'flag' };
  if (env['CLAWDBOT_DATA']) return { path: resolve(env['CLAWDBOT_DATA']), chosenBy: 'environment' };
  return { path: platformFolder(env, platform, home), chosenBy: 'platform' };
}

function platformFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Clawdbot');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Clawdbot');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'clawdbot');
}

/**
 * Makes the data folder (0700) where it is not there, and makes sure that it can be written to. Its parent is only
 * made when `createParents` says so, as for the platform's own place: under `--data` a missing parent is more likely a
 * disk that is not mounted, and data written under its mount point would seem lost later. Returns warnings.
 */
export async function prepareDataFolder(dataDir: string, { createParents = false } = {}): Promise<string[]> {
  await makeFolder(dataDir, createParents);
  await tryWriting(dataDir);
  return tightenFolder(dataDir);
}

async function makeFolder(dataDir: string, createParents: boolean): Promise<void> {
  try {
    await mkdir(dataDir, { mode: 0o700, recursive: createParents });
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw unusable(dataDir, cause);
  }
  const info = await orUnusable(dataDir, () => stat(dataDir));
  if (!info.isDirectory()) {
    throw new DataFolderUnusable({
      path: dataDir,
      reason: 'it is a file, not a folder',
      remedy: 'Choose a folder with --data.',
    });
  }
}

/** Writes and flushes some bytes: a full disk lets an empty file be created. */
async function tryWriting(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.write-check.${process.pid}`);
  await orUnusable(dataDir, async () => {
    try {
      const file = await open(probe, 'w', 0o600);
      try {
        await file.writeFile(Buffer.alloc(8192, 1));
        await file.sync();
      } finally {
        await file.close();
      }
    } finally {
      await rm(probe, { force: true });
    }
  });
}

/** Only a folder that is the product's own is closed to others: `--data /tmp` must not lock everybody out of /tmp. */
async function tightenFolder(dataDir: string): Promise<string[]> {
  if (process.platform === 'win32' || ((await stat(dataDir)).mode & 0o077) === 0) return [];
  const entries = await readdir(dataDir);
  if (entries.length > 0 && !entries.includes('keys')) {
    return [
      `${dataDir} can be opened by others and holds other files too; choose a folder of its own, or run: chmod 700 ${dataDir}`,
    ];
  }
  await orUnusable(dataDir, () => chmod(dataDir, 0o700));
  return entries.length === 0 ? [] : [`${dataDir} could be opened by others; it is now closed to them`];
}

/** Runs a file operation of the data folder; its failure becomes DataFolderUnusable. */
export async function orUnusable<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): unknown {
  const known = explanations[errnoOf(cause)];
  if (!known) return cause;
  const [reason, remedy] = known(path);
  return new DataFolderUnusable({ path, reason, remedy }, { cause });
}

const otherFolder = 'or choose another folder with --data';
const noAccess = (path: string) =>
  ['this user may not write there', `Give this user write access to ${path}, ${otherFolder}.`] as const;
const diskFull = () => ['the disk is full', `Free some space on that disk, ${otherFolder}.`] as const;

const explanations: Record<string, (path: string) => readonly [reason: string, remedy: string]> = {
  EACCES: noAccess,
  EPERM: noAccess,
  EROFS: () => ['it is on a read-only disk', `Make that disk writable, ${otherFolder}.`],
  ENOTDIR: () => ['a part of the path is a file, not a folder', 'Choose a folder with --data.'],
  ENOENT: (path) => [`${dirname(path)} does not exist`, `Create it (is a disk not mounted?), ${otherFolder}.`],
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  ENAMETOOLONG: () => ['the path is too long', 'Choose a shorter one with --data.'],
  EIO: () => ['the disk reports an error', `Check that disk, ${otherFolder}.`],
};

const errnoOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
