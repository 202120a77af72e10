import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createRouter, servicesOf } from '../../api/index.ts';
import { type App, createApp } from '../../core/app.ts';
import { isAppError } from '../../core/foundation/app-error.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { createWeb, type Web, type WebAddress } from '../../transports/index.ts';
import { type CliOptions, exitCodes } from './cli-options.ts';
import { createHeadlessHost, createSecretFile } from './headless-host.ts';
import { openLogs } from './logs.ts';
import { type OpenFolder, openFolder } from './open-folder.ts';
import { version } from './version.ts';

/** A supervisor that waits ten seconds still sees an orderly end. */
const drainMs = 5_000;
const sessionSeconds = 30 * 86_400;
const pairingMs = 10 * 60_000;

/** Runs the product in the foreground until SIGTERM or SIGINT; resolves with the exit code. */
export async function serve(options: CliOptions): Promise<number> {
  const stopSignal = waitForSignal();
  const { registry, logger } = openLogs(options);
  const folder = await openFolder(options, registry, logger);
  const warnings = [...folder.warnings];
  for (const warning of warnings) warn(warning, logger);

  const app = await createApp({
    ...folder,
    warnings,
    tokenKey: await readFile(folder.tokenKeyFile),
    version,
    logger,
    host: createHeadlessHost({ secrets: createSecretFile(folder.dataDir), logger }),
  });
  const web = createWeb(await webDeps(app, folder));
  app.onRevoked((tokenId) => web.closeSocketsOf(tokenId));
  try {
    const address = await listen(app, web, folder, warnings);
    await app.start();
    await announce(app, address, options);
    await stopSignal;
  } finally {
    await web.close({ drainMs });
    await app.stop();
  }
  return exitCodes.done;
}

async function webDeps(app: App, { config }: OpenFolder): Promise<Parameters<typeof createWeb>[0]> {
  const services = servicesOf(app);
  const { tls, allowed_hosts, admin_allow } = config.app;
  const [httpRoutes, socketRoutes] = [
    app.channels.list.flatMap(({ httpRoutes: routes }) => routes),
    app.channels.list.map(({ socketRoute }) => socketRoute),
  ];
  return {
    router: createRouter(services),
    authenticator: app.access,
    clock: app.clock,
    report: services.report,
    version,
    httpRoutes,
    socketRoute: socketRoutes.find((route) => route !== null) ?? null,
    interfaceFolder: interfaceFolder(import.meta.url),
    names: allowed_hosts,
    adminNetworks: admin_allow,
    tls: tls && { key: await readFile(tls.key_file, 'utf8'), cert: await readFile(tls.cert_file, 'utf8') },
  };
}

/** The built interface lies beside the bundle (dist/main, dist/renderer), also for a program run from its sources. */
const interfaceFolder = (here: string): string =>
  fileURLToPath(new URL(here.endsWith('.ts') ? '../../../dist/renderer' : '../renderer', here));

async function listen(app: App, web: Web, { config }: OpenFolder, warnings: string[]): Promise<WebAddress> {
  const { host, port } = config.app;
  const address = await web.listen({ host, port });
  const { socket } = config.platforms;
  if (!socket.enabled) return address;
  try {
    await web.listenForSockets({ host, port: socket.port });
  } catch (error) {
    // Socket mode is also at /ws of the main port, so this alone is no reason not to start.
    if (!isAppError(error) || error.code !== 'PORT_IN_USE') throw error;
    const warning = `Socket mode has no port of its own: ${error.message.replace('--port', 'platforms.socket.port')}. It can be reached at /ws of port ${address.port}`;
    warnings.push(warning);
    warn(warning, app.logger);
  }
  return address;
}

/** Says that messages are taken: one JSON line for programs, plain sentences for people. Never a token in a link. */
async function announce(app: App, { url }: WebAddress, { json }: CliOptions): Promise<void> {
  if (json) {
    const { token } = await app.access.mint({
      role: 'admin',
      label: 'started with --json',
      ttlSeconds: sessionSeconds,
    });
    process.stdout.write(`${JSON.stringify({ ready: true, url, token, pid: process.pid })}\n`);
    return;
  }
  const code = app.access.newPairingCode({ ttlMs: pairingMs, role: 'admin' });
  process.stdout.write(
    [
      `Clawdbot ${version} is ready: ${url}`,
      `Pairing code for your browser: ${code}  (works once, for ${pairingMs / 60_000} minutes)`,
      `浏览器配对码：${code}（只能用一次，${pairingMs / 60_000} 分钟内有效）`,
      'Stop it with Ctrl+C.',
      '',
    ].join('\n'),
  );
}

function warn(warning: string, logger: Logger): void {
  logger.warn('start.warning', { warning });
}

function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
