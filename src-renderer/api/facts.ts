import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { FactName } from '../../src-shared/schema/fact.ts';
import { pageSize, useApi } from './context.tsx';
import { keys } from './keys.ts';
import { firstPage, nextPage, withCursor } from './queries.ts';

/** What people said of themselves; `superseded`: only what they said otherwise later. */
export function useFacts(superseded: boolean) {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.facts(superseded),
    queryFn: ({ pageParam }) => connection.client.facts.list({ limit: pageSize, superseded, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

/** Forgets a fact, or brings it back. */
export function useFactChange(onFailure: (error: unknown) => void) {
  const { connection } = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ change, ...name }: FactName & { change: 'forget' | 'restore' }) =>
      connection.client.facts[change](name),
    onError: onFailure,
    onSettled: () => client.invalidateQueries({ queryKey: ['memories', 'facts'] }),
  });
}
