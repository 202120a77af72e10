import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import type { DesktopPlace } from '../../src-shared/schema/desktop.ts';
import { useApi, useDesktop } from '../api/index.ts';

const trayPath = '/tray';

/**
 * The tray window shows its chat and nothing else: what is opened from it opens in the main window. Says where this
 * window is; the address it began with says which window it is.
 */
export function useTrayStays(): 'tray' | 'leaving' | 'elsewhere' {
  const { inShell } = useApi().connection;
  const { openMain } = useDesktop();
  const navigate = useNavigate();
  const { pathname, search } = useRouterState({ select: ({ location }) => location });
  const [isTrayWindow] = useState(pathname === trayPath);
  const isLeaving = inShell && isTrayWindow && pathname !== trayPath;

  const leave = useEffectEvent(() => {
    openMain(placeOf(pathname, search));
    void navigate({ to: trayPath, replace: true });
  });
  useEffect(() => {
    if (isLeaving) leave();
  }, [isLeaving]);

  return isLeaving ? 'leaving' : pathname === trayPath ? 'tray' : 'elsewhere';
}

function placeOf(pathname: string, search: { task?: unknown; conversation?: unknown }): DesktopPlace {
  const { task, conversation } = search;
  if (pathname === '/todos') return typeof task === 'string' ? { screen: 'task', id: task } : { screen: 'board' };
  if (pathname === '/memory') return { screen: 'memory' };
  return typeof conversation === 'string' ? { screen: 'conversation', id: conversation } : { screen: 'chat' };
}
