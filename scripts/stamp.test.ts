import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildPart, isFresh, type Part } from './stamp.ts';

let folder: string;
let part: Part;
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const build = () => buildPart(part, () => write('built.js', 'built'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-stamp-'));
  await mkdir(join(folder, 'src'));
  await write('src/a.ts', 'a');
  part = { inputs: [join(folder, 'src')], outputs: [join(folder, 'built.js')], stamp: join(folder, 'stamps/part') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what was built once is built again only when a source changed', async () => {
  expect(await isFresh(part)).toBe(false);
  await build();
  expect(await isFresh(part)).toBe(true);

  await utimes(join(folder, 'src/a.ts'), new Date(0), new Date(0));
  expect(await isFresh(part)).toBe(true);
  await write('src/a.test.ts', 'a test');
  expect(await isFresh(part)).toBe(true);

  await write('src/a.ts', 'b');
  expect(await isFresh(part)).toBe(false);
});

test('a new, a removed and a renamed source count as changes', async () => {
  await build();
  await write('src/b.ts', 'b');
  expect(await isFresh(part)).toBe(false);
  await build();
  await rm(join(folder, 'src/b.ts'));
  expect(await isFresh(part)).toBe(false);
  await build();
  await rm(join(folder, 'src/a.ts'));
  await write('src/c.ts', 'a');
  expect(await isFresh(part)).toBe(false);
});

test('a deleted output is built again', async () => {
  await build();
  await rm(join(folder, 'built.js'));
  expect(await isFresh(part)).toBe(false);
});

test('a build that failed or wrote nothing does not count', async () => {
  await build();
  await expect(buildPart(part, () => Promise.reject(new Error('syntax error')))).rejects.toThrow('syntax error');
  expect(await isFresh(part)).toBe(false);

  await rm(join(folder, 'built.js'));
  await expect(buildPart(part, () => Promise.resolve())).rejects.toThrow('did not write');
  expect(await isFresh(part)).toBe(false);
});

test('a source saved while the build runs is built the next time', async () => {
  await buildPart(part, async () => {
    await write('built.js', 'built');
    await write('src/a.ts', 'saved meanwhile');
  });
  expect(await isFresh(part)).toBe(false);
});
