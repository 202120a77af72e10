import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPublicKey, readRelease } from '../../src-main/hosts/electron/updates/release-notice.ts';
import { publicKeyOf, type SigningTarget, signUpdate } from './sign-update.ts';

const nowMs = Date.parse('2026-11-25T08:00:00Z');
const target: SigningTarget = { platform: 'linux', arch: 'x64', version: '1.1.0' };
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-sign-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const file = join(folder, 'key.pem');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  env = { CLAWDBOT_UPDATE_KEY_FILE: file };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function installers(...names: string[]): Promise<string[]> {
  const files = names.map((name) => join(folder, name));
  for (const file of files) await writeFile(file, `content of ${basename(file)}`);
  return files;
}

test('what is signed is what an installed program reads, with every file it can install', async () => {
  const notes = join(folder, 'notes.json');
  await writeFile(notes, '{"en":"Better.","zh-CN":"更好。"}');
  const files = await installers(
    'Clawdbot-1.1.0.AppImage',
    'Clawdbot-1.1.0.deb',
    'clawdbot-1.1.0.tar.gz',
    'SHA256SUMS',
  );
  const notice = await signUpdate(files, target, { env: { ...env, CLAWDBOT_UPDATE_NOTES: notes }, folder, nowMs });
  expect(basename(notice ?? '')).toBe('release-stable-linux-x64.json');
  const key = readPublicKey(await publicKeyOf(env['CLAWDBOT_UPDATE_KEY_FILE'] ?? ''));
  if (!key || !notice) throw new Error('nothing was signed');
  const release = readRelease(await readFile(notice, 'utf8'), key, {
    appId: 'app.clawdbot.Clawdbot',
    version: '1.0.0',
    channel: 'stable',
    platform: 'linux',
    arch: 'x64',
    nowMs: nowMs + 89 * 86_400_000,
  });
  expect(release?.files.map(({ name }) => name)).toEqual(['Clawdbot-1.1.0.AppImage', 'Clawdbot-1.1.0.deb']);
  expect(release?.notes).toEqual({ en: 'Better.', 'zh-CN': '更好。' });
});

test('a version before a release goes to the channel for those who want one', async () => {
  const files = await installers('Clawdbot-1.1.0-beta.1-setup-x64.exe', 'Clawdbot-1.1.0-beta.1-portable-x64.exe');
  const beta: SigningTarget = { platform: 'win32', arch: 'x64', version: '1.1.0-beta.1' };
  const notice = await signUpdate(files, beta, { env, folder, nowMs });
  expect(basename(notice ?? '')).toBe('release-beta-win32-x64.json');
  expect(await readFile(notice ?? '', 'utf8')).not.toContain('portable');
});

test('without a key nothing is signed, and a key that others can read is refused', async () => {
  const files = await installers('Clawdbot-1.1.0.AppImage');
  expect(await signUpdate(files, target, { env: {}, folder, nowMs })).toBeNull();
  await chmod(env['CLAWDBOT_UPDATE_KEY_FILE'] ?? '', 0o644);
  await expect(signUpdate(files, target, { env, folder, nowMs })).rejects.toThrow('chmod 600');
});

test('a key of another kind is refused', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(env['CLAWDBOT_UPDATE_KEY_FILE'] ?? '', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const files = await installers('Clawdbot-1.1.0.AppImage');
  await expect(signUpdate(files, target, { env, folder, nowMs })).rejects.toThrow('ed25519');
});
