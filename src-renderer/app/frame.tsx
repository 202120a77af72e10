import { Link, Outlet } from '@tanstack/react-router';
import {
  Activity,
  Brain,
  ListChecks,
  type LucideIcon,
  MessageSquare,
  PanelLeftClose,
  PanelLeftOpen,
  Search,
} from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useBoard } from '../api/index.ts';
import { IconButton } from '../components/button.tsx';
import { classes } from '../components/classes.ts';
import { FrameActionsContext } from '../components/frame-actions.ts';
import { isApple, isTyping } from '../components/keyboard.ts';
import { useMedia } from '../components/use-media.ts';
import { useText } from '../locales/index.ts';
import { fetchAhead, parts } from './parts.ts';
import { setPreferences, usePreferences } from './preferences.ts';
import { SettingsButton } from './settings.tsx';
import { StatusBar } from './status-bar.tsx';

const Palette = lazy(() => parts.palette().then((module) => ({ default: module.Palette })));
const ShortcutsHelp = lazy(() => parts.help().then((module) => ({ default: module.ShortcutsHelp })));

const screens: readonly {
  to: '/chat' | '/todos' | '/memory' | '/status';
  name: 'chat' | 'board' | 'memory' | 'status';
  icon: LucideIcon;
}[] = [
  { to: '/chat', name: 'chat', icon: MessageSquare },
  { to: '/todos', name: 'board', icon: ListChecks },
  { to: '/memory', name: 'memory', icon: Brain },
  { to: '/status', name: 'status', icon: Activity },
];

export function Frame() {
  const t = useText();
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);

  useEffect(() => void fetchAhead(), []);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const isPalette =
        event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      const isHelp = event.key === '?' && !isTyping(event.target) && !event.ctrlKey && !event.metaKey;
      if (!isPalette && !isHelp) return;
      event.preventDefault();
      setOpen((now) => (isPalette ? (now === 'palette' ? null : 'palette') : 'help'));
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <FrameActionsContext value={{ openPalette: () => setOpen('palette'), openHelp: () => setOpen('help') }}>
      <a
        href="#content"
        onClick={focusContent}
        className="float sr-only z-50 px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('app.skip')}
      </a>
      <div className="flex h-full flex-col">
        <div aria-hidden="true" className="title-bar" />
        <div className="flex min-h-0 flex-1 narrow:flex-col-reverse">
          <SideBar onSearch={() => setOpen('palette')} />
          <main id="content" tabIndex={-1} className="relative min-h-0 min-w-0 flex-1 overflow-clip outline-none">
            <Outlet />
          </main>
        </div>
        <StatusBar />
      </div>
      <Suspense fallback={null}>
        {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
        {open === 'help' && <ShortcutsHelp onClose={() => setOpen(null)} />}
      </Suspense>
    </FrameActionsContext>
  );
}

/** The address belongs to the router, so the link moves the focus instead of the hash. */
function focusContent(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function SideBar({ onSearch }: { onSearch(): void }) {
  const t = useText();
  const { sideBar } = usePreferences();
  const isRoomy = useMedia('(width >= 62rem)');
  const isNarrow = useMedia('(width < 48rem)');
  const isSlim = isNarrow || (sideBar === null ? !isRoomy : sideBar === 'slim');
  const suggested = useBoard().data?.columns.find((column) => column.status === 'suggested')?.total ?? 0;
  const keys = isApple ? '⌘K' : 'Ctrl K';

  return (
    <nav
      aria-label={t('nav.label')}
      className={classes(
        'flex shrink-0 gap-0.5 border-divider bg-sunken p-2',
        isNarrow ? 'justify-around border-t' : classes('flex-col border-r', isSlim ? 'w-[52px]' : 'w-[220px]'),
      )}
    >
      {!isNarrow && (
        <div className={classes('mb-2 flex h-8 items-center', isSlim ? 'justify-center' : 'gap-2 pl-1.5')}>
          <img src="./icon.svg" alt="" width={22} height={22} />
          {!isSlim && <span className="flex-1 font-semibold text-chat">{t('app.name')}</span>}
        </div>
      )}
      {isSlim ? (
        <IconButton label={t('nav.commands')} keys={keys} onPress={onSearch} className="mb-1 w-9! narrow:mb-0">
          <Search aria-hidden="true" size={17} />
        </IconButton>
      ) : (
        <button
          type="button"
          title={t('nav.commands')}
          onClick={onSearch}
          className="mb-2 flex h-8 items-center gap-2 rounded-md border border-divider bg-surface px-2 text-left text-text-3 hover:border-border"
        >
          <Search aria-hidden="true" size={15} />
          <span className="min-w-0 flex-1 truncate">{t('nav.search')}</span>
          <kbd className="font-sans text-caption">{keys}</kbd>
        </button>
      )}
      {screens.map(({ to, name, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          title={isSlim ? t(`nav.${name}`) : undefined}
          className={classes(
            'relative flex h-8 items-center gap-2.5 rounded-md text-text-2 hover:bg-divider/60 hover:text-text',
            'aria-[current=page]:bg-surface aria-[current=page]:font-semibold aria-[current=page]:text-text aria-[current=page]:shadow-[inset_0_0_0_1px_var(--divider)]',
            isSlim ? 'w-9 justify-center' : 'px-2',
          )}
        >
          <Icon aria-hidden="true" size={17} className="shrink-0" />
          <span className={isSlim ? 'sr-only' : 'flex-1'}>{t(`nav.${name}`)}</span>
          {name === 'board' && suggested > 0 && <SuggestedCount count={suggested} isSlim={isSlim} />}
        </Link>
      ))}
      {!isNarrow && <div className="flex-1" />}
      <div className={classes('flex gap-0.5', isNarrow ? '' : isSlim ? 'flex-col' : 'items-center justify-between')}>
        <SettingsButton isSlim={isSlim} />
        {!isNarrow && (
          <IconButton
            label={isSlim ? t('nav.expand') : t('nav.collapse')}
            onPress={() => setPreferences({ sideBar: isSlim ? 'wide' : 'slim' })}
            className={isSlim ? 'w-9!' : ''}
          >
            {isSlim ? <PanelLeftOpen aria-hidden="true" size={17} /> : <PanelLeftClose aria-hidden="true" size={17} />}
          </IconButton>
        )}
      </div>
    </nav>
  );
}

function SuggestedCount({ count, isSlim }: { count: number; isSlim: boolean }) {
  const t = useText();
  return (
    <span
      className={classes(
        'rounded-full bg-accent forced-color-adjust-none px-1.5 font-semibold text-caption text-on-accent leading-4',
        isSlim && 'absolute -top-0.5 -right-0.5 px-1',
      )}
    >
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{t('nav.suggested', { count })}</span>
    </span>
  );
}
