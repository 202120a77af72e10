import { onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useSyncExternalStore } from 'react';
import { backoffMs } from './backoff.ts';
import { type Connection, createConnection } from './connection.ts';
import { failureCode, isPassing } from './failure.ts';
import { keys } from './keys.ts';
import { followChanges, pageSize, showNewest } from './live.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createUndoHistory, type UndoHistory } from './undo.ts';

interface Api {
  connection: Connection;
  cache: QueryClient;
  outbox: Outbox;
  undo: UndoHistory;
}

const ApiContext = createContext<Api | null>(null);

/** Builds the connection and everything that lives on it. Call once; `start` it when the page is ready. */
export function createApi({ language }: { language: () => 'zh-CN' | 'en' }): Api {
  const connection = createConnection();
  const cache = createCache();
  const outbox = createOutbox({
    storage: localStorage,
    newId: () => crypto.randomUUID(),
    now: () => Date.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    send: async (entry) => {
      await connection.client.chat.send({
        content: entry.content,
        external_id: entry.external_id,
        locale: language(),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      // The message is in the core; showing it from there before it leaves the box avoids a blink.
      await showNewest({ client: connection.client, cache }, mainConversation);
    },
  });
  return { connection, cache, outbox, undo: createUndoHistory() };
}

/** The built-in chat. */
export const mainConversation = 'chat:main';

function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (count, error) => count < 3 && isPassing(failureCode(error)),
        retryDelay: (attempt) => backoffMs(attempt),
      },
      mutations: {
        retry: (count, error) => count < 8 && isPassing(failureCode(error)),
        retryDelay: (attempt) => backoffMs(attempt),
      },
    },
  });
}

/** Ties queries, the outbox and the stream of changes to the state of the connection. Returns what undoes it. */
function attach({ connection, cache, outbox }: Api): () => void {
  /** Counts connections; whoever follows an earlier one is over. */
  let turn = 0;
  let isOnline = false;
  // What "online" means here is whether the core answers, not whether there is a network.
  onlineManager.setEventListener(() => undefined);
  onlineManager.setOnline(false);
  const isChangingTasks = () => cache.isMutating({ mutationKey: keys.allTasks }) > 0;

  async function follow(mine: number) {
    const isOver = () => turn !== mine;
    for (let attempt = 0; !isOver(); attempt++) {
      try {
        await followChanges({ client: connection.client, cache, isChangingTasks }, isOver);
      } catch (error) {
        if (!isOver()) console.warn('the stream of changes ended', failureCode(error));
      }
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
      if (!isOver()) void cache.invalidateQueries();
    }
  }

  function update() {
    const { type } = connection.state();
    if (type === 'signed-out') cache.clear();
    if ((type === 'online') === isOnline) return;
    isOnline = type === 'online';
    turn += 1;
    onlineManager.setOnline(isOnline);
    outbox.setOnline(isOnline);
    if (!isOnline) return;
    void follow(turn);
    void cache.invalidateQueries();
  }

  const unsubscribe = connection.subscribe(update);
  update();
  return () => {
    unsubscribe();
    turn += 1;
  };
}

export function ApiProvider({ api, children }: { api: Api; children: ReactNode }) {
  useEffect(() => attach(api), [api]);
  return (
    <ApiContext value={api}>
      <QueryClientProvider client={api.cache}>{children}</QueryClientProvider>
    </ApiContext>
  );
}

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('useApi needs an ApiProvider above it');
  return api;
}

export function useConnectionState() {
  const { connection } = useApi();
  return useSyncExternalStore(connection.subscribe, connection.state);
}

export function useOutbox() {
  const { outbox } = useApi();
  const entries = useSyncExternalStore(outbox.subscribe, outbox.entries);
  return { entries, outbox };
}

export function useUndoHistory() {
  const { undo } = useApi();
  const latest = useSyncExternalStore(undo.subscribe, undo.latest);
  return { latest, undo };
}

export { pageSize };
