import { join } from 'node:path';
import { createRouter, type DesktopServices, windowRouter } from '../../../src-main/api/index.ts';
import { silentLogger } from '../../../src-main/core/foundation/logger.ts';
import { Config } from '../../../src-main/core/settings/schema.ts';
import type { CoreProcess } from '../../../src-main/hosts/electron/core-process.ts';
import { type DesktopDeps, openDesktop } from '../../../src-main/hosts/electron/desktop.ts';
import { openShellMemory, type ShellState } from '../../../src-main/hosts/electron/shell-state.ts';
import type { TrayState } from '../../../src-main/hosts/electron/tray.ts';
import type { UpdateSource } from '../../../src-main/hosts/electron/updates/index.ts';
import { serveMessagePort } from '../../../src-main/transports/index.ts';
import { createFakeServices } from '../services.ts';
import { createFakeElectron, type FakeElectron } from './index.ts';

/** As they are packed. */
const trayFolder = join(import.meta.dirname, '../../../build/tray');

export interface LogLine {
  event: string;
  fields: Readonly<Record<string, unknown>>;
}

/** A core that serves its windows from memory, and does what the test says. */
export function createFakeCore() {
  const listeners = new Set<() => void>();
  const router = createRouter(createFakeServices().services);
  const core = {
    state: 'idle' as TrayState,
    fails: false,
    acted: [] as [string, string][],
    warnings: [] as string[],
    copied: [] as string[],
    paused: [] as (number | null)[],
    stopped: 0,
    stop: async () => {},
    copy: async () => {},
    change: () => listeners.forEach((tell) => tell()),
  };
  const process: CoreProcess = {
    connectWindow(port, desktop: DesktopServices) {
      serveMessagePort(
        windowRouter(router, desktop, () => 'I1'),
        port,
        { principal: { tokenId: 'desktop', role: 'admin', label: 'desktop' }, remote: '' },
      );
      port.start();
    },
    async status() {
      if (core.fails) throw new Error('the store is gone');
      return core.state;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    warn: (sentence) => void core.warnings.push(sentence),
    async pause(seconds) {
      core.paused.push(seconds);
      core.state = 'paused';
      core.change();
    },
    resume() {
      core.state = 'idle';
      core.change();
    },
    actOnTask: async (what, id) => void core.acted.push([what, id]),
    updates: Config.parse({}).updates,
    async copyBeforeUpdate(version) {
      await core.copy();
      core.copied.push(version);
    },
    async stop() {
      core.stopped++;
      await core.stop();
    },
  };
  return { ...core, core, process };
}

export interface OpenOptions {
  platform?: NodeJS.Platform;
  env?: Record<string, string>;
  fake?: FakeElectron;
  remembered?: Partial<ShellState>;
  startCore?: DesktopDeps['startCore'];
  updates?: UpdateSource;
}

/** The shell over the fake of Electron, with a core that the test steers. */
export async function openTestDesktop(options: OpenOptions = {}) {
  const { platform = 'linux', env = {}, fake = createFakeElectron(), remembered = {} } = options;
  const logs: LogLine[] = [];
  const log = (event: string, fields: LogLine['fields'] = {}) => void logs.push({ event, fields });
  const logger = { ...silentLogger, info: log, warn: log, error: log };
  const { core, process } = createFakeCore();
  const memory = await openShellMemory({ file: join(fake.folder, 'shell.json'), logger });
  memory.set(remembered);
  const clock = { ms: 1_000_000 };
  await fake.app.whenReady();
  const desktop = await openDesktop({
    electron: fake.modules,
    system: {
      platform,
      env: { XDG_CONFIG_HOME: join(fake.folder, 'config'), ...env },
      execPath: '/opt/Clawdbot/clawdbot',
    },
    memory,
    logger,
    dataDir: join(fake.folder, 'data'),
    interfaceFolder: join(import.meta.dirname, '../../fixtures/interface'),
    preloadFile: '/opt/Clawdbot/preload.cjs',
    trayFolder,
    startCore: options.startCore ?? (async () => process),
    findUpdates: async () => options.updates ?? null,
    nowMs: () => clock.ms,
  });
  const [tray] = fake.trays;
  if (!tray) throw new Error('there is no tray');
  return { fake, desktop, core, memory, logs, clock, tray };
}

/** Lets what was set off come to rest. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
