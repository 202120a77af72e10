import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { flushFolder, writeFileAtomic } from '../foundation/atomic-file.ts';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';
import { beforeRestoreName, restoringName } from './folder-names.ts';
import { clearWork } from './work-folder.ts';

const Name = z.string().regex(/^(?!\.{1,2}$)[^/\\]{1,255}$/);

/** What a restore is about to do. Once it stands, flushed, it is carried out, by whoever comes next if need be. */
const Plan = z.strictObject({
  /** Which backup it is about. */
  backup: z.string(),
  /** Where what was there goes, below `before-restore`. */
  aside: Name,
  out: z.array(Name),
  in: z.array(Name),
});
export type Plan = z.infer<typeof Plan>;

const planFile = (dataDir: string): string => join(dataDir, restoringName, 'plan.json');
/** Where what comes in is prepared. */
export const incomingFolder = (dataDir: string): string => join(dataDir, restoringName, 'new');
export const asideFolder = (dataDir: string, { aside }: Plan): string => join(dataDir, beforeRestoreName, aside);

/** Whether a restore was cut off after its point of no return. */
export const isRestoreStanding = (dataDir: string): boolean => existsSync(planFile(dataDir));

/** @throws DataFolderUnusable while a plan stands: what is in the folder is neither the old nor the new. */
export function refuseWhileRestoring(dataDir: string): void {
  if (!isRestoreStanding(dataDir)) return;
  throw new DataFolderUnusable({
    path: dataDir,
    reason: 'a restore was cut off in it',
    remedy: 'Start Clawdbot, or run the same clawdbot restore again: either finishes it, and nothing is lost.',
  });
}

/** The point of no return: what was prepared is whole and flushed, and so is the plan. */
export const writePlan = (dataDir: string, plan: Plan): Promise<void> =>
  writeFileAtomic(planFile(dataDir), `${JSON.stringify(plan, null, 2)}\n`);

/**
 * Carries out the plan that stands, from wherever it was cut off, and clears away what a restore left that had not come
 * so far. Call it under the folder's lock. Answers the plan, or null where none stood.
 *
 * A thing is moved by a rename, so it is at one place or the other. What was there goes first, all of it, and what comes
 * in comes when that is flushed: then a thing that is aside already is not what came in under its name.
 */
export async function finishRestore(dataDir: string): Promise<Plan | null> {
  const plan = await readPlan(dataDir);
  if (plan) await carryOut(dataDir, plan).catch((cause: unknown) => notFinished(dataDir, cause));
  if (existsSync(join(dataDir, restoringName))) await removeTree(join(dataDir, restoringName));
  await clearWork(dataDir);
  return plan;
}

async function carryOut(dataDir: string, plan: Plan): Promise<void> {
  const aside = asideFolder(dataDir, plan);
  const incoming = incomingFolder(dataDir);
  if (plan.out.length > 0) {
    await mkdir(aside, { recursive: true, mode: 0o700 });
    for (const name of plan.out)
      if (!isThere(join(aside, name))) await moveIfThere(join(dataDir, name), join(aside, name));
    for (const folder of [aside, join(dataDir, beforeRestoreName), dataDir]) await flushFolder(folder);
  }
  for (const name of plan.in) await moveIfThere(join(incoming, name), join(dataDir, name));
  for (const folder of [dataDir, incoming]) if (existsSync(folder)) await flushFolder(folder);
  await rm(planFile(dataDir));
  await flushFolder(join(dataDir, restoringName));
}

/** Such as a file that another program holds open on Windows. The plan stands, so nothing is lost by trying again. */
function notFinished(dataDir: string, cause: unknown): never {
  const { code, path } = cause as NodeJS.ErrnoException;
  if (code === undefined) throw cause;
  throw new DataFolderUnusable(
    {
      path: dataDir,
      reason: `a restore in it could not be finished (${code}${path === undefined ? '' : ` at ${path}`})`,
      remedy:
        'Close what uses that file, or put right what keeps it there; then start Clawdbot, or run the same clawdbot restore again. Nothing is lost.',
    },
    { cause },
  );
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (isThere(from)) await rename(from, to);
}

/** A link that leads nowhere is there, too. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

async function readPlan(dataDir: string): Promise<Plan | null> {
  if (!isRestoreStanding(dataDir)) return null;
  try {
    return Plan.parse(JSON.parse(await readFile(planFile(dataDir), 'utf8')));
  } catch (cause) {
    throw new DataFolderUnusable(
      {
        path: planFile(dataDir),
        reason: 'it does not say how the restore goes on',
        remedy: `What was there before lies in ${join(dataDir, beforeRestoreName)}, as far as it was moved, and what was to come in ${incomingFolder(dataDir)}. Move one of them to where it belongs, then delete ${join(dataDir, restoringName)}.`,
      },
      { cause },
    );
  }
}

/** What holds the data of people goes before the folders around it, so that a cut leaves nothing that looks like a plan. */
export const removeTree = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** Flushes every folder of a tree, the deepest first. Files were flushed as they were written. */
export async function flushTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await flushTree(join(folder, entry.name));
  await flushFolder(folder);
}
