import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataFolderInUse, lockDataFolder, runningOn } from './folder-lock.ts';

let folder: string;
let others: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  others = [];
});
afterEach(() => {
  for (const other of others) other.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('a second instance on one data folder is told who holds it and what to do', async () => {
  const first = await startOther();

  const refused = refusal();

  expect(refused.code).toBe('DATA_FOLDER_IN_USE');
  expect(refused.data).toEqual({ path: folder, pid: first.pid });
  expect(refused.message).toContain(`process ${first.pid}`);
  expect(refused.message).toContain('--data');
});

test('after kill -9 of the first instance the next one starts', async () => {
  const first = await startOther();
  first.kill('SIGKILL');
  await once(first, 'exit');

  const lock = lockDataFolder(folder);

  // The dead one's name is still not what others are told.
  expect(refusal().data).toEqual({ path: folder, pid: process.pid });
  lock.release();
});

test('a stopped instance gives the folder back, and stopping twice does no harm', async () => {
  const lock = lockDataFolder(folder);
  lock.release();
  lock.release();

  const next = await startOther();

  expect(existsSync(join(folder, 'lock.json'))).toBe(true);
  expect(refusal().data).toEqual({ path: folder, pid: next.pid });
});

test('a failed second attempt in the same process does not give the first one away', async () => {
  const lock = lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse);

  await expect(startOther()).rejects.toThrow('DATA_FOLDER_IN_USE');
  lock.release();
});

test('who works on the folder can be asked without taking the lock; one that was killed does not', async () => {
  expect(runningOn(folder)).toBeNull();
  const first = await startOther();
  expect(runningOn(folder)).toBe(first.pid);

  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(runningOn(folder)).toBeNull();
});

test('the files of the lock can be read by their owner only', () => {
  const lock = lockDataFolder(folder);

  for (const file of ['lock.db', 'lock.json']) expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
  lock.release();
});

test('a folder that is not there, or holds something else as its lock, is refused with a remedy', () => {
  expect(() => lockDataFolder(join(folder, 'missing'))).toThrow(
    /missing cannot be used: .*Check that the folder exists/,
  );

  writeFileSync(join(folder, 'lock.db'), 'not a database, but long enough to be looked at as one'.repeat(40));
  expect(() => lockDataFolder(folder)).toThrow(/cannot be used/);
});

function refusal(): DataFolderInUse {
  try {
    lockDataFolder(folder).release();
  } catch (error) {
    if (error instanceof DataFolderInUse) return error;
    throw error;
  }
  throw new Error('the lock was given');
}

/** Another process that holds the lock until it is killed. */
async function startOther(): Promise<ChildProcess> {
  const script = `
    import { lockDataFolder } from ${JSON.stringify(import.meta.resolve('./folder-lock.ts'))};
    try {
      lockDataFolder(${JSON.stringify(folder)});
      console.log('held');
      setInterval(() => {}, 1000);
    } catch (error) { console.log(error.code); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  others.push(child);
  const [said] = await once(child.stdout, 'data');
  if (String(said).trim() !== 'held') throw new Error(String(said).trim());
  return child;
}

test('in a folder that is copied between machines, the other machine that runs on it is believed', () => {
  writeFileSync(join(folder, 'lock.json'), '{"pid":4711,"machine":"ana-laptop"}\n');

  expect(() => lockDataFolder(folder, { isShared: true, machine: 'desk' })).toThrow(
    /in use by a Clawdbot on another machine \(ana-laptop\).*lock\.json/,
  );

  // A crash of our own, or a folder that nobody copies: the lock alone decides.
  lockDataFolder(folder, { isShared: true, machine: 'ana-laptop' }).release();
  writeFileSync(join(folder, 'lock.json'), '{"pid":4711,"machine":"ana-laptop"}\n');
  lockDataFolder(folder, { isShared: false, machine: 'desk' }).release();
  lockDataFolder(folder, { isShared: true, machine: 'desk' }).release();
});
