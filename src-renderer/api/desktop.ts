import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DesktopPlace } from '../../src-shared/schema/desktop.ts';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';

/** The shell around this window; undefined in a browser, and until the shell has answered. */
export function useDesktopState() {
  const { desktop } = useApi().connection;
  const { data } = useQuery({
    queryKey: keys.desktop,
    queryFn: () => desktop?.state() ?? null,
    enabled: desktop !== null,
  });
  return data ?? undefined;
}

/** What the shell does for its window; every one of them does nothing in a browser. */
export function useDesktop() {
  const { desktop } = useApi().connection;
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: (ask: () => Promise<unknown> | undefined) => Promise.resolve(ask()),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.desktop }),
  });
  return {
    pin: (pinned: boolean) => change.mutate(() => desktop?.pin({ pinned })),
    openMain: (place: DesktopPlace) => change.mutate(() => desktop?.openMain(place)),
    hide: () => change.mutate(() => desktop?.hide()),
    setAutostart: (on: boolean) => change.mutate(() => desktop?.setAutostart({ on })),
  };
}
