import type { Host } from '../../core/foundation/host.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';

/** Asks the person. Enter and Escape both mean no: what was asked for happens only on purpose. One question at a time. */
export function createConfirm({
  electron: { dialog },
  text,
}: {
  electron: Pick<Electron, 'dialog'>;
  text: DesktopText;
}): Host['confirm'] {
  let isAsking = false;
  return async ({ title, detail, action }) => {
    if (isAsking) return false;
    isAsking = true;
    try {
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: title,
        detail,
        buttons: [action, text('common.cancel')],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      });
      return response === 0;
    } finally {
      isAsking = false;
    }
  };
}
