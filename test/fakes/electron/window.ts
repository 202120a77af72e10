import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import type { Agrees } from './agrees.ts';
import { FakeContents, FakeEvent } from './contents.ts';

type Preferences = Electron.BrowserWindowConstructorOptions;

export interface WindowWorld {
  windows: FakeWindow[];
  onContents(contents: FakeContents): void;
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly fakeOptions: Preferences;
  fakeFocused = 0;
  fakeReloads = 0;
  fakeOverlay: Electron.TitleBarOverlayOptions = {};
  fakeLoaded: string[] = [];
  #bounds: Electron.Rectangle;
  #isVisible: boolean;
  #isMaximized = false;
  #isMinimized = false;
  #isDestroyed = false;
  #isDrawn = false;
  readonly #world: WindowWorld;

  constructor(world: WindowWorld, options: Preferences = {}) {
    super();
    this.#world = world;
    this.fakeOptions = options;
    this.#isVisible = options.show ?? true;
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    world.windows.push(this);
    world.onContents(this.webContents);
  }

  async loadURL(url: string, _options?: Electron.LoadURLOptions): Promise<void> {
    this.fakeLoaded.push(url);
    this.webContents.mainFrame.url = url;
    await Promise.resolve();
    if (this.#isDrawn || this.#isDestroyed) return;
    this.#isDrawn = true;
    this.emit('ready-to-show');
  }
  show(): void {
    this.#isVisible = true;
  }
  hide(): void {
    this.#isVisible = false;
  }
  focus(): void {
    this.fakeFocused++;
  }
  isVisible(): boolean {
    return this.#isVisible;
  }
  isDestroyed(): boolean {
    return this.#isDestroyed;
  }
  isMinimized(): boolean {
    return this.#isMinimized;
  }
  isMaximized(): boolean {
    return this.#isMaximized;
  }
  minimize(): void {
    this.#isMinimized = true;
  }
  maximize(): void {
    this.#isMaximized = true;
  }
  restore(): void {
    this.#isMinimized = false;
  }
  reload(): void {
    this.fakeReloads++;
  }
  getBounds(): Electron.Rectangle {
    return this.#bounds;
  }
  getNormalBounds(): Electron.Rectangle {
    return this.#bounds;
  }
  setBounds(bounds: Partial<Electron.Rectangle>, _animate?: boolean): void {
    this.#bounds = { ...this.#bounds, ...bounds };
  }
  setTitleBarOverlay(options: Electron.TitleBarOverlayOptions): void {
    if (!this.fakeOptions.titleBarOverlay) throw new Error('Titlebar overlay is not enabled');
    this.fakeOverlay = options;
  }
  close(): void {
    const event = new FakeEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#isVisible = false;
    this.#world.windows.splice(this.#world.windows.indexOf(this), 1);
    this.emit('closed');
  }
  /** A person drags it. */
  fakeMoves(bounds: Partial<Electron.Rectangle>): void {
    this.setBounds(bounds);
    this.emit('move');
  }
}

true satisfies Agrees<FakeWindow, Electron.BrowserWindow>;
