import type { BrowserWindow, Rectangle } from 'electron';
import { createWindow, type WindowDeps } from './create-window.ts';
import type { Electron } from './electron-modules.ts';
import { pageUrl } from './identity.ts';
import { besideIcon } from './placement.ts';
import type { ShellMemory } from './shell-state.ts';

interface TrayChatDeps extends WindowDeps {
  electron: WindowDeps['electron'] & Pick<Electron, 'screen' | 'nativeTheme'>;
  memory: ShellMemory;
  iconBounds(): Rectangle;
  onBuilt(window: BrowserWindow): void;
  mayClose(): boolean;
  nowMs(): number;
}

const size = { width: 400, height: 600 };
/** A click on the icon first takes the focus, which hides the chat, and then asks to toggle it. */
const sameClickMs = 250;

export type TrayChat = ReturnType<typeof createTrayChat>;

/** The small chat beside the tray icon: goes when the focus goes, unless it is pinned. */
export function createTrayChat({ electron, memory, iconBounds, onBuilt, mayClose, nowMs, ...deps }: TrayChatDeps) {
  let window: BrowserWindow | null = null;
  let isReady = false;
  let blurredAt = Number.NEGATIVE_INFINITY;

  function build(): BrowserWindow {
    const built = createWindow(
      { electron, ...deps },
      {
        ...size,
        title: 'Clawdbot',
        frame: false,
        resizable: false,
        minimizable: false,
        maximizable: false,
        fullscreenable: false,
        skipTaskbar: true,
        alwaysOnTop: true,
        backgroundColor: electron.nativeTheme.shouldUseDarkColors ? '#151514' : '#fafaf8',
      },
    );
    built.on('blur', () => {
      if (memory.get().pinned || !built.isVisible()) return;
      blurredAt = nowMs();
      built.hide();
    });
    built.on('close', (event) => {
      if (mayClose()) return;
      event.preventDefault();
      built.hide();
    });
    built.on('closed', () => {
      window = null;
      isReady = false;
    });
    built.once('ready-to-show', () => {
      isReady = true;
      show();
    });
    onBuilt(built);
    void built.loadURL(`${pageUrl}#/tray`);
    return built;
  }

  function show(): void {
    window ??= build();
    if (!isReady) return;
    const icon = iconBounds();
    const { screen } = electron;
    const point = icon.width > 0 ? { x: icon.x, y: icon.y } : screen.getCursorScreenPoint();
    window.setBounds(besideIcon(icon, size, screen.getDisplayNearestPoint(point)));
    window.show();
    window.focus();
  }

  const hide = () => window?.hide();

  return {
    window: () => window,
    show,
    hide,
    toggle(): void {
      if (window?.isVisible()) hide();
      else if (nowMs() - blurredAt > sameClickMs) show();
    },
  };
}
