import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';
import type { Agrees } from './agrees.ts';
import { FakeEvent } from './contents.ts';

export class FakeDialog {
  fakeAsked: Electron.MessageBoxOptions[] = [];
  fakeErrors: { title: string; content: string }[] = [];
  /** The label of the button that the person presses; null closes the question with Escape. */
  fakeAnswer: string | null = null;

  async showMessageBox(options: unknown): Promise<Electron.MessageBoxReturnValue> {
    const asked = options as Electron.MessageBoxOptions;
    this.fakeAsked.push(asked);
    const pressed = this.fakeAnswer === null ? -1 : (asked.buttons ?? []).indexOf(this.fakeAnswer);
    if (this.fakeAnswer !== null && pressed < 0) throw new Error(`there is no button ${this.fakeAnswer}`);
    return { response: pressed < 0 ? (asked.cancelId ?? 0) : pressed, checkboxChecked: false };
  }
  showErrorBox(title: string, content: string): void {
    this.fakeErrors.push({ title, content });
  }
}

export class FakeIpcMain extends EventEmitter {
  readonly #handlers = new Map<string, (event: Electron.IpcMainInvokeEvent, ...words: unknown[]) => unknown>();

  handle(channel: string, handler: (event: Electron.IpcMainInvokeEvent, ...words: unknown[]) => unknown): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }
  /** What `ipcRenderer.invoke` of a page leads to. */
  async fakeInvoke(channel: string, from: { sender: unknown; senderFrame: unknown }, ...words: unknown[]) {
    const handler = this.#handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return handler(from as Electron.IpcMainInvokeEvent, ...words.map((word) => structuredClone(word)));
  }
  get fakeChannels(): string[] {
    return [...this.#handlers.keys()];
  }
}

export class FakeProtocol {
  fakeSchemes: Electron.CustomScheme[] = [];
  readonly #handlers = new Map<string, (request: Request) => Response | Promise<Response>>();

  registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void {
    if (this.fakeSchemes.length > 0) throw new Error('protocol.registerSchemesAsPrivileged can be called only once');
    this.fakeSchemes = schemes;
  }
  handle(scheme: string, handler: (request: Request) => Response | Promise<Response>): void {
    this.#handlers.set(scheme, handler);
  }
  async fakeFetch(url: string, method = 'GET'): Promise<Response> {
    const handler = this.#handlers.get(url.split(':', 1)[0] ?? '');
    if (!handler) throw new Error(`nobody serves ${url}`);
    // A Request of Node knows no scheme of ours.
    return handler({ url, method } as Request);
  }
}

type Asks = NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>;
type Checks = NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>;
type Devices = NonNullable<Parameters<Electron.Session['setDevicePermissionHandler']>[0]>;
type BeforeRequest = (
  details: Electron.OnBeforeRequestListenerDetails,
  callback: (response: Electron.CallbackResponse) => void,
) => void;

export class FakeSession extends EventEmitter {
  #asks: Asks | null = null;
  #checks: Checks | null = null;
  #devices: Devices | null = null;
  #beforeRequest: BeforeRequest | null = null;
  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.#beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(handler: Asks | null): void {
    this.#asks = handler;
  }
  setPermissionCheckHandler(handler: Checks | null): void {
    this.#checks = handler;
  }
  setDevicePermissionHandler(handler: Devices | null): void {
    this.#devices = handler;
  }
  /** Without a handler Electron grants everything, and so does this. */
  fakeGrants(permission: Parameters<Asks>[1], url: string, isMainFrame = true): { asked: boolean; checked: boolean } {
    let asked = true;
    const details = { requestingUrl: url, isMainFrame };
    this.#asks?.({} as Electron.WebContents, permission, (granted) => (asked = granted), details);
    const check = this.#checks?.(null, permission as Parameters<Checks>[1], url, { isMainFrame });
    return { asked, checked: check ?? true };
  }
  fakeGrantsDevice(): boolean {
    return this.#devices?.({} as Electron.DevicePermissionHandlerHandlerDetails) ?? true;
  }
  fakeLoads(url: string): boolean {
    let isCancelled = false;
    this.#beforeRequest?.(
      { url } as Electron.OnBeforeRequestListenerDetails,
      ({ cancel }) => (isCancelled = cancel ?? false),
    );
    return !isCancelled;
  }
  fakeDownloads(url: string): boolean {
    const event = new FakeEvent();
    this.emit('will-download', event, { getURL: () => url });
    return !event.defaultPrevented;
  }
}

export class FakeShell {
  fakeOpened: string[] = [];
  fakeRevealed: string[] = [];
  async openExternal(url: string, _options?: Electron.OpenExternalOptions): Promise<void> {
    this.fakeOpened.push(url);
  }
  showItemInFolder(path: string): void {
    this.fakeRevealed.push(path);
  }
}

export class FakeShortcuts {
  /** Keys that another program has. */
  fakeTaken = new Set<string>();
  readonly #mine = new Map<string, () => void>();

  register(keys: string, run: () => void): boolean {
    if (!/^[\w+]+$/.test(keys)) throw new TypeError('Error processing argument at index 0, conversion failure');
    if (this.fakeTaken.has(keys) || this.#mine.has(keys)) return false;
    this.#mine.set(keys, run);
    return true;
  }
  unregisterAll(): void {
    this.#mine.clear();
  }
  fakePress(keys: string): void {
    this.#mine.get(keys)?.();
  }
  get fakeMine(): string[] {
    return [...this.#mine.keys()];
  }
}

/** A key chain that can be locked, missing or another one than yesterday; each locks in its own way. */
export class FakeSafeStorage {
  fakeBackend: ReturnType<Electron.SafeStorage['getSelectedStorageBackend']> = 'gnome_libsecret';
  fakeIsOpen = true;

  getSelectedStorageBackend() {
    return this.fakeBackend;
  }
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return this.fakeIsOpen;
  }
  async encryptStringAsync(text: string): Promise<Buffer> {
    return Buffer.from(`${this.fakeBackend}\0${[...text].reverse().join('')}`);
  }
  async decryptStringAsync(locked: Buffer): Promise<Electron.DecryptStringAsyncReturnValue> {
    const [backend, text = ''] = locked.toString().split('\0');
    if (backend !== this.fakeBackend) throw new Error('Error while decrypting the ciphertext');
    return { result: [...text].reverse().join(''), shouldReEncrypt: false };
  }
}

const screenOf = (id: number, x: number, width: number, height: number) =>
  ({
    id,
    bounds: { x, y: 0, width, height },
    workArea: { x, y: 0, width, height: height - 40 },
  }) as Electron.Display;

export class FakeScreen extends EventEmitter {
  fakeDisplays: Electron.Display[] = [screenOf(1, 0, 1920, 1080), screenOf(2, 1920, 1280, 1024)];
  getAllDisplays(): Electron.Display[] {
    return this.fakeDisplays;
  }
  getPrimaryDisplay(): Electron.Display {
    const [first] = this.fakeDisplays;
    if (!first) throw new Error('there is no display');
    return first;
  }
  getCursorScreenPoint(): Electron.Point {
    return { x: 10, y: 10 };
  }
  getDisplayNearestPoint({ x }: Electron.Point): Electron.Display {
    return (
      this.fakeDisplays.find(({ bounds }) => x >= bounds.x && x < bounds.x + bounds.width) ?? this.getPrimaryDisplay()
    );
  }
}

export class FakeNativeTheme extends EventEmitter {
  shouldUseDarkColors = false;
  #source: Electron.NativeTheme['themeSource'] = 'system';
  get themeSource() {
    return this.#source;
  }
  set themeSource(source) {
    this.#source = source;
    this.emit('updated');
  }
}

true satisfies Agrees<FakeDialog, Electron.Dialog>;
true satisfies Agrees<FakeIpcMain, Electron.IpcMain>;
true satisfies Agrees<FakeProtocol, Electron.Protocol>;
true satisfies Agrees<FakeSession, Electron.Session>;
true satisfies Agrees<FakeShell, Electron.Shell>;
true satisfies Agrees<FakeShortcuts, Electron.GlobalShortcut>;
true satisfies Agrees<FakeSafeStorage, Electron.SafeStorage>;
true satisfies Agrees<FakeScreen, Electron.Screen>;
true satisfies Agrees<FakeNativeTheme, Electron.NativeTheme>;
