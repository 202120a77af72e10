import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { holdForRestore } from '../../src-main/core/backup/restore-backup.ts';
import { finishRestore, isRestoreStanding, refuseWhileRestoring } from '../../src-main/core/backup/restore-plan.ts';
import { backUp, filesBelow, livedInFolder, never, newFolder, onStep, open } from '../fakes/backup-rig.ts';

/*
 * A process that is killed does nothing more: neither its next step nor what it would have cleared away. So from one step
 * on every call that changes the disk fails, each step of a restore in its turn.
 */
const changing = ['open', 'mkdir', 'rename', 'rm', 'link', 'unlink', 'writeFile', 'cp'] as const;
const real = { ...files };
const killed = new Error('killed');

function killAt(step: number): { steps(): number } {
  let steps = 0;
  for (const name of changing) {
    const call = real[name] as (...args: unknown[]) => unknown;
    (files as unknown as Record<string, unknown>)[name] = (...args: unknown[]) =>
      ++steps >= step ? Promise.reject(killed) : call(...args);
  }
  syncBuiltinESMExports();
  return { steps: () => steps };
}

function live(): void {
  Object.assign(files, real);
  syncBuiltinESMExports();
}

const folders: string[] = [];
let old: string;
let backup: string;
/** What the two states hold, the database apart, which a restore settles. */
let before: Map<string, string>;
let after: Map<string, string>;

const without = ['lock.db', 'lock.db-journal', 'lock.json', 'before-restore', '.restoring'];

beforeAll(async () => {
  const from = livedInFolder({ messages: 12, config: '# the new one\napp: { locale: en }\n' });
  old = livedInFolder({ messages: 8, config: '# the old one\napp: { locale: en }\n' });
  ({ path: backup } = await backUp({ dataDir: from }));
  folders.push(from, old, dirname(backup));
  before = filesBelow(old, { without });
  after = filesBelow(from, { without });
  after.delete('memory.db');
}, 180_000);
afterEach(live);
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function restoreInto(dataDir: string): Promise<void> {
  const { container, unlocked } = await open(backup);
  try {
    const held = await holdForRestore(dataDir, { createParents: false });
    try {
      if (held.finished?.backup === container.id) return;
      await held.restore({ container, unlocked, now: Date.UTC(2026, 5, 2), signal: never, onStep });
    } finally {
      held.release();
    }
  } finally {
    await container.close().catch(() => {});
  }
}

function expectNew(dataDir: string): void {
  const found = filesBelow(dataDir, { without });
  expect(found.get('memory.db')).toMatch(/^[0-9a-f]{64}$/);
  expect(found.get('memory.db')).not.toBe(before.get('memory.db'));
  found.delete('memory.db');
  expect(found).toEqual(after);
  expect(existsSync(join(dataDir, '.restoring'))).toBe(false);
  const [stamp = ''] = readdirSync(join(dataDir, 'before-restore'));
  expect(filesBelow(join(dataDir, 'before-restore', stamp))).toEqual(before);
}

/** What was there, whatever a step left that was killed. */
function holdsOld(dataDir: string): boolean {
  const found = [...filesBelow(dataDir, { without })].filter(([name]) => !name.startsWith('.write-check.'));
  return found.length === before.size && found.every(([name, digest]) => before.get(name) === digest);
}

function copyOf(folder: string): string {
  const dataDir = newFolder('killed');
  folders.push(dataDir);
  cpSync(folder, dataDir, { recursive: true });
  return dataDir;
}

const wasCutOff = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: unknown) => {
      if (error !== killed && (error as Error).cause !== killed) throw error;
      return true;
    },
  );

test('killed at any step up to its plan, a restore leaves the old data whole, and the next one is made', async () => {
  let step = 1;
  for (let stands = false; !stands; step++) {
    const dataDir = copyOf(old);
    killAt(step);
    expect(await wasCutOff(restoreInto(dataDir)), `step ${step}`).toBe(true);
    live();
    stands = isRestoreStanding(dataDir);
    expect(holdsOld(dataDir), `step ${step}`).toBe(true);
    if (stands) expect(() => refuseWhileRestoring(dataDir)).toThrow('a restore was cut off in it');
    else refuseWhileRestoring(dataDir);
    if (stands || step % 10 === 0) {
      await restoreInto(dataDir);
      expectNew(dataDir);
    } else {
      expect(await finishRestore(dataDir)).toBeNull();
      expect(holdsOld(dataDir), `step ${step}`).toBe(true);
      expect(existsSync(join(dataDir, '.restoring'))).toBe(false);
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
  process.stdout.write(`restore steps: ${step - 1} up to the point of no return\n`);
  expect(step).toBeGreaterThan(10);
}, 300_000);

test('killed at any step from its plan on, a restore goes on to the new data, by a start as by a restore', async () => {
  const standing = copyOf(old);
  await standAt(standing);
  let step = 1;
  for (let cut = true; cut; step++) {
    const dataDir = copyOf(standing);
    killAt(step);
    cut = await wasCutOff(finishRestore(dataDir));
    live();
    if (step % 2 === 0) await finishRestore(dataDir);
    else if (isRestoreStanding(dataDir)) await restoreInto(dataDir);
    else expect(await finishRestore(dataDir)).toBeNull();
    expectNew(dataDir);
    expect(await finishRestore(dataDir)).toBeNull();
    expectNew(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
  process.stdout.write(`restore steps: ${step - 2} after it\n`);
  expect(step).toBeGreaterThan(10);
}, 300_000);

test('a file that another program holds is told, and the restore goes on when it lets go', async () => {
  const dataDir = copyOf(old);
  await standAt(dataDir);
  files.rename = (from, to) =>
    String(from).endsWith('memory.db')
      ? Promise.reject(Object.assign(new Error('busy'), { code: 'EBUSY', path: String(from) }))
      : real.rename(from, to);
  syncBuiltinESMExports();
  await expect(finishRestore(dataDir)).rejects.toThrow(
    `a restore in it could not be finished (EBUSY at ${join(dataDir, 'memory.db')})`,
  );
  live();
  expect(await finishRestore(dataDir)).not.toBeNull();
  expectNew(dataDir);
});

/** Lets a restore come as far as its plan, and no step further. */
async function standAt(dataDir: string): Promise<void> {
  const rename = real.rename;
  let stands = false;
  for (const name of changing) {
    const call = real[name] as (...args: unknown[]) => unknown;
    (files as unknown as Record<string, unknown>)[name] = (...args: unknown[]) =>
      stands ? Promise.reject(killed) : call(...args);
  }
  files.rename = async (from, to) => {
    if (stands) throw killed;
    await rename(from, to);
    stands = String(to).endsWith('plan.json');
  };
  syncBuiltinESMExports();
  await restoreInto(dataDir).catch(() => {});
  live();
  expect(isRestoreStanding(dataDir)).toBe(true);
}
