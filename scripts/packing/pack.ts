import { access, readdir, readFile, rm, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run, runNode } from '../process.ts';
import { at } from '../project.ts';
import type { Target } from './content.ts';
import { writeNotices } from './notices.ts';
import { makeStandIn } from './stand-in.ts';

const builder = at('node_modules/electron-builder/cli.js');
const flags = { linux: '--linux', win32: '--win', darwin: '--mac' } as const;

export interface Packed {
  target: Target;
  /** Where the program lies. */
  folder: string;
  /** Where its archive lies. */
  resources: string;
  /** What the fuses are in. */
  program: string;
  entry: string;
}

/** The script that Electron starts; while there is no desktop host, the headless one stands in its place. */
export async function entryOf(): Promise<string> {
  const { main } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { main?: string };
  return main ?? 'dist/main/headless.js';
}

/** Packs the product as built for one system into a folder under `to`, with the stand-in for Electron. */
export async function packWithStandIn(target: Target, to: string): Promise<Packed> {
  const electronDist = join(to, 'electron');
  await rm(to, { recursive: true, force: true });
  await makeStandIn(target.platform, electronDist);
  const entry = await entryOf();
  await build([
    flags[target.platform],
    'dir',
    `--${target.arch}`,
    `-c.electronDist=${electronDist}`,
    `-c.directories.output=${to}`,
    `-c.extraMetadata.main=${entry}`,
  ]);
  await rm(electronDist, { recursive: true });
  return { target, entry, ...(await placesIn(to, target)) };
}

/** The product as built, packed for this machine, which has to run Linux: elsewhere the stand-in starts nothing. */
export async function packToTryOut(to: string): Promise<Packed> {
  if (process.platform !== 'linux') throw new Error('the packed product is tried out on Linux only');
  await writeNotices(at('release/notices'));
  return packWithStandIn({ platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64' }, to);
}

async function placesIn(to: string, { platform }: Target): Promise<Pick<Packed, 'folder' | 'resources' | 'program'>> {
  const names = await readdir(to, { withFileTypes: true });
  const made = names.find((each) => each.isDirectory() && /unpacked$|^mac/.test(each.name))?.name;
  if (made === undefined) throw new Error(`electron-builder left nothing in ${to}`);
  const folder = join(to, made);
  if (platform === 'darwin') {
    const app = join(folder, 'Clawdbot.app');
    return { folder: app, resources: join(app, 'Contents/Resources'), program: app };
  }
  const program = join(folder, platform === 'win32' ? 'Clawdbot.exe' : 'clawdbot');
  return { folder, resources: join(folder, 'resources'), program };
}

/** A real .deb of a packed Linux folder; dpkg-deb makes it in place of fpm, which would have to be downloaded. */
export async function packDeb({ folder, target, entry }: Packed, to: string): Promise<string> {
  const sevenZip = await programIn('7za');
  if (sevenZip === null) throw new Error('7za is missing; install it (Debian: apt-get install p7zip-full)');
  await build(
    [
      '--linux',
      'deb',
      `--${target.arch}`,
      `--prepackaged=${folder}`,
      `-c.directories.output=${to}`,
      `-c.extraMetadata.main=${entry}`,
    ],
    { CUSTOM_FPM_PATH: at('scripts/packing/fpm-stand-in.ts'), ELECTRON_BUILDER_7ZIP_PATH: sevenZip },
  );
  const deb = (await readdir(to)).find((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new Error(`electron-builder left no .deb in ${to}`);
  return join(to, deb);
}

async function build(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { code, output } = await runNode([builder, ...args, '--publish=never'], {
    output: 'capture',
    // Whatever signing keys this machine has, a trial is not signed with them.
    env: { CSC_IDENTITY_AUTO_DISCOVERY: 'false', ...env },
  });
  if (code !== 0) throw new Error(`electron-builder ${args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
}

/** The full path of a program of this machine, or null. */
export async function programIn(name: string, path = process.env['PATH'] ?? ''): Promise<string | null> {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const file = join(folder, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

/** Everything the packing checks need from this machine and do not find, in one sentence; null when all is there. */
export async function missingForPacking(): Promise<string | null> {
  const needed = {
    '7za': 'p7zip-full',
    'dpkg-deb': 'dpkg',
    'desktop-file-validate': 'desktop-file-utils',
    makensis: 'nsis',
  };
  const missing: string[] = [];
  for (const [program, debian] of Object.entries(needed)) {
    if ((await programIn(program)) === null) missing.push(`${program} (Debian: ${debian})`);
  }
  return missing.length === 0 ? null : `packing is tried out with ${missing.join(', ')}, which this machine lacks`;
}

export async function sizeOf(path: string): Promise<number> {
  const info = await stat(path);
  if (!info.isDirectory()) return info.size;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What a program says on standard output; throws with all it said when it fails. */
export async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const { code, output } = await run(program, args, { output: 'capture' });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
