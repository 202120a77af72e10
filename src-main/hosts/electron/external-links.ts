import type { Host } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';

interface LinkDeps {
  electron: Pick<Electron, 'shell'>;
  confirm: Host['confirm'];
  text: DesktopText;
  logger: Logger;
}

const longestAddress = 2048;

/** Hands an address to the system's browser or mail program, after the person has seen where it leads. */
export function createExternalLinks({ electron: { shell }, confirm, text, logger }: LinkDeps): Host['openExternal'] {
  return async (address) => {
    const url = address.length <= longestAddress ? URL.parse(address) : null;
    // Every other scheme starts some program: file, smb, ms-msdt and whatever was installed. A name before the @ hides the host.
    const isMail = url?.protocol === 'mailto:';
    if (!url || !(isMail || url.protocol === 'https:') || url.username || url.password) {
      logger.warn('desktop.link_refused', { scheme: url?.protocol ?? 'none' });
      return;
    }
    const title = text(isMail ? 'link.mail' : 'link.title');
    const where = isMail ? url.pathname : `${url.host}\n\n${url.href}`;
    if (await confirm({ title, detail: where, action: text('link.open') })) await shell.openExternal(url.href);
  };
}
