// Signs what an installed program may update to. The key comes from a file outside the repository:
//   openssl genpkey -algorithm ed25519 -out update-key.pem && chmod 600 update-key.pem
// `npm run dist` signs by itself when CLAWDBOT_UPDATE_KEY_FILE names it; this signs again what expires:
//   CLAWDBOT_UPDATE_KEY_FILE=update-key.pem node scripts/packing/sign-update.ts release/*.AppImage release/*.deb
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { appId } from '../../src-main/hosts/electron/identity.ts';
import {
  noticeName,
  type Release,
  signRelease,
  writePublicKey,
} from '../../src-main/hosts/electron/updates/release-notice.ts';
import { at } from '../project.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a program of each system can install by itself. */
const updatable = {
  linux: /\.(?:AppImage|deb|rpm)$/,
  win32: /-setup-[\w-]+\.exe$/,
  darwin: /\.zip$/,
} as const;
const validDays = 90;
const Notes = z.strictObject({ en: z.string(), 'zh-CN': z.string() });

export interface SigningTarget {
  platform: keyof typeof updatable;
  arch: 'x64' | 'arm64';
  version: string;
}

/** Writes the notice for these files into `folder` and answers where; null where no key was given, or nothing to sign. */
export async function signUpdate(
  files: readonly string[],
  { platform, arch, version }: SigningTarget,
  { env, folder, nowMs }: { env: Environment; folder: string; nowMs: number },
): Promise<string | null> {
  const keyFile = env['CLAWDBOT_UPDATE_KEY_FILE'];
  const mine = files.filter((file) => updatable[platform].test(file));
  if (!keyFile || mine.length === 0) return null;
  const release: Release = {
    app_id: appId,
    version,
    channel: version.includes('-') ? 'beta' : 'stable',
    platform,
    arch,
    released_at: new Date(nowMs).toISOString(),
    expires_at: new Date(nowMs + validDays * 86_400_000).toISOString(),
    files: await Promise.all(mine.map(describe)),
    notes: await readNotes(env['CLAWDBOT_UPDATE_NOTES']),
  };
  const notice = join(folder, noticeName(release));
  await writeFile(notice, signRelease(release, await readKey(keyFile)));
  return notice;
}

/** The key's other half, as a package has to know it. */
export async function publicKeyOf(keyFile: string): Promise<string> {
  return writePublicKey(createPublicKey(await readKey(keyFile)));
}

async function readKey(file: string): Promise<KeyObject> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Error(`${file} can be read by others; run: chmod 600 ${file}`);
  const key = createPrivateKey(await readFile(file));
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(
      `${file} is a key of the kind ${key.asymmetricKeyType}; make one with: openssl genpkey -algorithm ed25519`,
    );
  return key;
}

async function readNotes(file: string | undefined): Promise<Release['notes']> {
  if (!file) return { en: '', 'zh-CN': '' };
  return Notes.parse(JSON.parse(await readFile(file, 'utf8')));
}

async function describe(file: string): Promise<Release['files'][number]> {
  const hash = createHash('sha512');
  // Installers are too large to be held in memory whole.
  await pipeline(createReadStream(file), hash);
  return { name: basename(file), size: (await stat(file)).size, sha512: hash.digest('base64') };
}

if (import.meta.main) {
  const { version } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string };
  const target = { platform: process.platform, arch: process.arch, version } as SigningTarget;
  const files = process.argv.slice(2);
  const notice = await signUpdate(files, target, { env: process.env, folder: at('release'), nowMs: Date.now() });
  if (notice === null) {
    console.error('sign   nothing signed: name the installers of this system, and the key in CLAWDBOT_UPDATE_KEY_FILE');
    process.exitCode = 1;
  } else console.log(`sign   ${notice}, for 90 days`);
}
