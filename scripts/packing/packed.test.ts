// The desktop product, packed for each system with a stand-in for Electron, and looked into. It shows what is inside and
// how the walls are set; whether Electron runs it, only a machine with Electron can show.
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { extractFile } from '@electron/asar';
import { FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { runNode } from '../process.ts';
import { at, root } from '../project.ts';
import { tryProgram } from '../smoke.ts';
import {
  contentFaults,
  filesOf,
  filesOfOtherContent,
  headerHash,
  missingParts,
  scriptsOf,
  type Target,
} from './content.ts';
import { writeNotices } from './notices.ts';
import { megabytes, missingForPacking, outputOf, type Packed, packDeb, packWithStandIn, sizeOf } from './pack.ts';
import { findSecrets } from './secrets.ts';
import { targets } from './targets.ts';

const missing = await missingForPacking();
const folder = at('release/test');
const nameOf = ({ platform, arch }: Target) => `${platform}-${arch}`;

/** Ours beside Electron: archive, natives, tray pictures, notices. Grows on purpose or not at all. */
const sizeLimit = 10_000_000;
const debLimit = 3_000_000;

let packed: ReadonlyMap<string, Packed>;
/** Of the Linux folder; making a .deb of it adds a file. */
let linuxHashes: Record<string, string>;
let deb: string;

beforeAll(async () => {
  if (missing !== null) return;
  const build = await runNode([at('scripts/build.ts')], { output: 'capture' });
  if (build.code !== 0) throw new Error(build.output);
  await rm(folder, { recursive: true, force: true });
  await writeNotices(at('release/notices'));
  const made: [string, Packed][] = [];
  for (const target of targets)
    made.push([nameOf(target), await packWithStandIn(target, join(folder, nameOf(target)))]);
  packed = new Map(made);
  linuxHashes = await hashesIn(of('linux-x64').folder);
  deb = await packDeb(of('linux-x64'), join(folder, 'linux-x64'));
}, 240_000);

const of = (name: string): Packed => {
  const found = packed.get(name);
  if (!found) throw new Error(`${name} was not packed`);
  return found;
};

/** Leaves a test out, with the reason, where this machine lacks what packing needs. */
function needsTools({ task, skip }: TestContext): void {
  if (missing === null) return;
  Object.assign(task.meta, { leftOut: missing });
  skip();
}

describe.each(targets.map(nameOf))('the package for %s', (name) => {
  test('holds what its list says and nothing else', async (context) => {
    needsTools(context);
    const { resources, target, entry } = of(name);
    const archive = join(resources, 'app.asar');
    expect(contentFaults(filesOf(archive), target, { entry })).toEqual([]);
    expect(JSON.parse(extractFile(archive, 'package.json').toString())).toMatchObject({
      name: 'clawdbot',
      main: entry,
    });

    const beside = (await everyFile(resources)).filter((path) => !/^(?:app\.asar|tray\/|notices\/)/.test(path));
    expect(
      beside.filter(
        (path) => !/^(?:apparmor-profile|package-type|icon\.icns|(?:en|zh_CN)\.lproj\/locale\.pak)$/.test(path),
      ),
    ).toEqual([]);
    expect((await everyFile(join(resources, 'app.asar.unpacked'))).map((path) => path.split('/').at(-1))).toEqual([
      `${target.platform}-${target.arch}.node`,
    ]);
  });

  test('finds in its archive every script that it imports and every thread that it starts', async (context) => {
    needsTools(context);
    const scripts = scriptsOf(join(of(name).resources, 'app.asar'));
    expect([...scripts.values()].join('\n').match(/new Worker\(/g)?.length).toBeGreaterThanOrEqual(2);
    expect(missingParts(scripts)).toEqual([]);
  });

  test('has of Electron only what it needs, in the two languages of the interface', async (context) => {
    needsTools(context);
    const { folder: program, target } = of(name);
    const files = (await everyFile(program)).filter((path) => !path.startsWith('resources/'));
    if (target.platform === 'darwin') {
      const languages = files.flatMap((path) => /(\w+)\.lproj\//.exec(path)?.[1] ?? []);
      expect([...new Set(languages)].sort()).toEqual(['en', 'zh_CN']);
      return;
    }
    const own = target.platform === 'win32' ? ['Clawdbot.exe'] : ['chrome-sandbox', 'clawdbot', 'stand-in-start.mjs'];
    const common = [
      'LICENSE.electron.txt',
      'LICENSES.chromium.html',
      'locales/en-US.pak',
      'locales/zh-CN.pak',
      'version',
    ];
    expect(files).toEqual([...own, ...common].sort());
  });

  test('has its fuses as configured, read back from the program', async (context) => {
    needsTools(context);
    const { program } = of(name);
    const on = FuseState.ENABLE;
    const off = FuseState.DISABLE;
    expect(await getCurrentFuseWire(program)).toMatchObject({
      version: FuseVersion.V1,
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  test('has an archive whose files are as its header says, and that header as the program says', async (context) => {
    needsTools(context);
    const { resources, program, target } = of(name);
    const archive = join(resources, 'app.asar');
    expect(filesOfOtherContent(archive)).toEqual([]);
    // Electron on Linux has no place for it and does not look.
    if (target.platform === 'linux') return;
    const hash = headerHash(archive);
    const holder = target.platform === 'darwin' ? join(program, 'Contents/Info.plist') : program;
    expect((await readFile(holder)).includes(hash)).toBe(true);
  });

  test('brings its tray pictures, its licences and the list of what is inside', async (context) => {
    needsTools(context);
    const { resources } = of(name);
    expect(await everyFile(join(resources, 'tray'))).toEqual(await everyFile(at('build/tray')));
    expect(await everyFile(join(resources, 'notices'))).toEqual([
      'LICENSE.txt',
      'THIRD-PARTY-LICENSES.txt',
      'sbom.cdx.json',
    ]);
    const sbom = JSON.parse(await readFile(join(resources, 'notices/sbom.cdx.json'), 'utf8')) as {
      components: { name: string }[];
    };
    const names = sbom.components.map((component) => component.name);
    expect(names).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'react', 'zod']));
    expect(names).not.toContain('vitest');
  });

  test('holds nothing that looks like a secret', async (context) => {
    needsTools(context);
    const { resources } = of(name);
    const archive = join(resources, 'app.asar');
    const inside = filesOf(archive).map(({ path }) => [path, extractFile(archive, path).toString('latin1')] as const);
    const beside = await Promise.all(
      (await everyFile(resources))
        .filter((path) => path !== 'app.asar')
        .map(async (path) => [path, await readFile(join(resources, path), 'latin1')] as const),
    );
    expect(
      [...inside, ...beside].flatMap(([path, text]) =>
        findSecrets(text).map(({ kind, shown }) => `${path}: ${kind} ${shown}`),
      ),
    ).toEqual([]);
  });

  test(`stays under ${megabytes(sizeLimit)} beside Electron`, async (context) => {
    needsTools(context);
    const size = await sizeOf(of(name).resources);
    console.log(`pack   ${name}: ours beside Electron ${megabytes(size)}`);
    expect(size).toBeLessThan(sizeLimit);
  });
});

test('the program for Windows and the one for macOS carry the icon and the links clawdbot://', async (context) => {
  needsTools(context);
  const plist = await readFile(join(of('darwin-arm64').program, 'Contents/Info.plist'), 'utf8');
  expect(plist).toContain('<string>clawdbot</string>');
  expect(plist).toContain('<string>app.clawdbot.Clawdbot</string>');
  expect(await readFile(join(of('darwin-arm64').resources, 'icon.icns'))).toEqual(
    await readFile(at('build/icon.icns')),
  );
  const ico = await readFile(at('build/icon.ico'));
  const [offset, length] = [ico.readUInt32LE(6 + 5 * 16 + 12), ico.readUInt32LE(6 + 5 * 16 + 8)];
  expect((await readFile(of('win32-x64').program)).includes(ico.subarray(offset, offset + length))).toBe(true);
});

describe('the Debian package', () => {
  test('installs a valid desktop file of reverse-DNS name that opens clawdbot:// links, and an icon of every size', async (context) => {
    needsTools(context);
    const unpacked = join(folder, 'deb');
    await outputOf('dpkg-deb', ['--extract', deb, unpacked]);
    const desktop = join(unpacked, 'usr/share/applications/app.clawdbot.Clawdbot.desktop');
    await outputOf('desktop-file-validate', [desktop]);
    const text = await readFile(desktop, 'utf8');
    expect(text).toMatch(/^MimeType=x-scheme-handler\/clawdbot;$/m);
    expect(text).toMatch(/^StartupWMClass=app\.clawdbot\.Clawdbot$/m);
    expect(text).toMatch(/^GenericName\[zh_CN\]=/m);
    for (const png of await readdir(at('build/icons'))) {
      const installed = join(unpacked, 'usr/share/icons/hicolor', png.replace('.png', ''), 'apps/clawdbot.png');
      expect(await readFile(installed)).toEqual(await readFile(at('build/icons', png)));
    }
  });

  test('says who made it and what it needs, belongs to root, and stays small', async (context) => {
    needsTools(context);
    const control = await outputOf('dpkg-deb', ['--info', deb]);
    expect(control).toMatch(/^ Package: clawdbot$/m);
    expect(control).toMatch(/^ Architecture: amd64$/m);
    expect(control).toMatch(/^ Maintainer: Clawdbot <maintainers@clawdbot\.invalid>$/m);
    expect(control).toMatch(/^ Depends: libc6 \(>= 2\.34\), .*\blibgtk-3-0\b/m);
    const files = (await outputOf('dpkg-deb', ['--contents', deb])).trim().split('\n');
    expect(files.filter((line) => !/^[-d]rw[x-]r-[x-]r-[x-] root\/root /.test(line))).toEqual([]);
    expect(files.join('\n')).toContain('./usr/share/doc/clawdbot/copyright');
    const size = await sizeOf(deb);
    console.log(`pack   ${deb.slice(root.length + 1)}: ${megabytes(size)}`);
    expect(size).toBeLessThan(debLimit);
  });
});

test('packed twice, the same files come out with the same content', async (context) => {
  needsTools(context);
  const again = await packWithStandIn({ platform: 'linux', arch: 'x64' }, join(folder, 'again'));
  expect(await hashesIn(again.folder)).toEqual(linuxHashes);
});

describe('the Windows uninstaller', () => {
  test('compiles with what it asks about the data, in both languages, warnings being errors', async (context) => {
    needsTools(context);
    const script = join(folder, 'uninstaller.nsi');
    await writeFile(script, nsisAround(at('build/installer.nsh')));
    await outputOf('makensis', ['-WX', '-V2', '-INPUTCHARSET', 'UTF8', script]);
    const text = await readFile(at('build/installer.nsh'), 'utf8');
    // Silence, Escape and the first key that comes to hand all mean: keep.
    expect(text.match(/MB_DEFBUTTON2 .* \/SD IDNO /g)).toHaveLength(2);
    expect(text).toContain('Delete your data as well?');
    expect(text).toContain('是否同时删除您的数据？');
  });
});

describe('the packed Linux product', () => {
  test('starts, answers for its health, shows its page, and ends in order', async (context) => {
    needsTools(context);
    const { readyMs } = await tryProgram([of('linux-x64').program], join(folder, 'data'), {
      cwd: root,
      path: process.env['PATH'] ?? '',
    });
    expect(readyMs).toBeLessThan(20_000);
  });

  test('starts as well from where the Debian package puts it, by what its desktop file names', async (context) => {
    needsTools(context);
    const installed = join(folder, 'deb-started');
    await outputOf('dpkg-deb', ['--extract', deb, installed]);
    const desktop = await readFile(join(installed, 'usr/share/applications/app.clawdbot.Clawdbot.desktop'), 'utf8');
    const named = /^Exec=(\S+)/m.exec(desktop)?.[1] ?? '';
    expect(named).toBe('/opt/Clawdbot/clawdbot');
    await tryProgram([join(installed, named)], join(folder, 'deb-data'), {
      cwd: root,
      path: process.env['PATH'] ?? '',
    });
  });
});

/** The least installer that takes our part of the uninstaller, with what electron-builder defines for it. */
const nsisAround = (part: string): string => `
Unicode true
!include "LogicLib.nsh"
!macro _isUpdated _a _b _t _f
  StrCmp "$CMDLINE" "--updated" \`\${_t}\` \`\${_f}\`
!macroend
!define isUpdated \`"" isUpdated ""\`
!include "${part}"
OutFile "${join(folder, 'clawdbot-trial.exe')}"
InstallDir "$TEMP\\clawdbot"
Section
  WriteUninstaller "$INSTDIR\\uninstall.exe"
SectionEnd
Section "Uninstall"
  !insertmacro customUnInstall
SectionEnd
`;

async function everyFile(from: string): Promise<string[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

async function hashesIn(from: string): Promise<Record<string, string>> {
  const paths = await everyFile(from);
  const hashes = paths.map(
    async (path) =>
      [
        path,
        createHash('sha256')
          .update(await readFile(join(from, path)))
          .digest('hex'),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(hashes));
}
