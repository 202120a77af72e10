import { useNavigate } from '@tanstack/react-router';
import { Maximize2, Pin, PinOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { mainConversation, useApi, useCanWrite, useDesktop, useDesktopState } from '../../api/index.ts';
import { ConnectionBadge } from '../../app/status-bar.tsx';
import { IconButton } from '../../components/button.tsx';
import { useText } from '../../locales/index.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';

/** The chat beside the tray icon, 400 by 600: the built-in conversation, a pin, and the way to the main window. */
export function TrayChatScreen() {
  const t = useText();
  const { inShell } = useApi().connection;
  const desktop = useDesktop();
  const state = useDesktopState();
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const isPinned = state?.pinned ?? false;
  useEscapeHides(desktop.hide);

  const openMain = () =>
    inShell
      ? desktop.openMain({ screen: 'conversation', id: mainConversation })
      : void navigate({ to: '/chat', search: {} });

  return (
    <div className="flex h-full flex-col">
      <header className="window-handle flex h-11 shrink-0 items-center gap-2 border-divider border-b bg-sunken pr-1.5 pl-3">
        <img src="./icon.svg" alt="" width={18} height={18} />
        <h1 className="text-body">{t('app.name')}</h1>
        <div className="flex min-w-0 flex-1 items-center text-meta text-text-2">
          <ConnectionBadge />
        </div>
        {state?.window === 'tray' && (
          <IconButton
            label={isPinned ? t('tray.unpin') : t('tray.pin')}
            onPress={() => desktop.pin(!isPinned)}
            aria-pressed={isPinned}
          >
            {isPinned ? <PinOff aria-hidden="true" size={16} /> : <Pin aria-hidden="true" size={16} />}
          </IconButton>
        )}
        <IconButton label={t('tray.openMain')} onPress={openMain}>
          <Maximize2 aria-hidden="true" size={16} />
        </IconButton>
      </header>
      <main className="relative flex min-h-0 flex-1 flex-col">
        <MessageList conversation={mainConversation} target={null} />
        {canWrite && <Composer />}
      </main>
    </div>
  );
}

/** Escape closes what is open first, and then puts the window away. */
function useEscapeHides(hide: () => void) {
  const latest = useRef(hide);
  useEffect(() => {
    latest.current = hide;
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) latest.current();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
