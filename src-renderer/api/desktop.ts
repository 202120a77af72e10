import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DesktopPlace, DesktopState } from '../../src-shared/schema/desktop.ts';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';

/** The shell changes by itself only while it fetches an update, and once in a while. */
const movingMs = 500;
const restingMs = 30_000;
const isMoving = (state: DesktopState | null | undefined): boolean =>
  state?.update?.step === 'downloading' || state?.update?.step === 'checking';

/** The shell around this window; undefined in a browser, and until the shell has answered. */
export function useDesktopState() {
  const { desktop } = useApi().connection;
  const { data } = useQuery({
    queryKey: keys.desktop,
    queryFn: () => desktop?.state() ?? null,
    enabled: desktop !== null,
    refetchInterval: ({ state }) => (isMoving(state.data) ? movingMs : restingMs),
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
    /** False where the shell could not take the keys. */
    setShortcut: async (chosen: string | null): Promise<boolean> => {
      const answer = await desktop?.setShortcut({ keys: chosen }).catch(() => null);
      await cache.invalidateQueries({ queryKey: keys.desktop });
      return answer?.accepted ?? false;
    },
    checkForUpdate: () => change.mutate(() => desktop?.checkForUpdate()),
    downloadUpdate: () => change.mutate(() => desktop?.downloadUpdate()),
    cancelUpdate: () => change.mutate(() => desktop?.cancelUpdate()),
    installUpdate: () => change.mutate(() => desktop?.installUpdate()),
    setAutostart: (on: boolean) => change.mutate(() => desktop?.setAutostart({ on })),
  };
}
