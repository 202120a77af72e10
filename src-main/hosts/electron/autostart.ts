import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { Electron } from './electron-modules.ts';
import { appId } from './identity.ts';

interface AutostartDeps {
  electron: Pick<Electron, 'app'>;
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** The program to start. */
  program: string;
}

/** Whether the product starts with the user's session, without a window. Null where that would start the wrong program. */
export function createAutostart(deps: AutostartDeps): Host['autostart'] {
  // From sources the program is Electron itself, which would greet the user with a window of its own.
  if (!deps.electron.app.isPackaged) return null;
  return deps.platform === 'linux' ? desktopFile(deps) : loginItem(deps);
}

function loginItem({ electron: { app }, platform, program }: AutostartDeps): NonNullable<Host['autostart']> {
  // Windows compares these when asked, so both calls name the same.
  const which = platform === 'win32' ? { path: program, args: ['--hidden'] } : {};
  return {
    get: async () => {
      const item = app.getLoginItemSettings(which);
      return platform === 'win32' ? item.executableWillLaunchAtLogin : item.openAtLogin;
    },
    set: async (on) => app.setLoginItemSettings({ ...which, openAtLogin: on }),
  };
}

function desktopFile({ env, home, program }: AutostartDeps): NonNullable<Host['autostart']> {
  const folder = join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart');
  const file = join(folder, `${appId}.desktop`);
  return {
    async get() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      // Desktops switch an entry off by writing into it.
      return text !== null && !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)$/m.test(text);
    },
    async set(on) {
      if (!on) return rm(file, { force: true });
      await mkdir(folder, { recursive: true });
      // An AppImage runs from a mount that is gone at the next login; the file itself is what to start.
      await writeFileAtomic(file, entryFor(env['APPIMAGE'] || program), { mode: 0o644 });
    },
  };
}

const entryFor = (program: string): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Clawdbot',
    `Exec=${quoted(program)} --hidden`,
    'Terminal=false',
    '',
  ].join('\n');

/** As the Desktop Entry Specification wants it: quoted, four characters escaped, then the value's own backslashes; % doubled. */
const quoted = (path: string): string =>
  `"${path
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
