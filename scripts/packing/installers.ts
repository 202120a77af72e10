import { access, copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPublicKey } from '../../src-main/hosts/electron/updates/release-notice.ts';
import { runNode } from '../process.ts';
import { at, root } from '../project.ts';
import { writeNotices } from './notices.ts';
import { publicKeyOf, type SigningTarget, signUpdate } from './sign-update.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const builder = at('node_modules/electron-builder/cli.js');
const programs: Partial<Record<NodeJS.Platform, { flag: string; program: string }>> = {
  linux: { flag: '--linux', program: 'electron' },
  win32: { flag: '--win', program: 'electron.exe' },
  darwin: { flag: '--mac', program: 'Electron.app' },
};
const installer = /\.(?:AppImage|deb|rpm|exe|dmg|zip|blockmap|yml)$/;

/**
 * Builds the desktop installers of this platform into release/ and answers them. Where there is no desktop host or no
 * Electron it builds none, and says so; it never downloads one by itself.
 */
export async function buildInstallers(say: (line: string) => void): Promise<string[]> {
  const reason = await whyNone(process.env);
  if (reason !== null) {
    say(`dist   no desktop installers: ${reason}`);
    return [];
  }
  const { flag } = programs[process.platform] ?? {};
  const own = [...(flag ? [flag] : []), `--${process.arch}`, `-c.electronDist=${electronFolder(process.env)}`];
  const output = at('release/desktop');
  await rm(output, { recursive: true, force: true });
  await writeNotices(at('release/notices'));
  const { code } = await runNode([builder, ...own, ...(await updateArguments(process.env)), '--publish=never'], {
    output: 'inherit',
  });
  if (code !== 0) throw new Error(`electron-builder ended with ${code}`);
  const made = (await readdir(output)).filter((name) => installer.test(name) && name !== 'builder-debug.yml');
  if (made.length === 0) throw new Error(`electron-builder left no installer in ${output}`);
  for (const name of made) {
    await copyFile(join(output, name), at('release', name));
    say(`dist   ${at('release', name).slice(root.length + 1)}`);
  }
  const files = made.map((name) => at('release', name));
  const notice = await signUpdate(files, await thisTarget(), {
    env: process.env,
    folder: at('release'),
    nowMs: Date.now(),
  });
  say(
    `dist   ${notice === null ? 'updates are not signed: CLAWDBOT_UPDATE_KEY_FILE names no key' : notice.slice(root.length + 1)}`,
  );
  return notice === null ? files : [...files, notice];
}

async function thisTarget(): Promise<SigningTarget> {
  const { version } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string };
  return { platform: process.platform, arch: process.arch, version } as SigningTarget;
}

/** Why this machine can build no installer, with the remedy; null when it can. */
export async function whyNone(env: Environment): Promise<string | null> {
  const { main } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { main?: string };
  if (main === undefined) return 'this version has no desktop host';
  const known = programs[process.platform];
  if (!known) return `there is no desktop host for ${process.platform}`;
  const folder = electronFolder(env);
  const isThere = await access(join(folder, known.program)).then(
    () => true,
    () => false,
  );
  return isThere
    ? null
    : `there is no Electron in ${folder}; fetch it (npx install-electron) and run this again, or name its folder in ELECTRON_OVERRIDE_DIST_PATH`;
}

/** Electron's own name for where it lies, if not in its package. */
const electronFolder = (env: Environment): string =>
  env['ELECTRON_OVERRIDE_DIST_PATH'] ?? at('node_modules/electron/dist');

/**
 * Where the installed program may ask for updates, and whose signature it believes: only where whoever builds it says
 * both, and only over TLS.
 */
export async function updateArguments(env: Environment): Promise<string[]> {
  const address = env['CLAWDBOT_UPDATE_URL'];
  if (address === undefined || address === '') return [];
  if (URL.parse(address)?.protocol !== 'https:') {
    throw new Error(`CLAWDBOT_UPDATE_URL is ${address}; give an address that begins with https://`);
  }
  const keyFile = env['CLAWDBOT_UPDATE_KEY_FILE'];
  const publicKey = env['CLAWDBOT_UPDATE_PUBLIC_KEY'] || (keyFile ? await publicKeyOf(keyFile) : '');
  if (readPublicKey(publicKey) === null) {
    throw new Error(
      'CLAWDBOT_UPDATE_URL needs whose signature to believe: name the key in CLAWDBOT_UPDATE_KEY_FILE, or its public half in CLAWDBOT_UPDATE_PUBLIC_KEY',
    );
  }
  return [
    '-c.publish.provider=generic',
    `-c.publish.url=${address}`,
    `-c.extraMetadata.updates.feed_url=${address}`,
    `-c.extraMetadata.updates.public_key=${publicKey}`,
  ];
}
