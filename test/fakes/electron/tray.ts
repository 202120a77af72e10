import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type * as Electron from 'electron';
import type { Agrees } from './agrees.ts';

export class FakeImage {
  readonly fakePath: string;
  constructor(path: string) {
    this.fakePath = path;
  }
  /** Electron makes an empty image of a file that is not there. */
  isEmpty(): boolean {
    return !existsSync(this.fakePath);
  }
}

export class FakeMenu {
  fakeItems: Electron.MenuItemConstructorOptions[] = [];
  static buildFromTemplate(items: unknown[]): FakeMenu {
    const menu = new FakeMenu();
    menu.fakeItems = items as Electron.MenuItemConstructorOptions[];
    return menu;
  }
  /** A person chooses the item with these words. */
  fakeChoose(label: string): void {
    const item = this.fakeItems.find((each) => each.label === label);
    if (!item || item.enabled === false) throw new Error(`the menu offers no ${label}`);
    const chosen = { ...item, checked: item.type === 'checkbox' ? !item.checked : item.checked };
    item.click?.(chosen as unknown as Electron.MenuItem, undefined, {} as Electron.KeyboardEvent);
  }
}

export class FakeTray extends EventEmitter {
  fakeImage: FakeImage;
  fakeMenu: FakeMenu | null = null;
  fakePoppedUp: FakeMenu | null = null;
  fakeToolTip = '';
  fakeBounds: Electron.Rectangle = { x: 1800, y: 1044, width: 24, height: 24 };
  fakeIsDestroyed = false;

  constructor(image: unknown, _guid?: string) {
    super();
    this.fakeImage = image as FakeImage;
  }
  setImage(image: unknown): void {
    this.fakeImage = image as FakeImage;
  }
  setToolTip(text: string): void {
    this.fakeToolTip = text;
  }
  setContextMenu(menu: unknown): void {
    this.fakeMenu = menu as FakeMenu | null;
  }
  popUpContextMenu(menu?: unknown, _position?: Electron.Point): void {
    this.fakePoppedUp = (menu as FakeMenu | undefined) ?? this.fakeMenu;
  }
  getBounds(): Electron.Rectangle {
    return this.fakeBounds;
  }
  destroy(): void {
    this.fakeIsDestroyed = true;
  }
}

export class FakeNotification extends EventEmitter {
  readonly fakeOptions: Electron.NotificationConstructorOptions;
  fakeIsShown = false;
  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super();
    this.fakeOptions = options;
  }
  show(): void {
    this.fakeIsShown = true;
  }
  close(): void {
    this.fakeIsShown = false;
    this.emit('close', {});
  }
}

true satisfies Agrees<FakeImage, Electron.NativeImage>;
true satisfies Agrees<FakeMenu, Electron.Menu>;
true satisfies Agrees<FakeTray, Electron.Tray>;
true satisfies Agrees<FakeNotification, Electron.Notification>;
