// The headless product of this platform as one folder that needs nothing from the machine, and as an archive of it; and
// where an Electron for it is there, the desktop installers.
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeChecksums } from './packing/checksums.ts';
import { buildInstallers } from './packing/installers.ts';
import { writeNotices } from './packing/notices.ts';
import { findSecrets } from './packing/secrets.ts';
import { brokenLinks, copyPages } from './pages.ts';
import { endChildrenOnSignal, run, runNode, seconds } from './process.ts';
import { at, requireNode24, root } from './project.ts';
import { smokeTest } from './smoke.ts';

const isWindows = process.platform === 'win32';

requireNode24();
endChildrenOnSignal();
try {
  await pack();
} catch (error) {
  console.error(`dist   FAILED: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function pack(): Promise<void> {
  const build = await runNode([at('scripts/build.ts')], { output: 'inherit' });
  if (build.code !== 0) throw new Error('the build failed');

  const { version } = JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string };
  const name = `clawdbot-${version}-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const folder = at('release', name);
  await rm(folder, { recursive: true, force: true });
  await fill(folder, version);
  console.log(`dist   ${folder.slice(root.length + 1)}`);

  const archive = at('release', `${name}.tar.gz`);
  const tar = await run('tar', ['-czf', archive, '-C', at('release'), name], { output: 'capture' });
  if (tar.code !== 0) throw new Error(`tar: ${tar.output.trim()}`);
  console.log(`dist   ${archive.slice(root.length + 1)}, ${((await stat(archive)).size / 1e6).toFixed(1)} MB`);

  await tryOut(archive, name);

  const installers = await buildInstallers(console.log);
  const sums = await writeChecksums(at('release'), [archive, ...installers]);
  console.log(`dist   ${sums.slice(root.length + 1)} has the checksums of ${1 + installers.length} file(s)`);
}

async function fill(folder: string, version: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await cp(at('dist/main'), join(folder, 'dist/main'), { recursive: true });
  await cp(at('dist/renderer'), join(folder, 'dist/renderer'), { recursive: true });
  await copySqlite(join(folder, 'node_modules/better-sqlite3'));
  await copyNode(join(folder, 'bin'));
  await copyFile(at('bin/clawdbot.mjs'), join(folder, 'bin/clawdbot.mjs'));
  await writeLauncher(folder);
  // Node reads from here that the .js files are modules; the product reads its version.
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'clawdbot', version, license: 'MIT', private: true, type: 'module' }, null, 2)}\n`,
  );
  await cp(at('packaging/systemd/clawdbot.service'), join(folder, 'clawdbot.service'));
  await cp(at('packaging/proxy'), join(folder, 'proxy'), { recursive: true });
  await bringPages(folder);
  await writeNotices(at('release/notices'));
  for (const notice of ['THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json']) {
    await copyFile(at('release/notices', notice), join(folder, notice));
  }
  await refuseSecrets(folder);
}

/** The last look before something leaves this machine. Node's own binary is not ours to search. */
async function refuseSecrets(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile() && !/^node(?:\.exe)?$/.test(each.name))) {
    const file = join(entry.parentPath, entry.name);
    const [secret] = findSecrets(await readFile(file, 'latin1'));
    if (secret) throw new Error(`${file} holds what looks like a ${secret.kind}: ${secret.shown}; take it out`);
  }
}

async function bringPages(folder: string): Promise<void> {
  const { files, bytes } = await copyPages(root, folder);
  const broken = (await Promise.all(['README.md', 'README.zh-CN.md'].map((page) => brokenLinks(folder, page)))).flat();
  if (broken.length > 0) throw new Error(`links that lead nowhere in the package: ${[...new Set(broken)].join(', ')}`);
  console.log(`dist   ${files} pages and pictures, ${(bytes / 1e6).toFixed(1)} MB`);
}

/** The package without its sources, which are 10 MB, and with the one binary that this platform loads. */
async function copySqlite(to: string): Promise<void> {
  const from = at('node_modules/better-sqlite3');
  await cp(join(from, 'lib'), join(to, 'lib'), { recursive: true });
  await mkdir(join(to, 'prebuilds'));
  for (const file of ['package.json', 'LICENSE', `prebuilds/${sqlitePlatform()}-${process.arch}.node`]) {
    await copyFile(join(from, file), join(to, file));
  }
}

function sqlitePlatform(): string {
  if (process.platform !== 'linux') return process.platform;
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime ? 'linux' : 'linuxmusl';
}

/** The Node that runs this script is the pinned one; its licence lies two folders up in the package that brings it. */
async function copyNode(to: string): Promise<void> {
  const node = join(to, isWindows ? 'node.exe' : 'node');
  await copyFile(process.execPath, node);
  await chmod(node, 0o755);
  await copyIfThere(join(process.execPath, '../../LICENSE'), join(to, 'node-LICENSE.txt'));
}

async function writeLauncher(folder: string): Promise<void> {
  const launcher = join(folder, isWindows ? 'clawdbot.cmd' : 'clawdbot');
  const script = isWindows
    ? '@"%~dp0bin\\node.exe" "%~dp0bin\\clawdbot.mjs" %*\r\n'
    : '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/bin/node" "$here/bin/clawdbot.mjs" "$@"\n';
  await writeFile(launcher, script, { mode: 0o755 });
}

/** Unpacks the archive elsewhere, so that nothing of this checkout can help it, and starts it. */
async function tryOut(archive: string, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-dist-'));
  try {
    const tar = await run('tar', ['-xzf', archive, '-C', folder], { output: 'capture' });
    if (tar.code !== 0) throw new Error(`${basename(archive)} does not unpack: ${tar.output.trim()}`);
    const { readyMs } = await smokeTest(join(folder, name), join(folder, 'data'));
    console.log(
      `dist   the unpacked copy was ready after ${seconds(readyMs)}, answered its health check and ended with 0`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
