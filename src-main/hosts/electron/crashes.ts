import { readFileSync, writeFileSync } from 'node:fs';
import type { BrowserWindow } from 'electron';
import * as z from 'zod';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';

interface CrashDeps {
  electron: Pick<Electron, 'app' | 'dialog' | 'BrowserWindow'>;
  text: DesktopText;
  logger: Logger;
  /** A window whose page is gone has no port any more. */
  onPageGone(window: BrowserWindow): void;
}

/** Tells of windows that died or hang, and offers to load them again; the core goes on meanwhile. */
export function watchWindows({ electron, text, logger, onPageGone }: CrashDeps) {
  const asking = new WeakSet<BrowserWindow>();

  electron.app.on('render-process-gone', (_event, contents, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    logger.error('desktop.window_gone', { reason, exitCode });
    const window = electron.BrowserWindow.fromWebContents(contents);
    if (!window) return;
    onPageGone(window);
    offer(window, 'crash', 'crash.close', (choice) => (choice === 'reload' ? window.reload() : window.destroy()));
  });
  electron.app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    if (reason !== 'clean-exit') logger.error('desktop.helper_gone', { type, reason, exitCode });
  });

  return {
    watch(window: BrowserWindow): void {
      window.on('unresponsive', () => {
        logger.warn('desktop.window_hangs');
        offer(window, 'hang', 'hang.wait', (choice) => {
          // A page that does not answer cannot leave by itself either.
          if (choice === 'reload') window.webContents.forcefullyCrashRenderer();
          if (choice === 'reload') window.reload();
        });
      });
    },
  };

  function offer(
    window: BrowserWindow,
    what: 'crash' | 'hang',
    other: 'crash.close' | 'hang.wait',
    then: (choice: 'reload' | 'other') => void,
  ): void {
    if (asking.has(window)) return;
    asking.add(window);
    electron.dialog
      .showMessageBox({
        type: 'warning',
        message: text(`${what}.title`),
        detail: text(`${what}.detail`),
        buttons: [text('crash.reload'), text(other)],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      })
      .then(({ response }) => {
        if (!window.isDestroyed()) then(response === 0 ? 'reload' : 'other');
      })
      .catch((error: unknown) => logger.error('desktop.question_failed', { error }))
      .finally(() => asking.delete(window));
  }
}

const within = 10 * 60_000;
const mostRestarts = 3;
const Restarts = z.array(z.number()).max(100);

/** Counts ends that nobody wanted, across restarts: true while another start may help. */
export function mayRestart(file: string, nowMs: number): boolean {
  const recent = readRestarts(file).filter((at) => nowMs - at < within && at <= nowMs);
  const next = [...recent, nowMs].slice(-mostRestarts - 1);
  writeFileSync(file, JSON.stringify(next), { mode: 0o600 });
  return next.length <= mostRestarts;
}

function readRestarts(file: string): number[] {
  try {
    return Restarts.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Not there yet, or cut off by the crash before: counting starts anew.
    return [];
  }
}

interface FatalDeps {
  electron: Pick<Electron, 'app' | 'dialog'>;
  text: DesktopText;
  logFile: { file: string; lastWords(line: string): void };
  restartsFile: string;
  /** Where the process tells of what nobody caught. */
  process: Pick<NodeJS.Process, 'on'>;
  scrub(text: string): string;
  nowMs(): number;
}

/** What nobody caught: its last words go to the log, and the program starts anew, unless it does so all the time. */
export function restartOnFatal({ electron, text, logFile, restartsFile, process, scrub, nowMs }: FatalDeps): void {
  let isEnding = false;
  const end = (error: unknown) => {
    if (isEnding) return;
    isEnding = true;
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const words = { level: 'fatal', time: new Date(nowMs()).toISOString(), msg: 'desktop.fatal', name, message, stack };
    logFile.lastWords(scrub(`${JSON.stringify(words)}\n`));
    if (mayRestart(restartsFile, nowMs())) electron.app.relaunch();
    else electron.dialog.showErrorBox(text('fatal.title'), text('fatal.detail', { log: logFile.file }));
    electron.app.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
