import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Notice } from '../../../src-shared/schema/status.ts';
import { type AppRouter, createRouter, type Services, servicesOf } from '../../api/index.ts';
import { type App, createApp } from '../../core/app.ts';
import { type AppError, isAppError } from '../../core/foundation/app-error.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { Logger, SecretRegistry } from '../../core/foundation/logger.ts';
import type { RecentLines } from '../../core/monitor/index.ts';
import { createWeb, type Web, type WebAddress } from '../../transports/index.ts';
import type { OpenFolder } from './open-folder.ts';
import { version } from './version.ts';

/** A supervisor that waits ten seconds still sees an orderly end. */
const drainMs = 5_000;

export interface Product {
  app: App;
  router: AppRouter;
  /** Logs a failure that nobody expected and returns its incident id. */
  report: Services['report'];
  /** Opens the ports of the configuration, or another main one. @throws AppError PORT_IN_USE or LISTEN_REFUSED */
  listen(port?: number): Promise<WebAddress>;
  /** Begins the work; from here on the start is on its way to being a good one. */
  start(): Promise<void>;
  /** Adds a sentence to what the status screen shows, and to the log. */
  warn(warning: string): void;
  /** The same for what the interface says in the reader's language. */
  notice(notice: Notice): void;
  /** Closes the door, lets running requests end, hands back what is not finished. `error` is what it ends by, if any. */
  stop(error?: unknown): Promise<void>;
}

export interface ProductDeps {
  folder: OpenFolder;
  host: Host;
  logger: Logger;
  /** Secrets and the last lines of the log, for a diagnostics bundle. */
  registry: SecretRegistry;
  lines: RecentLines;
}

/** The whole product on an open folder, as every host runs it. It takes messages after `listen` and works after `start`. */
export async function openProduct({ folder, host, logger, registry, lines }: ProductDeps): Promise<Product> {
  const warnings: string[] = [];
  const warn = (warning: string) => {
    warnings.push(warning);
    logger.warn('start.warning', { warning });
  };
  for (const warning of folder.warnings) warn(warning);
  const notices: Notice[] = [];
  const notice = (found: Notice) => {
    notices.push(found);
    logger.warn('start.warning', { warning: found.message });
  };

  const app = await createApp({
    ...folder,
    warnings,
    notices,
    tokenKey: await readFile(folder.tokenKeyFile),
    version,
    logger,
    host,
  }).catch(async (error: unknown) => {
    await folder.start.ended(error);
    throw error;
  });
  const services = servicesOf(app, async () => {
    // Loaded when somebody asks: what packs and examines would lie idle in memory otherwise.
    const { packProductDiagnostics } = await import('./diagnostics.ts');
    const status = await app.status();
    return packProductDiagnostics({ loaded: folder, dataDir: folder.dataDir, status, lines, registry });
  });
  const router = createRouter(services);
  const web = createWeb(await webDeps(app, router, services.report, folder));
  app.onRevoked((tokenId) => web.closeSocketsOf(tokenId));

  return {
    app,
    router,
    report: services.report,
    warn,
    notice,
    async listen(port = folder.config.app.port) {
      const address = await listen(web, folder, { port, notice });
      app.listensAt({ ...address, secure: folder.config.app.tls !== null });
      return address;
    },
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

async function webDeps(
  app: App,
  router: AppRouter,
  report: Services['report'],
  { config }: OpenFolder,
): Promise<Parameters<typeof createWeb>[0]> {
  const { tls, allowed_hosts, admin_allow } = config.app;
  const [httpRoutes, socketRoutes] = [
    app.channels.list.flatMap(({ httpRoutes: routes }) => routes),
    app.channels.list.map(({ socketRoute }) => socketRoute),
  ];
  return {
    router,
    authenticator: app.access,
    clock: app.clock,
    report,
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
  { port, notice }: { port: number; notice(notice: Notice): void },
): Promise<WebAddress> {
  const { host } = config.app;
  const { socket } = config.platforms;
  const address = await web.listen({ host, port, avoid: socket.enabled ? [socket.port] : [] });
  if (!socket.enabled || safeMode) return address;
  try {
    await web.listenForSockets({ host, port: socket.port, avoid: [address.port] });
  } catch (error) {
    // Socket mode is also at /ws of the main port, so this alone is no reason not to start.
    if (!isPortInUse(error)) throw error;
    notice({
      ...portTaken(error, 'platforms.socket.port'),
      message: `Socket mode has no port of its own: ${error.message}. It can be reached at /ws of port ${address.port}`,
    });
  }
  return address;
}

export const isPortInUse = (error: unknown): error is AppError<'PORT_IN_USE'> =>
  isAppError(error) && error.code === 'PORT_IN_USE';

type PortTaken = Extract<Notice, { code: 'PORT_TAKEN' }>;
const TakenData = z.object({
  port: z.int(),
  holder: z.object({ program: z.string(), pid: z.int() }).nullable(),
  free_port: z.int().nullable(),
});

/** What the error knows of a taken port, for the interface. */
export const portTaken = ({ message, data }: AppError<'PORT_IN_USE'>, key: PortTaken['key']): PortTaken => ({
  code: 'PORT_TAKEN',
  message,
  key,
  ...TakenData.parse(data),
});
