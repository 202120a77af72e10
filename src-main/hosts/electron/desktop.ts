import { homedir } from 'node:os';
import type { BrowserWindow, MessagePortMain, WebContents } from 'electron';
import type { DesktopPlace, DesktopState } from '../../../src-shared/schema/desktop.ts';
import type { DesktopServices } from '../../api/index.ts';
import type { Host, SecretStore } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { createSecretFile } from '../shared/secret-file.ts';
import { createAutostart } from './autostart.ts';
import { createCloseToTray } from './close-to-tray.ts';
import { createConfirm } from './confirm.ts';
import { guardContents } from './contents-walls.ts';
import type { CoreProcess } from './core-process.ts';
import { watchWindows } from './crashes.ts';
import { readDeepLink } from './deep-link.ts';
import type { StartRequest } from './desktop-arguments.ts';
import { withEarlier } from './earlier-secrets.ts';
import { createElectronHost } from './electron-host.ts';
import type { Electron } from './electron-modules.ts';
import { createExternalLinks } from './external-links.ts';
import { createDesktopText, type DesktopTextKey } from './locales.ts';
import { createLook } from './look.ts';
import { createMainWindow } from './main-window.ts';
import { createNotices } from './notices.ts';
import { servePage } from './page-protocol.ts';
import { createPortOffer, type OfferPort } from './port-offer.ts';
import { createQuit } from './quit.ts';
import { createSafeSecrets } from './safe-secrets.ts';
import { guardSession } from './session-walls.ts';
import type { ShellMemory } from './shell-state.ts';
import { createShellUpdates, type ShellUpdates } from './shell-updates.ts';
import { createShortcut } from './shortcut.ts';
import { followStatus } from './status-follower.ts';
import { createTray } from './tray.ts';
import { createTrayChat } from './tray-chat.ts';
import type { UpdateSource } from './updates/index.ts';
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
  startCore(host: Host, secrets: SecretStore, offerPort: OfferPort): Promise<CoreProcess>;
  /** Where newer versions come from; null where nobody said. */
  findUpdates(settings: CoreProcess['updates']): Promise<UpdateSource | null>;
  nowMs?: () => number;
}

export type Desktop = Awaited<ReturnType<typeof openDesktop>>;

/** The shell around the core: builds every part once and hands each what it needs. Electron must be ready. */
export async function openDesktop(deps: DesktopDeps) {
  const { electron, memory, logger, preloadFile, nowMs = () => performance.now() } = deps;
  const { platform, env, execPath } = deps.system;
  let core: CoreProcess | null = null;
  let unfollow = () => {};
  let updates: ShellUpdates | null = null;
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

  const chain = createSafeSecrets({
    electron,
    platform,
    dataDir: deps.dataDir,
    onPlainText: () => (core ? core.warn(text('warn.plainSecrets')) : early.push('warn.plainSecrets')),
  });
  const secrets = withEarlier(chain, createSecretFile(deps.dataDir));
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
      pause: (seconds) => void core?.pause(seconds).catch(failed('desktop.pause_failed')),
      resume: () => core?.resume(),
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

  const shortcut = createShortcut({ electron, memory, run: () => chat.toggle(), logger });
  tray.show({ shortcut: shortcut.state(), autostart: (await autostart?.get()) ?? null });
  const started = await deps.startCore(host, secrets, createPortOffer({ confirm, text }));
  // Whoever quits while the core starts has to wait for it: what it began to do is undone in order.
  if (quit.isQuitting()) await started.stop();
  else {
    core = started;
    for (const key of early) started.warn(text(key));
    unfollow = followStatus(started, tray, failed('desktop.status_failed'));
    // A shell without updates is better than none.
    updates = await lookForUpdates(started).catch((error: unknown) => {
      failed('desktop.updates_failed')(error);
      return null;
    });
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
      shortcut: shortcut.state(),
      update: updates?.state() ?? null,
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
      setShortcut(keys) {
        const isTaken = shortcut.choose(keys);
        tray.show({ shortcut: shortcut.state() });
        return isTaken;
      },
      checkForUpdate: async () => updates?.check(),
      downloadUpdate: () => updates?.download(),
      cancelUpdate: () => updates?.cancel(),
      installUpdate: async () => updates?.install(),
    };
  }

  async function setAutostart(on: boolean): Promise<void> {
    await autostart?.set(on);
    tray.show({ autostart: (await autostart?.get()) ?? null });
  }

  async function lookForUpdates(running: CoreProcess): Promise<ShellUpdates | null> {
    const source = await deps.findUpdates(running.updates);
    if (!source) return null;
    const found = createShellUpdates({
      electron,
      source,
      memory,
      text,
      language: look.language,
      tray,
      notify: host.notify,
      logger,
      beforeInstall: running.copyBeforeUpdate,
      quitThen: quit.quitThen,
      nowMs: Date.now,
    });
    found.start();
    return found;
  }

  async function stop(): Promise<void> {
    unfollow();
    updates?.stop();
    shortcut.release();
    tray.show({ state: 'offline' });
    await core?.stop();
    await memory.settled();
    tray.destroy();
  }

  function failed(event: string): (error: unknown) => void {
    return (error) => logger.error(event, { error });
  }
}
