// A stand-in for Electron's own files, so that packing can be tried and looked into where no Electron can be downloaded.
// It has what electron-builder reads and changes, and nothing that runs; only the Linux one starts something: the
// headless product out of the packed archive, on the Node that is there.
import { appendFile, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { at } from '../project.ts';

export type Platform = 'linux' | 'win32' | 'darwin';

/** The fuse wire as Electron 45 ships it: sentinel, version 1, nine fuses, each at its default. */
const wire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);
const languages = ['en-US', 'zh-CN', 'de'];
const macLanguages = ['en', 'zh_CN', 'de'];

export async function makeStandIn(platform: Platform, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const { version } = JSON.parse(await readFile(at('node_modules/electron/package.json'), 'utf8')) as {
    version: string;
  };
  const put = filesIn(folder);
  await put('version', version);
  await put('LICENSE', 'stand-in\n');
  await put('LICENSES.chromium.html', 'stand-in\n');
  if (platform === 'darwin') return putMac(folder, put, version);
  await mkdir(join(folder, 'resources'));
  for (const language of languages) await put(`locales/${language}.pak`, '');
  if (platform === 'win32') return putWindows(folder);
  await put('chrome-sandbox', '', 0o755);
  await put('electron', Buffer.concat([Buffer.from(linuxProgram), wire, Buffer.from('\n')]), 0o755);
  await copyFile(at('scripts/packing/stand-in-start.mjs'), join(folder, 'stand-in-start.mjs'));
}

type Put = (path: string, content: string | Buffer, mode?: number) => Promise<void>;

const filesIn =
  (folder: string): Put =>
  async (path, content, mode = 0o644) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode });
  };

// The shell stops reading at `exit`, so the wire may follow as it is.
const linuxProgram = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec node "$here/stand-in-start.mjs" "$@"
exit
`;

/** electron-builder writes version, icon and the archive's hash into the program, so it has to be a real one. */
async function putWindows(folder: string): Promise<void> {
  const program = join(folder, 'electron.exe');
  await copyFile(at('node_modules/electron-winstaller/vendor/7z-x64.exe'), program);
  await appendFile(program, wire);
}

async function putMac(folder: string, put: Put, version: string): Promise<void> {
  const contents = 'Electron.app/Contents';
  const framework = `${contents}/Frameworks/Electron Framework.framework`;
  await put(`${contents}/Info.plist`, plist({ CFBundleName: 'Electron', ...bundle('Electron', version) }));
  await put(`${contents}/MacOS/Electron`, '#!/bin/sh\n', 0o755);
  await put(`${contents}/Resources/electron.icns`, '');
  for (const language of macLanguages) {
    await put(`${contents}/Resources/${language}.lproj/locale.pak`, '');
    await put(`${framework}/Versions/A/Resources/${language}.lproj/locale.pak`, '');
  }
  // One version, and links to it, as in every framework.
  await put(`${framework}/Versions/A/Electron Framework`, wire);
  await symlink('A', join(folder, framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources']) {
    await symlink(`Versions/Current/${name}`, join(folder, framework, name));
  }
  for (const kind of ['', ' (Renderer)', ' (GPU)', ' (Plugin)']) {
    const helper = `Electron Helper${kind}`;
    await put(`${contents}/Frameworks/${helper}.app/Contents/Info.plist`, plist(bundle(helper, version)));
    await put(`${contents}/Frameworks/${helper}.app/Contents/MacOS/${helper}`, '#!/bin/sh\n', 0o755);
  }
}

const bundle = (program: string, version: string): Record<string, string> => ({
  CFBundleExecutable: program,
  CFBundleIdentifier: 'com.github.Electron',
  CFBundleVersion: version,
  CFBundleIconFile: 'electron.icns',
});

const plist = (entries: Record<string, string>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${Object.entries(entries)
    .map(([key, value]) => `<key>${key}</key><string>${value}</string>`)
    .join('')}</dict></plist>\n`;
