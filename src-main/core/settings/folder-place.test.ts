import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adviceOnPlace, inspectPlace, remoteKindOf } from './folder-place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const made = (...parts: string[]): string => {
  const path = join(folder, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};

const mounts = `21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 21 0:25 / /home rw,relatime shared:7 - nfs4 files:/home rw,vers=4.2
31 30 254:16 / /home/ana/local rw - ext4 /dev/vdb rw
40 21 0:40 / /mnt/a\\040share rw - cifs //files/share rw
41 21 0:41 / /mnt/box rw - fuse.sshfs ana@files:/ rw
42 21 0:42 / /mnt/vault rw - fuse.gocryptfs /home/ana/vault rw
43 21 0:43 / /home2 rw - nfs files:/home2 rw
44 21 254:32 / /home2 rw - xfs /dev/vdc rw`;

test.each([
  ['/var/lib/clawdbot', null],
  ['/home/ana/.local/share/clawdbot', 'nfs4'],
  ['/home', 'nfs4'],
  ['/homes/ana', null],
  ['/home/ana/local/clawdbot', null],
  ['/mnt/a share/clawdbot', 'cifs'],
  ['/mnt/box/clawdbot', 'fuse.sshfs'],
  ['/mnt/vault/clawdbot', null],
  ['/home2/clawdbot', null],
])('%s is on a disk of another machine: %s', (path, kind) => {
  expect(remoteKindOf(path, 'linux', mounts)).toBe(kind);
});

test.each([
  ['\\\\files\\ana\\Clawdbot', 'a share of the network'],
  ['\\\\?\\UNC\\files\\ana', 'a share of the network'],
  ['\\\\?\\C:\\Users\\ana', null],
  ['C:\\Users\\ana\\AppData\\Roaming\\Clawdbot', null],
])('on Windows %s: %s', (path, kind) => {
  expect(remoteKindOf(path, 'win32', '')).toBe(kind);
});

test('a folder of this machine that nobody copies needs no advice', async () => {
  const place = await inspectPlace(made('data'));
  expect(place).toEqual({ syncedBy: null });
  expect(adviceOnPlace(folder, place)).toEqual([]);
});

test.each([
  ['OneDrive - Example Ltd', 'OneDrive'],
  ['Dropbox (Personal)', 'Dropbox'],
  ['com~apple~CloudDocs', 'iCloud'],
  ['坚果云', '坚果云 (Nutstore)'],
])('a folder within %s is told of', async (name, program) => {
  const path = made(name, 'documents', 'clawdbot');
  const place = await inspectPlace(path);
  expect(place.syncedBy).toBe(program);
  expect(adviceOnPlace(path, place)).toEqual([expect.stringContaining(program)]);
});

test('a mark that a program leaves is found above the folder, and through a link', async () => {
  made('shared', '.stfolder');
  const path = made('shared', 'data');
  symlinkSync(path, join(folder, 'link'));
  expect(await inspectPlace(path)).toEqual({ syncedBy: 'Syncthing' });
  expect(await inspectPlace(join(folder, 'link'))).toEqual({ syncedBy: 'Syncthing' });
});

test('a name that only begins like one of theirs is none', async () => {
  const path = made('onedriver', 'data');
  writeFileSync(join(folder, 'dropbox.txt'), '');
  expect(await inspectPlace(path)).toEqual({ syncedBy: null });
});
