import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Electron } from '../../../src-main/hosts/electron/electron-modules.ts';
import { FakeApp, FakeMachine } from './app.ts';
import { FakeChannel, type FakeContents, FakeEvent } from './contents.ts';
import {
  FakeDialog,
  FakeIpcMain,
  FakeNativeTheme,
  FakeProtocol,
  FakeSafeStorage,
  FakeScreen,
  FakeSession,
  FakeShell,
  FakeShortcuts,
} from './system.ts';
import { FakeImage, FakeMenu, FakeNotification, FakeTray } from './tray.ts';
import { FakeWindow } from './window.ts';

export type FakeElectron = ReturnType<typeof createFakeElectron>;

const profiles: string[] = [];

function profile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-electron-'));
  profiles.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of profiles.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/**
 * Electron without Electron: the modules that the host uses, with their rules kept and a person's hands on them. What they
 * take and give is checked against the real declarations; whatever is not faked fails by name when it is used.
 */
export function createFakeElectron({
  machine = new FakeMachine(),
  folder = profile(),
}: {
  machine?: FakeMachine;
  folder?: string;
} = {}) {
  const app = new FakeApp(machine, folder);
  const windows: FakeWindow[] = [];
  const trays: FakeTray[] = [];
  const notifications: FakeNotification[] = [];
  const world = {
    windows,
    onContents: (contents: FakeContents) => app.emit('web-contents-created', new FakeEvent(), contents),
  };
  const fakes = {
    app,
    dialog: new FakeDialog(),
    ipcMain: new FakeIpcMain(),
    nativeTheme: new FakeNativeTheme(),
    powerMonitor: new EventEmitter(),
    protocol: new FakeProtocol(),
    safeStorage: new FakeSafeStorage(),
    screen: new FakeScreen(),
    shell: new FakeShell(),
    globalShortcut: new FakeShortcuts(),
    defaultSession: new FakeSession(),
  };
  const { defaultSession, ...singletons } = fakes;
  const modules = Object.fromEntries(
    Object.entries({
      ...singletons,
      session: { defaultSession: named('session', defaultSession) },
      nativeImage: { createFromPath: (path: string) => new FakeImage(path) },
      Menu: FakeMenu,
      MessageChannelMain: FakeChannel,
      BrowserWindow: class extends FakeWindow {
        constructor(options: ConstructorParameters<typeof FakeWindow>[1]) {
          super(world, options);
        }
        static fromWebContents(contents: unknown): FakeWindow | null {
          return windows.find((each) => each.webContents === contents) ?? null;
        }
      },
      Tray: class extends FakeTray {
        constructor(...given: ConstructorParameters<typeof FakeTray>) {
          super(...given);
          trays.push(this);
        }
      },
      Notification: class extends FakeNotification {
        constructor(...given: ConstructorParameters<typeof FakeNotification>) {
          super(...given);
          notifications.push(this);
        }
        static isSupported(): boolean {
          return true;
        }
      },
    }).map(([name, module]) => [name, named(name, module)]),
  ) as unknown as Electron;

  return { ...fakes, modules, windows, trays, notifications, machine, folder };
}

/** A member that the fake lacks would be `undefined` and fail far from here. */
function named<T extends object>(name: string, module: T): T {
  return new Proxy(module, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (value === undefined && typeof key === 'string' && !(key in target)) {
        throw new Error(`the fake of Electron has no ${name}.${key}; give it one that keeps Electron's rules`);
      }
      return typeof value === 'function' && !isClass(value) ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
}

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));
