import type { MenuItemConstructorOptions, NativeImage, Rectangle, Tray } from 'electron';
import type { DesktopState } from '../../../src-shared/schema/desktop.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';
import { drawTrayIcon, type IconColour, type TrayState } from './tray-icon.ts';

interface TrayDeps {
  electron: Pick<Electron, 'Tray' | 'Menu' | 'nativeImage' | 'nativeTheme'>;
  platform: NodeJS.Platform;
  text: DesktopText;
  actions: {
    toggleChat(): void;
    open(screen?: 'board' | 'memory'): void;
    setAutostart(on: boolean): void;
    quit(): void;
  };
}

export interface TrayView {
  state: TrayState;
  autostart: boolean | null;
  shortcut: DesktopState['shortcut'];
}

export type ProductTray = ReturnType<typeof createTray>;

/**
 * The icon in the tray. On Windows and macOS a left click opens the chat and a right click the menu; on Linux many
 * desktops open the menu for either, so the chat is also its first item.
 */
export function createTray({ electron, platform, text, actions }: TrayDeps) {
  let view: TrayView = { state: 'offline', autostart: null, shortcut: { keys: null, state: 'off' } };
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

  function icon(): NativeImage {
    const image = electron.nativeImage.createEmpty();
    for (const scaleFactor of [1, 1.5, 2, 3]) {
      const pixels = Math.round(16 * scaleFactor);
      const buffer = drawTrayIcon(view.state, pixels, colour());
      image.addRepresentation({ scaleFactor, width: pixels, height: pixels, buffer });
    }
    // macOS paints a template image itself, in whatever colour its bar needs.
    if (platform === 'darwin') image.setTemplateImage(true);
    return image;
  }

  function colour(): IconColour {
    if (platform === 'darwin') return { red: 0, green: 0, blue: 0 };
    return electron.nativeTheme.shouldUseDarkColors
      ? { red: 0x74, green: 0xbd, blue: 0xa7 }
      : { red: 0x24, green: 0x69, blue: 0x5a };
  }

  function menu() {
    const { keys, state } = view.shortcut;
    const items: MenuItemConstructorOptions[] = [
      { label: text('menu.chat'), click: () => actions.toggleChat() },
      { label: text('menu.open'), click: () => actions.open() },
      { label: text('menu.board'), click: () => actions.open('board') },
      { label: text('menu.memory'), click: () => actions.open('memory') },
      { type: 'separator' },
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
      { label: text('menu.quit'), click: () => actions.quit() },
    ];
    return electron.Menu.buildFromTemplate(items);
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
