import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeChecksums } from './checksums.ts';
import { updateArguments, whyNone } from './installers.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-installers-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a package built without an update address has none to ask', async () => {
  expect(await updateArguments({})).toEqual([]);
  expect(await updateArguments({ CLAWDBOT_UPDATE_URL: '' })).toEqual([]);
});

test('an update address is taken over TLS and with a key, and refused without either', async () => {
  const address = 'https://updates.clawdbot.invalid/stable';
  const key = Buffer.alloc(32, 7).toString('base64');
  const given = await updateArguments({ CLAWDBOT_UPDATE_URL: address, CLAWDBOT_UPDATE_PUBLIC_KEY: key });
  expect(given).toContain(`-c.publish.url=${address}`);
  expect(given).toContain(`-c.extraMetadata.updates.public_key=${key}`);
  for (const bad of ['http://updates.clawdbot.invalid', 'file:///tmp/updates', 'updates']) {
    await expect(updateArguments({ CLAWDBOT_UPDATE_URL: bad, CLAWDBOT_UPDATE_PUBLIC_KEY: key })).rejects.toThrow(
      'https://',
    );
  }
  for (const bad of ['', 'abc', `${key}A`]) {
    await expect(updateArguments({ CLAWDBOT_UPDATE_URL: address, CLAWDBOT_UPDATE_PUBLIC_KEY: bad })).rejects.toThrow(
      'signature',
    );
  }
});

test('where no installer can be built, the reason says what is missing', async () => {
  expect(await whyNone({ ELECTRON_OVERRIDE_DIST_PATH: folder })).toMatch(
    /no desktop host|no Electron in .*install-electron/,
  );
});

test('checksums are those of the files, sorted, as sha256sum reads them', async () => {
  const files = ['b.deb', 'a.tar.gz'].map((name) => join(folder, name));
  for (const file of files) await writeFile(file, `content of ${file}`);
  const sums = await readFile(await writeChecksums(folder, files), 'utf8');
  expect(sums.split('\n').map((line) => line.slice(66))).toEqual(['a.tar.gz', 'b.deb', '']);
  expect(sums).toContain(createHash('sha256').update(`content of ${files[1]}`).digest('hex'));
});
