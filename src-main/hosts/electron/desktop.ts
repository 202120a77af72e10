import { homedir } from 'node:os';
import type { BrowserWindow, MessagePortMain, WebContents } from 'electron';
import type { DesktopPlace, DesktopState } from '../../../src-shared/schema/desktop.ts';
import type { DesktopServices } from '../../api/index.ts';
import type { Host, SecretStore } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { createAutostart } from './autostart.ts';
import { createCloseToTray } from './close-to-tray.ts';
import { createConfirm } from './confirm.ts';
import { guardContents } from './contents-walls.ts';
import type { CoreProcess } from './core-process.ts';
import { watchWindows } from './crashes.ts';
import { readDeepLink } from './deep-link.ts';
import type { StartRequest } from './desktop-arguments.ts';
import { createElectronHost } from './electron-host.ts';
import type { Electron } from './electron-modules.ts';
import { createExternalLinks } from './external-links.ts';
import { createDesktopText, type DesktopTextKey } from './locales.ts';
import { createLook } from './look.ts';
import { createMainWindow } from './main-window.ts';
import { createNotices } from './notices.ts';
import { servePage } from './page-protocol.ts';
import { createQuit } from './quit.ts';
import { createSafeSecrets } from './safe-secrets.ts';
import { guardSession } from './session-walls.ts';
import type { ShellMemory } from './shell-state.ts';
import { takeShortcut } from './shortcut.ts';
import { createTray } from './tray.ts';
import { createTrayChat } from './tray-chat.ts';
import { handOutPorts } from './window-port.ts';

export interface DesktopDeps {
  electron: Electron;
  system: Pick<NodeJS.Process, 'platform' | 'env' | 'execPath'>;
  memory: ShellMemory;
  logger: Logger;
  dataDir: string;
  interfaceFolder: string;
  preloadFile: string;
  trayFolder: string;
  startCore(host: Host, secrets: SecretStore): Promise<CoreProcess>;
  nowMs?: () => number;
}

const statusEveryMs = 500;

export type Desktop = Awaited<ReturnType<typeof openDesktop>>;

/** The shell around the core: builds every part once and hands each what it needs. Electron must be ready. */
export async function openDesktop(deps: DesktopDeps) {
  const { electron, memory, logger, preloadFile, nowMs = () => performance.now() } = deps;
  const { platform, env, execPath } = deps.system;
  let core: CoreProcess | null = null;
  let shortcut: DesktopState['shortcut'] = { keys: null, state: 'off' };
  let unfollow = () => {};
  /** What is worth saying before there is a core to say it. */
  const early: DesktopTextKey[] = [];

  const look = createLook({
    electron,
    memory,
    onChange() {
      tray.refresh();
      main.refresh();
    },
  });
  const text = createDesktopText(look.language);
  const confirm = createConfirm({ electron, text });
  const openExternal = createExternalLinks({ electron, confirm, text, logger });
  const offer = (address: string) => void openExternal(address).catch(failed('desktop.link_failed'));
  guardContents({ electron, offer, logger });
  guardSession(electron.session.defaultSession);
  servePage(electron, deps.interfaceFolder);

  const secrets = createSafeSecrets({
    electron,
    platform,
    dataDir: deps.dataDir,
    onPlainText: () => (core ? core.warn(text('warn.plainSecrets')) : early.push('warn.plainSecrets')),
  });
  const autostart = createAutostart({ electron, platform, env, home: homedir(), program: execPath });
  const ports = handOutPorts({ electron, connect, logger });
  const quit = createQuit({ electron, stop, logger });
  const crashes = watchWindows({ electron, text, logger, onPageGone: (window) => ports.drop(window.webContents) });
  const closeToTray = createCloseToTray({ electron, text, memory, quit: quit.quit, logger });

  const tray = createTray({
    electron,
    platform,
    picturesFolder: deps.trayFolder,
    text,
    actions: {
      toggleChat: () => chat.toggle(),
      open: (screen) => main.open(screen && { screen }),
      setAutostart: (on) => void setAutostart(on).catch(failed('desktop.autostart_failed')),
      quit: quit.quit,
    },
  });
  const onBuilt = (window: BrowserWindow) => {
    ports.admit(window.webContents);
    crashes.watch(window);
    quit.watch(window);
  };
  const main = createMainWindow({
    electron,
    preloadFile,
    memory,
    platform,
    onBuilt,
    mayClose() {
      if (!quit.isQuitting()) closeToTray();
      return quit.isQuitting();
    },
  });
  const chat = createTrayChat({
    electron,
    preloadFile,
    memory,
    iconBounds: tray.bounds,
    onBuilt,
    mayClose: quit.isQuitting,
    nowMs,
  });
  const notices = createNotices({
    electron,
    platform,
    text,
    open: (link) => main.open((link === null ? null : readDeepLink(link)) ?? undefined),
    act: (what, id) => void core?.actOnTask(what, id).catch(failed('desktop.notice_failed')),
  });
  const host = createElectronHost({ electron, secrets, autostart, confirm, openExternal, ...notices });

  shortcut = takeShortcut({ electron, keys: memory.get().shortcut, run: () => chat.toggle(), logger });
  tray.show({ shortcut, autostart: (await autostart?.get()) ?? null });
  const started = await deps.startCore(host, secrets);
  // Whoever quits while the core starts has to wait for it: what it began to do is undone in order.
  if (quit.isQuitting()) await started.stop();
  else {
    core = started;
    for (const key of early) started.warn(text(key));
    unfollow = followStatus(started);
  }

  return {
    quit: quit.quit,
    /** What a start, a second start or a link asks for. */
    handle(request: StartRequest): void {
      if (request.link) main.open(request.link);
      else if (request.toggle) chat.toggle();
      else main.open();
    },
    handleLink(address: string): void {
      const place = readDeepLink(address);
      if (place) main.open(place);
      else logger.warn('desktop.link_ignored');
    },
  };

  function connect(contents: WebContents, port: MessagePortMain): boolean {
    if (!core || quit.isQuitting()) return false;
    core.connectWindow(port, servicesFor(contents));
    return true;
  }

  /** What one window may ask of the shell. */
  function servicesFor(contents: WebContents): DesktopServices {
    const state = async (): Promise<DesktopState> => ({
      window: contents === chat.window()?.webContents ? 'tray' : 'main',
      pinned: memory.get().pinned,
      autostart: (await autostart?.get()) ?? null,
      shortcut,
    });
    return {
      state,
      pin: (pinned) => memory.set({ pinned }),
      openMain(place: DesktopPlace) {
        main.open(place);
        if (!memory.get().pinned) chat.hide();
      },
      hide: () => chat.hide(),
      look: look.choose,
      setAutostart,
    };
  }

  async function setAutostart(on: boolean): Promise<void> {
    await autostart?.set(on);
    tray.show({ autostart: (await autostart?.get()) ?? null });
  }

  /** The icon follows the core, a few times a second at most. */
  function followStatus(running: CoreProcess): () => void {
    let timer: NodeJS.Timeout | null = null;
    const show = () => {
      timer = null;
      running.status().then(
        (state) => tray.show({ state }),
        (error: unknown) => {
          // A core that cannot say how it is does not work.
          tray.show({ state: 'offline' });
          failed('desktop.status_failed')(error);
        },
      );
    };
    const stopFollowing = running.onChange(() => (timer ??= setTimeout(show, statusEveryMs)));
    show();
    return () => {
      stopFollowing();
      if (timer) clearTimeout(timer);
    };
  }

  async function stop(): Promise<void> {
    unfollow();
    electron.globalShortcut.unregisterAll();
    tray.show({ state: 'offline' });
    await core?.stop();
    await memory.settled();
    tray.destroy();
  }

  function failed(event: string): (error: unknown) => void {
    return (error) => logger.error(event, { error });
  }
}
