import { access, copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runNode } from '../process.ts';
import { at, root } from '../project.ts';
import { writeNotices } from './notices.ts';

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
  const { code } = await runNode([builder, ...own, ...updateArguments(process.env), '--publish=never'], {
    output: 'inherit',
  });
  if (code !== 0) throw new Error(`electron-builder ended with ${code}`);
  const made = (await readdir(output)).filter((name) => installer.test(name) && name !== 'builder-debug.yml');
  if (made.length === 0) throw new Error(`electron-builder left no installer in ${output}`);
  for (const name of made) {
    await copyFile(join(output, name), at('release', name));
    say(`dist   ${at('release', name).slice(root.length + 1)}`);
  }
  return made.map((name) => at('release', name));
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

/** Where the installed program may ask for updates: only where whoever builds it says so, and only over TLS. */
export function updateArguments(env: Environment): string[] {
  const address = env['CLAWDBOT_UPDATE_URL'];
  if (address === undefined || address === '') return [];
  if (URL.parse(address)?.protocol !== 'https:') {
    throw new Error(`CLAWDBOT_UPDATE_URL is ${address}; give an address that begins with https://`);
  }
  return ['-c.publish.provider=generic', `-c.publish.url=${address}`];
}
