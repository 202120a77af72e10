import type { BrowserWindow } from 'electron';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';

interface QuitDeps {
  electron: Pick<Electron, 'app' | 'powerMonitor'>;
  /** Ends everything in order. */
  stop(): Promise<void>;
  logger: Logger;
  limitMs?: number;
}

/** Systems that shut down give a program a few seconds; what is stored is stored, so a cut costs nothing but order. */
const usualLimitMs = 8_000;
/** An installer that was started and does not end this program by then is not kept waiting for it. */
const handOverLimitMs = 30_000;

export type Quit = ReturnType<typeof createQuit>;

/** Every way to end the program leads through one drain with a limit. */
export function createQuit({ electron: { app, powerMonitor }, stop, logger, limitMs = usualLimitMs }: QuitDeps) {
  let draining: Promise<void> | null = null;
  let isHandedOver = false;

  app.on('before-quit', (event) => {
    // Whoever was handed the end quits by itself, after what it has to do.
    if (isHandedOver) return;
    // The program ends when it is drained, and not a window earlier.
    event.preventDefault();
    quit();
  });
  // The tray keeps the program; without this Electron ends with its last window.
  app.on('window-all-closed', () => undefined);
  // Linux and macOS tell here that the machine goes down, Windows through its windows.
  powerMonitor.on('shutdown', () => quit());

  function quit(): void {
    draining ??= drain();
  }

  /** Drains, and leaves the rest to `last`; where that fails, this program starts again as it was. */
  function quitThen(last: () => void): void {
    draining ??= drain(() => {
      try {
        isHandedOver = true;
        last();
        setTimeout(() => app.exit(0), handOverLimitMs).unref();
      } catch (error) {
        logger.error('desktop.hand_over_failed', { error });
        app.relaunch();
        app.exit(0);
      }
    });
  }

  async function drain(last = () => app.exit(0)): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), limitMs);
    });
    try {
      const ended = await Promise.race([stop().then(() => 'drained' as const), limit]);
      if (ended === 'late') logger.warn('desktop.drain_cut', { limitMs });
    } catch (error) {
      logger.error('desktop.drain_failed', { error });
    } finally {
      clearTimeout(timer);
      last();
    }
  }

  return {
    quit,
    quitThen,
    isQuitting: () => draining !== null,
    /** Windows asks every window before the user is logged off; there is no time for a question then. */
    watch(window: BrowserWindow): void {
      window.on('query-session-end', quit);
      window.on('session-end', quit);
    },
  };
}
