import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAppError } from '../../core/foundation/app-error.ts';
import { createLogger, createSecretRegistry } from '../../core/foundation/logger.ts';
import { createRecentLines } from '../../core/monitor/index.ts';
import { chosenFolder, openFolder } from '../shared/open-folder.ts';
import { interfaceFolder } from '../shared/product.ts';
import { version } from '../shared/version.ts';
import { startCore } from './core-process.ts';
import { restartOnFatal } from './crashes.ts';
import { type Desktop, openDesktop } from './desktop.ts';
import { readStartOptions, readStartRequest } from './desktop-arguments.ts';
import type { Electron } from './electron-modules.ts';
import { appId, linkScheme } from './identity.ts';
import { createDesktopText, type DesktopText, systemLanguage } from './locales.ts';
import { openLogFile } from './log-file.ts';
import { declarePageScheme } from './page-protocol.ts';
import { useProfileFolder } from './profile-folder.ts';
import { openShellMemory } from './shell-state.ts';
import { takeSingleInstance } from './single-instance.ts';
import { askFeed, readUpdateSource } from './updates/index.ts';

/** The process that this is, and the machine around it. */
export type System = Pick<NodeJS.Process, 'argv' | 'arch' | 'env' | 'platform' | 'execPath' | 'resourcesPath' | 'on'>;

/** As the command line has it: what a supervisor need not try again. */
const configError = 78;
/** Beside the bundle of this file: dist/main and dist/preload. */
const preloadFile = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url));

/** Beside the archive in a package; where they are drawn when run from a checkout. */
const trayFolderOf = (isPackaged: boolean, resources: string): string =>
  isPackaged ? join(resources, 'tray') : fileURLToPath(new URL('../../build/tray', import.meta.url));

/** From the first line to the first window. What has to be said before Electron is ready is said without waiting. */
export async function startDesktop(electron: Electron, system: System): Promise<void> {
  const { app } = electron;
  const text = createDesktopText(() => systemLanguage(app.getPreferredSystemLanguages()));
  try {
    await start(electron, system, text);
  } catch (error) {
    await app.whenReady();
    // The message of our own errors names the remedy.
    electron.dialog.showErrorBox(text('start.title'), error instanceof Error ? error.message : String(error));
    app.exit(isAppError(error) && error.code === 'CONFIG_INVALID' ? configError : 1);
  }
}

async function start(electron: Electron, system: System, text: DesktopText): Promise<void> {
  const { app } = electron;
  declarePageScheme(electron);
  app.enableSandbox();
  app.setAppUserModelId(appId);
  if (system.platform === 'linux') app.setDesktopName(`${appId}.desktop`);
  const options = readStartOptions(system.argv);
  const { dataDir, createParents } = chosenFolder(options);
  const profile = useProfileFolder(electron, { dataDir, isUsualPlace: createParents });

  const desktop = createLater<Desktop>();
  const isFirst = takeSingleInstance({
    electron,
    onSecondStart: (request) => desktop.use((open) => open.handle(request)),
  });
  if (!isFirst) return app.quit();
  app.on('open-url', (event, address) => {
    event.preventDefault();
    desktop.use((open) => open.handleLink(address));
  });
  app.on('activate', () => desktop.use((open) => open.handle({ toggle: false, link: null })));

  const registry = createSecretRegistry();
  const logFile = openLogFile(join(profile, 'logs', 'desktop.log'));
  const lines = createRecentLines();
  const logger = createLogger({
    level: 'info',
    secrets: registry,
    write(line) {
      lines.add(line);
      logFile.write(line);
    },
  });
  restartOnFatal({
    electron,
    text,
    logFile,
    restartsFile: join(profile, 'restarts.json'),
    process: system,
    scrub: registry.scrub,
    nowMs: Date.now,
  });

  await app.whenReady();
  // From sources this would hand the links of the installed product to a bare Electron.
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme);
  const opened = await openDesktop({
    electron,
    system,
    memory: await openShellMemory({ file: join(profile, 'shell.json'), logger }),
    logger,
    dataDir,
    interfaceFolder,
    preloadFile,
    trayFolder: trayFolderOf(app.isPackaged, system.resourcesPath),
    findUpdates: (settings) =>
      readUpdateSource(
        {
          appFolder: app.getAppPath(),
          resources: system.resourcesPath,
          profile,
          version,
          platform: system.platform,
          arch: system.arch,
          isPackaged: app.isPackaged,
          ask: askFeed(electron),
          logger,
        },
        settings,
      ),
    startCore: async (host, secrets, offerPort) =>
      startCore({
        folder: await openFolder(options, { registry, logger, secretsOf: () => secrets }),
        host,
        logger,
        offerPort,
        registry,
        lines,
      }),
  });
  if (!options.hidden) opened.handle(readStartRequest(system.argv));
  desktop.is(opened);
}

/** What is asked for while the program still starts: the last wish counts, and is granted when there is somebody to. */
function createLater<T>() {
  let value: T | null = null;
  let wish: ((value: T) => void) | null = null;
  return {
    use(run: (value: T) => void): void {
      if (value) run(value);
      else wish = run;
    },
    is(now: T): void {
      value = now;
      wish?.(now);
      wish = null;
    },
  };
}
