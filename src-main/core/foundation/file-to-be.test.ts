import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileToBe } from './file-to-be.ts';

const { link } = files;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-file-to-be-'));
  path = join(folder, 'all.bin');
});
afterEach(() => {
  files.link = link;
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true, force: true });
});

/** As exFAT answers, and what many a stick has. */
function withoutLinks(): void {
  files.link = () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM' }));
  syncBuiltinESMExports();
}

for (const disk of ['with links', 'without links']) {
  test(`on a disk ${disk} a file is whole under its name, or not there`, async () => {
    if (disk === 'without links') withoutLinks();
    const file = await openFileToBe(path, { overwrite: false });
    await file.write(Buffer.from([1, 2]));
    await file.write('text');
    expect(readdirSync(folder)).not.toContain('all.bin');
    await file.keep();
    expect(readFileSync(path, 'latin1')).toBe('\u0001\u0002text');
    expect(readdirSync(folder)).toEqual(['all.bin']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test(`on a disk ${disk} what came in between stays what it is`, async () => {
    if (disk === 'without links') withoutLinks();
    const file = await openFileToBe(path, { overwrite: false });
    writeFileSync(path, 'of somebody else');
    await expect(file.keep()).rejects.toMatchObject({ code: 'EEXIST' });
    await file.drop();
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');
    expect(readdirSync(folder)).toEqual(['all.bin']);
  });
}

test('what a killed process left of the same file is cleared away, and what another one writes is not', async () => {
  const dead = join(folder, '.all.bin.99999999.0123456789ab.tmp');
  writeFileSync(dead, 'half');
  const one = await openFileToBe(path, { overwrite: true });
  const two = await openFileToBe(path, { overwrite: true });
  await one.keep();
  await two.keep();
  expect(readdirSync(folder)).toEqual(['all.bin']);
});
