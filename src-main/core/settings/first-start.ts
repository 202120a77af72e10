import { randomBytes } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../foundation/atomic-file.ts';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';
import { orUnusable, prepareDataFolder } from './data-folder.ts';
import { firstConfig } from './first-config.ts';

export interface DataFiles {
  config: string;
  /** 32 random bytes that sign access tokens. */
  tokenKey: string;
  /** The secret of the generic webhook as a line of text. */
  webhookSecret: string;
}

export const dataFiles = (dataDir: string): DataFiles => ({
  config: join(dataDir, 'config.yaml'),
  tokenKey: join(dataDir, 'keys', 'token.key'),
  webhookSecret: join(dataDir, 'keys', 'webhook.secret'),
});

const tokenKeyBytes = 32;

/**
 * Makes what a data folder needs and does not have: the folder, its keys, and a config.yaml with every key explained,
 * all of it for the owner only. Existing files stay as they are, except that keys which others may read are closed to
 * them, with a warning. Call it under the folder's lock. Throws DataFolderUnusable.
 */
export async function firstStart({ dataDir, createParents = false }: { dataDir: string; createParents?: boolean }) {
  const files = dataFiles(dataDir);
  const warnings = await prepareDataFolder(dataDir, { createParents });
  const keys = join(dataDir, 'keys');
  await orUnusable(keys, () => mkdir(keys, { mode: 0o700, recursive: true }));

  const created: string[] = [];
  for (const [path, content] of [
    [files.tokenKey, () => randomBytes(tokenKeyBytes)],
    [files.webhookSecret, () => `${randomBytes(32).toString('hex')}\n`],
    [files.config, () => firstConfig],
  ] as const) {
    if (await orUnusable(path, () => exists(path))) continue;
    await orUnusable(path, () => writeFileAtomic(path, content()));
    created.push(path);
  }

  for (const path of [keys, files.tokenKey, files.webhookSecret]) warnings.push(...(await closeToOthers(path)));
  await checkTokenKey(files.tokenKey);
  return { files, created, warnings };
}

/** A short key, as a full disk or a copy cut off leaves it, would let tokens be forged. */
async function checkTokenKey(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size >= tokenKeyBytes) return;
  const remedy =
    'Put it back from a backup, or delete it to have a new one made: all access tokens then have to be made anew.';
  throw new DataFolderUnusable({ path, reason: `it holds ${size} bytes where a key has ${tokenKeyBytes}`, remedy });
}

async function closeToOthers(path: string): Promise<string[]> {
  const { mode } = await stat(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return [];
  await orUnusable(path, () => chmod(path, mode & 0o700));
  return [
    `${path} could be read by others of this machine; it is now closed to them. If others may have read it, delete it to have a new one made`,
  ];
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
