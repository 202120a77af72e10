import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
  redirect,
  useNavigate,
} from '@tanstack/react-router';
import { Button } from '../components/button.tsx';
import { useText } from '../locales/index.ts';
import { Frame } from './frame.tsx';
import { EmptyState, Skeleton } from './notice.tsx';
import { parts } from './parts.ts';
import { useTrayStays } from './tray-window.ts';

/** A search parameter that is a text, or nothing: addresses are typed by hand, too. */
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

type Params<K extends string> = { [key in K]?: string };
const only =
  <K extends string>(...names: K[]) =>
  (search: Record<string, unknown>): Params<K> => {
    const found: Params<K> = {};
    for (const name of names) {
      const value = text(search[name]);
      if (value !== undefined) Object.assign(found, { [name]: value });
    }
    return found;
  };

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound });

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/chat' });
  },
});

const chatRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/chat',
  validateSearch: only('conversation', 'message'),
  component: lazyRouteComponent(parts.chat, 'ChatScreen'),
});

/** The small chat of the tray: the same conversation without the frame around it. */
const trayRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/tray',
  component: lazyRouteComponent(parts.chat, 'TrayChatScreen'),
});

const boardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/todos',
  validateSearch: only('q', 'due', 'channel', 'task', 'add'),
  component: lazyRouteComponent(parts.board, 'BoardScreen'),
});

const memoryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/memory',
  validateSearch: only('q', 'from', 'to', 'person', 'platform', 'kind', 'mark', 'id', 'add', 'panel'),
  component: lazyRouteComponent(parts.memory, 'MemoryScreen'),
});

const statusRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/status',
  component: lazyRouteComponent(parts.status, 'StatusScreen'),
});

const devicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/devices',
  validateSearch: only('add'),
  component: lazyRouteComponent(parts.devices, 'DevicesScreen'),
});

export function createAppRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([
      homeRoute,
      chatRoute,
      trayRoute,
      boardRoute,
      memoryRoute,
      statusRoute,
      devicesRoute,
    ]),
    history: createHashHistory(),
    defaultPendingComponent: () => <Skeleton rows={6} />,
    defaultErrorComponent: Broken,
    // Plain texts in the address rather than JSON.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      const query = new URLSearchParams(given).toString();
      return query && `?${query}`;
    },
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

function Root() {
  const place = useTrayStays();
  if (place === 'leaving') return null;
  return place === 'tray' ? <Outlet /> : <Frame />;
}

function NotFound() {
  const t = useText();
  const navigate = useNavigate();
  return (
    <EmptyState title={t('errors.notFoundTitle')} text={t('errors.notFoundText')}>
      <Button onPress={() => void navigate({ to: '/chat' })}>{t('palette.go', { screen: t('nav.chat') })}</Button>
    </EmptyState>
  );
}

/** A fault of ours on one screen: the frame stays, and the other screens work on. */
function Broken({ error, reset }: ErrorComponentProps) {
  const t = useText();
  return (
    <div role="alert">
      <EmptyState title={t('errors.crashTitle')} text={t('errors.crashText')}>
        <Button onPress={reset}>{t('errors.crashButton')}</Button>
      </EmptyState>
      <p className="px-6 text-center font-mono text-caption text-text-3">
        {error instanceof Error ? error.message : String(error)}
      </p>
    </div>
  );
}
