import type { Electron } from '../electron-modules.ts';
import type { AskFeed } from './fetch-notice.ts';

/**
 * Beside electron-updater the one call that does not go through `foundation/egress`, which calls without a proxy: docs/adr/0018.
 * It asks in a session of its own: that of the pages reaches nothing but our page, and this one holds no page, no
 * cookie and no cache. Chromium's network knows the system's proxy, which Node's does not.
 */
export const askFeed =
  ({ session }: Pick<Electron, 'session'>): AskFeed =>
  (url, init) =>
    session.fromPartition('updates', { cache: false }).fetch(url, init);
