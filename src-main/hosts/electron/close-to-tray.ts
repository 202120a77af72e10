import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';
import type { ShellMemory } from './shell-state.ts';

interface CloseDeps {
  electron: Pick<Electron, 'dialog'>;
  text: DesktopText;
  memory: ShellMemory;
  quit(): void;
  logger: Logger;
}

/** What closing the main window means. Asked once: a program that lives on unseen, or ends unasked, would surprise. */
export function createCloseToTray({ electron: { dialog }, text, memory, quit, logger }: CloseDeps) {
  let isAsking = false;

  async function ask(): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: text('close.title'),
      detail: text('close.detail'),
      buttons: [text('close.tray'), text('close.quit')],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    memory.set({ onClose: response === 1 ? 'quit' : 'tray' });
    if (response === 1) quit();
  }

  /** The window was closed by the person; it is hidden already. */
  return (): void => {
    const { onClose } = memory.get();
    if (onClose === 'quit') quit();
    if (onClose !== 'ask' || isAsking) return;
    isAsking = true;
    ask()
      .catch((error: unknown) => logger.error('desktop.question_failed', { error }))
      .finally(() => {
        isAsking = false;
      });
  };
}
