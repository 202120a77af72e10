import type { WebContents } from 'electron';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import { isOwnPage } from './identity.ts';

interface WallDeps {
  electron: Pick<Electron, 'app'>;
  /** Offers an address to the person, who may open it elsewhere. */
  offer(address: string): void;
  logger: Logger;
}

/** Keeps everything that shows pages on our own page, whoever made it and whenever. */
export function guardContents({ electron: { app }, offer, logger }: WallDeps): void {
  app.on('web-contents-created', (_event, contents) => guard(contents));

  function guard(contents: WebContents): void {
    contents.on('will-navigate', (event) => {
      if (isOwnPage(event.url)) return;
      event.preventDefault();
      offer(event.url);
    });
    contents.on('will-frame-navigate', (event) => {
      // The page has no frames; one that appears was smuggled in.
      if (!event.isMainFrame) refuse(event, 'frame');
    });
    contents.on('will-redirect', (event) => {
      if (!isOwnPage(event.url)) refuse(event, 'redirect');
    });
    contents.on('will-attach-webview', (event) => refuse(event, 'webview'));
    contents.setWindowOpenHandler(({ url }) => {
      offer(url);
      return { action: 'deny' };
    });
  }

  function refuse(event: { preventDefault(): void }, what: string): void {
    event.preventDefault();
    // Never the address: it may hold what a person wrote.
    logger.warn('desktop.refused', { what });
  }
}
