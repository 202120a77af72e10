import { existsSync, lstatSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../foundation/app-error.ts';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';
import { inspectPlace, prepareDataFolder } from '../settings/index.ts';
import { lockDataFolder, type Settlement, settleDatabase, stampOf } from '../store/index.ts';
import type { Container, Unlocked } from './container/read-container.ts';
import { beforeRestoreName, makesRoom, restoringName } from './folder-names.ts';
import { expectRoom, expectSound, layDown } from './lay-down.ts';
import { readBackup } from './read-backup.ts';
import {
  asideFolder,
  finishRestore,
  flushTree,
  incomingFolder,
  type Plan,
  removeTree,
  writePlan,
} from './restore-plan.ts';
import type { Step } from './step.ts';

export interface RestoreRequest {
  container: Container;
  unlocked: Unlocked;
  now: number;
  signal: AbortSignal;
  onStep(step: Step): void;
}

export interface RestoreReport extends Settlement {
  /** Where what was there before lies; null where nothing was. */
  aside: string | null;
  made_at: string;
  version: string;
  files: number;
  messages: number;
  memories: number;
}

/** A data folder that is held for a restore. */
export interface HeldFolder {
  /** A restore that was cut off and was finished just now: the backup it was about, and where the old data lie. */
  finished: { backup: string; aside: string } | null;
  restore(request: RestoreRequest): Promise<RestoreReport>;
  release(): void;
}

/**
 * Takes a data folder for a restore, and finishes the one that was cut off in it.
 *
 * @throws AppError DATA_FOLDER_IN_USE while the product runs on it, DATA_FOLDER_UNUSABLE where it is somebody else's
 */
export async function holdForRestore(
  dataDir: string,
  { createParents }: { createParents: boolean },
): Promise<HeldFolder> {
  await prepareDataFolder(dataDir, { createParents });
  const { syncedBy } = await inspectPlace(dataDir);
  const lock = lockForRestore(dataDir, syncedBy !== null);
  try {
    const plan = await finishRestore(dataDir);
    await expectOwn(dataDir);
    return {
      finished: plan && { backup: plan.backup, aside: asideFolder(dataDir, plan) },
      restore: (request) => restore(dataDir, request),
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function lockForRestore(dataDir: string, isShared: boolean) {
  try {
    return lockDataFolder(dataDir, { isShared });
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'DATA_FOLDER_IN_USE' || cause.data['machine'] !== undefined)
      throw cause;
    const pid = cause.data['pid'];
    const holder = typeof pid === 'number' ? ` (process ${pid})` : '';
    throw new AppError(
      'DATA_FOLDER_IN_USE',
      `Clawdbot is running on ${dataDir}${holder}. Stop it first, then restore; nothing was changed. Or restore into another folder (--data DIR)`,
      cause.data,
      { cause },
    );
  }
}

/** Everything in the folder will be moved aside, so it has to be the product's, or empty. */
async function expectOwn(dataDir: string): Promise<void> {
  const others = (await readdir(dataDir)).filter((name) => makesRoom(name, new Set()));
  const marks = ['keys', 'config.yaml', 'memory.db'];
  if (others.length === 0 || marks.some((mark) => others.includes(mark))) return;
  throw new DataFolderUnusable({
    path: dataDir,
    reason: 'it holds files that are not Clawdbot’s, and a restore moves aside what is there',
    remedy: 'Choose an empty folder, or a new one, with --data.',
  });
}

/**
 * Puts a backup in the place of what is in the folder. Until the plan stands nothing is changed, and from then on the
 * restore is finished whatever ends the process: either the old data are whole or the new ones are.
 */
async function restore(dataDir: string, request: RestoreRequest): Promise<RestoreReport> {
  const { container, now, signal, onStep } = request;
  try {
    const manifest = await layDownAll(dataDir, request);
    onStep({ doing: 'look', done: 0, total: 1 });
    const database = join(incomingFolder(dataDir), ...manifest.database.split('/'));
    const { messages, memories } = await expectSound(container.path, database, signal);
    const settlement = await settleDatabase(database, now, signal);
    await flushTree(incomingFolder(dataDir));
    const plan = await planFor(dataDir, container.id, now);
    signal.throwIfAborted();
    onStep({ doing: 'put', done: 0, total: 1 });
    await writePlan(dataDir, plan);
    await finishRestore(dataDir);
    const { made_at, version, files } = manifest;
    const aside = plan.out.length > 0 ? asideFolder(dataDir, plan) : null;
    return { ...settlement, aside, made_at, version, files: files.length, messages, memories };
  } catch (error) {
    // A plan that stands is left to stand.
    if (!existsSync(join(dataDir, restoringName, 'plan.json'))) await removeTree(join(dataDir, restoringName));
    throw error;
  }
}

async function layDownAll(dataDir: string, { container, unlocked, signal, onStep }: RestoreRequest) {
  const folder = incomingFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return readBackup({
    container,
    unlocked,
    signal,
    onStep,
    begin: (manifest) =>
      expectRoom(
        folder,
        manifest.files.reduce((total, { bytes }) => total + bytes, 0),
      ),
    sinkOf: ({ path }) => layDown(folder, path),
  });
}

async function planFor(dataDir: string, backup: string, now: number): Promise<Plan> {
  const incoming = await readdir(incomingFolder(dataDir));
  const out = (await readdir(dataDir)).filter((name) => makesRoom(name, new Set(incoming)));
  for (const name of out) expectMovable(dataDir, name);
  return { backup, aside: freeName(join(dataDir, beforeRestoreName), stampOf(now)), out, in: incoming };
}

/** A disk that is mounted in the folder cannot be moved aside, which has to be known before anything is. */
function expectMovable(dataDir: string, name: string): void {
  const path = join(dataDir, name);
  if (lstatSync(path).dev === statSync(dataDir).dev) return;
  throw new DataFolderUnusable({
    path,
    reason: 'it is a disk of its own and cannot be moved aside',
    remedy: 'Unmount it, or restore into another folder (--data DIR).',
  });
}

function freeName(folder: string, stamp: string): string {
  let name = stamp;
  for (let turn = 2; existsSync(join(folder, name)); turn++) name = `${stamp}-${turn}`;
  return name;
}
