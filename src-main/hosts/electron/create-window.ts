import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import type { Electron } from './electron-modules.ts';

/** What one window may choose; what keeps it closed is the same for all. */
export type WindowChoice = Pick<
  BrowserWindowConstructorOptions,
  | 'x'
  | 'y'
  | 'width'
  | 'height'
  | 'minWidth'
  | 'minHeight'
  | 'title'
  | 'frame'
  | 'titleBarStyle'
  | 'titleBarOverlay'
  | 'resizable'
  | 'minimizable'
  | 'maximizable'
  | 'fullscreenable'
  | 'skipTaskbar'
  | 'alwaysOnTop'
  | 'backgroundColor'
>;

export interface WindowDeps {
  electron: Pick<Electron, 'app' | 'BrowserWindow'>;
  preloadFile: string;
}

/** Builds every window of the product. A test keeps every other file from doing so. */
export function createWindow({ electron, preloadFile }: WindowDeps, choice: WindowChoice): BrowserWindow {
  return new electron.BrowserWindow({
    ...choice,
    // An empty frame that fills later looks broken; whoever made the window shows it when the page is drawn.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Chromium fetches its dictionaries from a server of Google, and nothing leaves this machine unasked.
      spellcheck: false,
      devTools: !electron.app.isPackaged,
    },
  });
}
