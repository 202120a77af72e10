import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import type { TaskStatus } from '../../src-shared/schema/task.ts';
import { mainConversation, pageSize, useApi } from './context.tsx';
import { failureCode } from './failure.ts';
import { keys } from './keys.ts';
import type { Page } from './pages.ts';
import { roleRank } from './roles.ts';

export const firstPage: string | undefined = undefined;
export const nextPage = (page: Page<unknown>) => page.next_cursor ?? undefined;
export const withCursor = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });

/** Who this page speaks for. */
export function useMe() {
  const { connection } = useApi();
  return useQuery({ queryKey: keys.me, queryFn: () => connection.client.access.me() });
}

/** Whether this token may change things; assumed until the core has said otherwise. */
export function useCanWrite(): boolean {
  const { data } = useMe();
  return data ? roleRank(data.role) >= roleRank('operator') : true;
}

/** Whether this token may administer, once the core has said so. */
export const useIsAdmin = (): boolean => useMe().data?.role === 'admin';

export function useStatus() {
  const { connection } = useApi();
  return useQuery({ queryKey: keys.status, queryFn: () => connection.client.system.status(), refetchInterval: 15_000 });
}

export function useDeadLetters() {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.deadLetters,
    queryFn: ({ pageParam }) => connection.client.messages.listDead({ limit: pageSize, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export function useConversations() {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.conversations,
    queryFn: ({ pageParam }) => connection.client.conversations.list({ limit: pageSize, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export function useMessages(conversation: string) {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.messages(conversation),
    queryFn: async ({ pageParam }) => {
      try {
        return await connection.client.conversations.messages({
          id: conversation,
          limit: pageSize,
          ...withCursor(pageParam),
        });
      } catch (error) {
        // The built-in chat is there before its first message; the core only knows it after.
        if (conversation === mainConversation && failureCode(error) === 'CONVERSATION_NOT_FOUND')
          return { items: [], next_cursor: null };
        throw error;
      }
    },
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export function useMessage(id: string | null) {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.message(id ?? ''),
    queryFn: () => connection.client.messages.get({ id: id ?? '' }),
    enabled: id !== null,
  });
}

/** Cards by id; one that was removed is left out. */
export function useTasks(ids: readonly string[]) {
  const { connection } = useApi();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.task(id),
      queryFn: () => orGone(connection.client.tasks.get({ id })),
    })),
    combine: (results) => results.map((result, index) => ({ id: ids[index] ?? '', task: result.data })),
  });
}

/** What was read, or null where it is not there any more. */
export async function orGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (failureCode(error).endsWith('_NOT_FOUND')) return null;
    throw error;
  }
}

export function useBoard() {
  const { connection } = useApi();
  return useQuery({ queryKey: keys.board, queryFn: () => connection.client.boards.get({ id: 'main' }) });
}

/** The rest of a column that is longer than what the board carries. */
export function useWholeColumn(status: TaskStatus, enabled: boolean) {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.column(status),
    queryFn: ({ pageParam }) => connection.client.tasks.list({ status, limit: 500, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
    enabled,
  });
}
