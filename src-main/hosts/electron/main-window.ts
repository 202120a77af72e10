import type { BrowserWindow } from 'electron';
import type { DesktopPlace } from '../../../src-shared/schema/desktop.ts';
import { createWindow, type WindowDeps } from './create-window.ts';
import { pageAddressOf } from './deep-link.ts';
import type { Electron } from './electron-modules.ts';
import { centredIn, fitOnto } from './placement.ts';
import type { ShellMemory } from './shell-state.ts';

interface MainWindowDeps extends WindowDeps {
  electron: WindowDeps['electron'] & Pick<Electron, 'screen' | 'nativeTheme'>;
  memory: ShellMemory;
  platform: NodeJS.Platform;
  /** Called for a window that was just built, before it loads anything. */
  onBuilt(window: BrowserWindow): void;
  /** Whether the window may really go now; false keeps it, hidden. */
  mayClose(): boolean;
}

const usual = { width: 1180, height: 780 };
const least = { width: 880, height: 560 };
const rememberAfterMs = 400;
const titleBarHeight = 40;

export type MainWindow = ReturnType<typeof createMainWindow>;

export function createMainWindow({ electron, memory, platform, onBuilt, mayClose, ...deps }: MainWindowDeps) {
  let window: BrowserWindow | null = null;

  function build(): BrowserWindow {
    const built = createWindow(
      { electron, ...deps },
      {
        ...placeNow(),
        minWidth: least.width,
        minHeight: least.height,
        title: 'Clawdbot',
        backgroundColor: electron.nativeTheme.shouldUseDarkColors ? '#151514' : '#fafaf8',
        ...titleBar(),
      },
    );
    if (memory.get().mainBounds?.isMaximized) built.maximize();
    rememberPlace(built);
    built.on('close', (event) => {
      if (mayClose()) return;
      event.preventDefault();
      built.hide();
    });
    built.on('closed', () => {
      window = null;
    });
    onBuilt(built);
    return built;
  }

  function placeNow() {
    const areas = electron.screen.getAllDisplays().map(({ workArea }) => workArea);
    const remembered = memory.get().mainBounds;
    if (remembered) return fitOnto(remembered, areas);
    return fitOnto(centredIn(electron.screen.getPrimaryDisplay().workArea, usual), areas);
  }

  /** macOS and Windows let the page draw beside the window's buttons; elsewhere the frame is the desktop's. */
  function titleBar() {
    if (platform === 'darwin')
      return { titleBarStyle: 'hiddenInset', titleBarOverlay: { height: titleBarHeight } } as const;
    return platform === 'win32' ? ({ titleBarStyle: 'hidden', titleBarOverlay: overlay() } as const) : {};
  }

  const overlay = () => ({
    color: '#00000000',
    symbolColor: electron.nativeTheme.shouldUseDarkColors ? '#ecece7' : '#1c1c1a',
    height: titleBarHeight,
  });

  function rememberPlace(built: BrowserWindow): void {
    let timer: NodeJS.Timeout | undefined;
    const remember = () => {
      if (built.isDestroyed() || built.isMinimized()) return;
      memory.set({ mainBounds: { ...built.getNormalBounds(), isMaximized: built.isMaximized() } });
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(remember, rememberAfterMs);
    };
    built.on('move', soon);
    built.on('resize', soon);
    built.on('closed', () => clearTimeout(timer));
  }

  return {
    window: () => window,

    /** Windows draws its buttons over the page, in a colour that has to follow the theme. */
    refresh(): void {
      if (platform === 'win32') window?.setTitleBarOverlay(overlay());
    },

    /** Brings the window to the front; with a place it goes there, without one it stays where it was. */
    open(place?: DesktopPlace): void {
      if (window) {
        if (place) void window.loadURL(pageAddressOf(place));
        if (window.isMinimized()) window.restore();
        window.show();
        window.focus();
        return;
      }
      const built = build();
      window = built;
      built.once('ready-to-show', () => built.show());
      void built.loadURL(pageAddressOf(place ?? { screen: 'chat' }));
    },
  };
}
