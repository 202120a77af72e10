import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, Unlocked } from './container/read-container.ts';
import { expectRoom, expectSound, layDown } from './lay-down.ts';
import { readBackup } from './read-backup.ts';
import type { Step } from './step.ts';
import { inWorkFolder } from './work-folder.ts';

export interface VerifyRequest {
  container: Container;
  unlocked: Unlocked;
  /** Its walls are around the database while that is looked through; where it is not there or not ours, a folder of its own is. */
  dataDir: string;
  signal: AbortSignal;
  onStep(step: Step): void;
}

export interface VerifyReport {
  path: string;
  bytes: number;
  made_at: string;
  /** The product's version that made it. */
  version: string;
  files: number;
  messages: number;
  memories: number;
}

/** Reads a backup to its end, checks all of it and looks its database through. Leaves nothing behind. @throws BackupRefused */
export async function verifyBackup({
  container,
  unlocked,
  dataDir,
  signal,
  onStep,
}: VerifyRequest): Promise<VerifyReport> {
  return inWorkFolder(isWritable(dataDir) ? dataDir : tmpdir(), async (folder) => {
    const database = 'verified.db';
    const { version, made_at, files } = await readBackup({
      container,
      unlocked,
      signal,
      onStep,
      begin: (manifest) =>
        expectRoom(folder, manifest.files.find(({ path }) => path === manifest.database)?.bytes ?? 0),
      sinkOf: async ({ path }, manifest) => (path === manifest.database ? layDown(folder, database) : null),
    });
    onStep({ doing: 'look', done: 0, total: 1 });
    const { messages, memories } = await expectSound(container.path, join(folder, database), signal);
    const { path, fileBytes } = container;
    return { path, bytes: fileBytes, made_at, version, files: files.length, messages, memories };
  });
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
