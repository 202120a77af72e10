import type { Session } from 'electron';
import { isOwnPage } from './identity.ts';

/** What our page may do beyond being a page: put text on the clipboard. Notices come from the host. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Closes what a page could ask of the machine or of the network. */
export function guardSession(session: Session): void {
  const allows = (permission: string, address: string, isMainFrame: boolean) =>
    granted.has(permission) && isMainFrame && isOwnPage(address);

  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(allows(permission, details.requestingUrl, details.isMainFrame)),
  );
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) =>
    allows(permission, requestingOrigin, details.isMainFrame),
  );
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    // What the page itself has made may be saved; nothing is fetched.
    if (!item.getURL().startsWith('blob:')) event.preventDefault();
  });
  // The page's policy says the same; this also holds for whatever could get around it.
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !isLocal(details.url) }));
}

/** DevTools are part of Chromium, and are only there in a program that runs from its sources. */
const isLocal = (address: string): boolean => isOwnPage(address) || /^(?:blob|data|devtools):/.test(address);
