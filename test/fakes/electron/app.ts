import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type * as Electron from 'electron';
import type { Agrees } from './agrees.ts';
import { FakeEvent } from './contents.ts';

/** What the programs of one machine share. */
export class FakeMachine {
  readonly locks = new Map<string, FakeApp>();
}

export class FakeApp extends EventEmitter {
  isPackaged = true;
  fakeIsReady = false;
  fakeExitCode: number | null = null;
  fakeRelaunched = 0;
  fakeIsSandboxed = false;
  fakeLinkSchemes: string[] = [];
  fakeLanguages = ['en-GB'];
  fakeArgv: string[] = ['clawdbot'];
  fakeLoginItem: Electron.Settings = {};
  fakeNames: string[] = [];
  fakeAppPath = join(import.meta.dirname, '../../..');
  readonly #paths: Map<string, string>;
  readonly #machine: FakeMachine;

  constructor(machine: FakeMachine, folder: string) {
    super();
    this.#machine = machine;
    this.#paths = new Map([
      ['appData', folder],
      ['userData', `${folder}/clawdbot`],
    ]);
  }

  async whenReady(): Promise<void> {
    this.fakeIsReady = true;
  }
  enableSandbox(): void {
    if (this.fakeIsReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.fakeIsSandboxed = true;
  }
  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }
  /** Where the program's package.json lies; that of this checkout. */
  getAppPath(): string {
    return this.fakeAppPath;
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }
  /** The lock lies in the profile: whoever comes second tells the first and gets false. */
  requestSingleInstanceLock(_additional?: Record<string, unknown>): boolean {
    const profile = this.getPath('userData');
    const holder = this.#machine.locks.get(profile);
    if (holder && holder !== this) {
      holder.emit('second-instance', new FakeEvent(), this.fakeArgv, '/', null);
      return false;
    }
    this.#machine.locks.set(profile, this);
    return true;
  }
  quit(): void {
    const event = new FakeEvent();
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }
  exit(code = 0): void {
    this.fakeExitCode ??= code;
    if (this.#machine.locks.get(this.getPath('userData')) === this)
      this.#machine.locks.delete(this.getPath('userData'));
  }
  relaunch(_options?: Electron.RelaunchOptions): void {
    this.fakeRelaunched++;
  }
  setAsDefaultProtocolClient(protocol: string, _path?: string, _args?: string[]): boolean {
    this.fakeLinkSchemes.push(protocol);
    return true;
  }
  setAppUserModelId(id: string): void {
    this.fakeNames.push(id);
  }
  setDesktopName(name: string): void {
    this.fakeNames.push(name);
  }
  getPreferredSystemLanguages(): string[] {
    return this.fakeLanguages;
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    this.fakeLoginItem = settings;
  }
  getLoginItemSettings(_options?: Electron.LoginItemSettingsOptions): Electron.LoginItemSettings {
    const openAtLogin = this.fakeLoginItem.openAtLogin ?? false;
    return {
      openAtLogin,
      executableWillLaunchAtLogin: openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      launchItems: [],
    };
  }
}

true satisfies Agrees<FakeApp, Electron.App>;
