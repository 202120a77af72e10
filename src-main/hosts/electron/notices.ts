import type { Notification } from 'electron';
import type { Host } from '../../core/foundation/host.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopText } from './locales.ts';

interface NoticeDeps {
  electron: Pick<Electron, 'Notification'>;
  platform: NodeJS.Platform;
  text: DesktopText;
  open(link: string | null): void;
  /** What a button of a notice about a todo does. */
  act(what: 'done' | 'snooze', taskId: string): void;
}

/** A notice that is not referred to is collected, and its click with it; older ones give way. */
const most = 20;

export function createNotices({ electron, platform, text, open, act }: NoticeDeps): Pick<Host, 'notify'> {
  const shown: Notification[] = [];
  // Linux desktops get a plain notice, whose click opens what it is about.
  const hasButtons = platform === 'darwin' || platform === 'win32';
  const buttons = ['done', 'snooze'] as const;

  return {
    notify({ title, body, open: link, task }) {
      if (!electron.Notification.isSupported()) return;
      const actions =
        hasButtons && task !== undefined
          ? buttons.map((what) => ({ type: 'button' as const, text: text(`notice.${what}`) }))
          : [];
      const notice = new electron.Notification({ title, body, actions });
      notice.on('click', () => open(link ?? null));
      notice.on('action', (_event, index) => {
        const what = buttons[index];
        if (what && task !== undefined) act(what, task);
      });
      notice.on('close', () => forget(notice));
      shown.push(notice);
      if (shown.length > most) shown.shift()?.close();
      notice.show();
    },
  };

  function forget(notice: Notification): void {
    const at = shown.indexOf(notice);
    if (at >= 0) shown.splice(at, 1);
  }
}
