import type { Host, SecretStore } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';

/** The host without a desktop: what would open a window becomes a line in the log, and nobody can be asked. */
export function createHeadlessHost({ secrets, logger }: { secrets: SecretStore; logger: Logger }): Host {
  return {
    kind: 'headless',
    secrets,
    autostart: null,
    notify: ({ title }) => logger.info('host.notice', { title }),
    openExternal: async (url) => logger.info('host.link', { host: new URL(url).host }),
    revealFile: async (path) => logger.info('host.file', { path }),
    confirm: async () => false,
  };
}
