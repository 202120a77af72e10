import type { Host, SecretStore } from '../../core/foundation/host.ts';
import type { Electron } from './electron-modules.ts';

/** The desktop, as the core sees it. */
export function createElectronHost({
  electron: { shell },
  ...parts
}: {
  electron: Pick<Electron, 'shell'>;
  secrets: SecretStore;
  autostart: Host['autostart'];
  notify: Host['notify'];
  openExternal: Host['openExternal'];
  confirm: Host['confirm'];
}): Host {
  return {
    kind: 'electron',
    ...parts,
    revealFile: async (path) => shell.showItemInFolder(path),
  };
}
