import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type AppRouter, createRouter, servicesOf } from '../../api/index.ts';
import { type App, createApp } from '../../core/app.ts';
import { isAppError } from '../../core/foundation/app-error.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { createWeb, type Web, type WebAddress } from '../../transports/index.ts';
import type { OpenFolder } from './open-folder.ts';
import { version } from './version.ts';

/** A supervisor that waits ten seconds still sees an orderly end. */
const drainMs = 5_000;

export interface Product {
  app: App;
  router: AppRouter;
  /** Opens the ports of the configuration. @throws AppError PORT_IN_USE or LISTEN_REFUSED */
  listen(): Promise<WebAddress>;
  /** Begins the work; from here on the start is on its way to being a good one. */
  start(): Promise<void>;
  /** Adds a sentence to what the status screen shows, and to the log. */
  warn(warning: string): void;
  /** Closes the door, lets running requests end, hands back what is not finished. `error` is what it ends by, if any. */
  stop(error?: unknown): Promise<void>;
}

/** The whole product on an open folder, as every host runs it. It takes messages after `listen` and works after `start`. */
export async function openProduct({
  folder,
  host,
  logger,
}: {
  folder: OpenFolder;
  host: Host;
  logger: Logger;
}): Promise<Product> {
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    logger.warn('start.warning', { warning });
  };
  for (const warning of folder.warnings) warn(warning);

  const app = await createApp({
    ...folder,
    warnings,
    tokenKey: await readFile(folder.tokenKeyFile),
    version,
    logger,
    host,
  }).catch(async (error: unknown) => {
    await folder.start.ended(error);
    throw error;
  });
  const router = createRouter(servicesOf(app));
  const web = createWeb(await webDeps(app, router, folder));
  app.onRevoked((tokenId) => web.closeSocketsOf(tokenId));

  return {
    app,
    router,
    warn,
    listen: () => listen(web, folder, warn),
    async start() {
      await app.start();
      folder.start.isUp();
    },
    async stop(error) {
      await web.close({ drainMs });
      await folder.start.ended(error);
      await app.stop();
    },
  };
}

async function webDeps(app: App, router: AppRouter, { config }: OpenFolder): Promise<Parameters<typeof createWeb>[0]> {
  const { tls, allowed_hosts, admin_allow } = config.app;
  const [httpRoutes, socketRoutes] = [
    app.channels.list.flatMap(({ httpRoutes: routes }) => routes),
    app.channels.list.map(({ socketRoute }) => socketRoute),
  ];
  return {
    router,
    authenticator: app.access,
    clock: app.clock,
    report: servicesOf(app).report,
    version,
    httpRoutes,
    socketRoute: socketRoutes.find((route) => route !== null) ?? null,
    interfaceFolder,
    names: allowed_hosts,
    adminNetworks: admin_allow,
    tls: tls && { key: await readFile(tls.key_file, 'utf8'), cert: await readFile(tls.cert_file, 'utf8') },
  };
}

/** The built interface lies beside the bundle (dist/main, dist/renderer), also for a program run from its sources. */
export const interfaceFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../dist/renderer' : '../renderer', import.meta.url),
);

async function listen(
  web: Web,
  { config, safeMode }: OpenFolder,
  warn: (warning: string) => void,
): Promise<WebAddress> {
  const { host, port } = config.app;
  const address = await web.listen({ host, port });
  const { socket } = config.platforms;
  if (!socket.enabled || safeMode) return address;
  try {
    await web.listenForSockets({ host, port: socket.port });
  } catch (error) {
    // Socket mode is also at /ws of the main port, so this alone is no reason not to start.
    if (!isAppError(error) || error.code !== 'PORT_IN_USE') throw error;
    warn(
      `Socket mode has no port of its own: ${error.message.replace('--port', 'platforms.socket.port')}. It can be reached at /ws of port ${address.port}`,
    );
  }
  return address;
}
