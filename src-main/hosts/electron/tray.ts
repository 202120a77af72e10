import { join } from 'node:path';
import type { MenuItemConstructorOptions, NativeImage, Rectangle, Tray } from 'electron';
import type { DesktopState, DesktopUpdate } from '../../../src-shared/schema/desktop.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';

/** What the icon tells, by its shape alone: a tray is small, and not everybody sees its colours. */
export type TrayState = 'idle' | 'busy' | 'attention' | 'paused' | 'offline';

interface TrayDeps {
  electron: Pick<Electron, 'Tray' | 'Menu' | 'nativeImage' | 'nativeTheme'>;
  platform: NodeJS.Platform;
  /** The pictures that `npm run icons` draws. */
  picturesFolder: string;
  text: DesktopText;
  actions: {
    toggleChat(): void;
    open(screen?: 'board' | 'memory'): void;
    setAutostart(on: boolean): void;
    /** Null: until it is resumed. */
    pause(seconds: number | null): void;
    resume(): void;
    quit(): void;
  };
}

export interface TrayView {
  state: TrayState;
  autostart: boolean | null;
  shortcut: DesktopState['shortcut'];
  update: DesktopUpdate | null;
  onUpdate(): void;
}

export type ProductTray = ReturnType<typeof createTray>;

/**
 * The icon in the tray. On Windows and macOS a left click opens the chat and a right click the menu; on Linux many
 * desktops open the menu for either, so the chat is also its first item.
 */
export function createTray({ electron, platform, picturesFolder, text, actions }: TrayDeps) {
  let view: TrayView = {
    state: 'offline',
    autostart: null,
    shortcut: { keys: null, state: 'off', usual: '' },
    update: null,
    onUpdate: () => undefined,
  };
  const tray: Tray = new electron.Tray(icon());
  tray.on('click', () => actions.toggleChat());
  // macOS shows a menu that was set for both clicks, and then never tells of a left one.
  if (platform === 'darwin') tray.on('right-click', () => tray.popUpContextMenu(menu()));
  refresh();

  function refresh(): void {
    tray.setImage(icon());
    tray.setToolTip(text(`state.${view.state}`));
    if (platform !== 'darwin') tray.setContextMenu(menu());
  }

  /** Electron finds the sharper pictures beside it (@2x), and macOS paints what is called a template by itself. */
  function icon(): NativeImage {
    const bar = electron.nativeTheme.shouldUseDarkColors ? '-on-dark' : '-on-light';
    const kind = platform === 'darwin' ? 'Template' : bar;
    return electron.nativeImage.createFromPath(join(picturesFolder, `${view.state}${kind}.png`));
  }

  function menu() {
    const { keys, state } = view.shortcut;
    const items: MenuItemConstructorOptions[] = [
      { label: text('menu.chat'), click: () => actions.toggleChat() },
      { label: text('menu.open'), click: () => actions.open() },
      { label: text('menu.board'), click: () => actions.open('board') },
      { label: text('menu.memory'), click: () => actions.open('memory') },
      { type: 'separator' },
      ...pauseItems(),
      ...(keys === null
        ? []
        : [
            {
              label: text(state === 'refused' ? 'menu.shortcutRefused' : 'menu.shortcut', { keys: spoken(keys) }),
              enabled: false,
            },
          ]),
      ...(view.autostart === null
        ? []
        : [
            {
              type: 'checkbox' as const,
              label: text('menu.autostart'),
              checked: view.autostart,
              click: ({ checked }: { checked: boolean }) => actions.setAutostart(checked),
            },
          ]),
      { type: 'separator' },
      ...updateItems(),
      { label: text('menu.quit'), click: () => actions.quit() },
    ];
    return electron.Menu.buildFromTemplate(items);
  }

  function pauseItems(): MenuItemConstructorOptions[] {
    if (view.state === 'offline') return [];
    if (view.state === 'paused') return [{ label: text('menu.resume'), click: () => actions.resume() }];
    return [
      { label: text('menu.pauseHour'), click: () => actions.pause(3600) },
      { label: text('menu.pause'), click: () => actions.pause(null) },
    ];
  }

  /** What is new comes as an item above the last one; while nothing is new there is none. */
  function updateItems(): MenuItemConstructorOptions[] {
    const { update, onUpdate } = view;
    if (!update?.offered || update.step === 'idle' || update.step === 'checking') return [];
    const { version } = update.offered;
    const percent = String(Math.round(update.progress * 100));
    const label = text(`menu.update.${update.step}`, { version, percent });
    return [{ label, enabled: update.step === 'offered' || update.step === 'ready', click: onUpdate }];
  }

  /** Electron's names of keys as the keyboard shows them; & would underline the next letter. */
  function spoken(keys: string): string {
    return keys.replace('CommandOrControl', platform === 'darwin' ? '⌘' : 'Ctrl').replaceAll('&', '&&');
  }

  return {
    show(change: Partial<TrayView>): void {
      view = { ...view, ...change };
      refresh();
    },
    /** Draws and says everything anew, after a change of theme or language. */
    refresh,
    bounds: (): Rectangle => tray.getBounds(),
    destroy: () => tray.destroy(),
  };
}
