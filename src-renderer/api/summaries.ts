import { useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';
import { orGone } from './queries.ts';

const talksAtOnce = 5;

/** What was talked about in a conversation, the latest talk first. */
export function useSummaries(conversation: string) {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.summaries(conversation),
    // A conversation in which nothing was said yet is not there.
    queryFn: async ({ pageParam }) =>
      (await orGone(
        connection.client.conversations.summaries({
          id: conversation,
          limit: talksAtOnce,
          ...(pageParam === null ? {} : { before: pageParam }),
        }),
      )) ?? { items: [] },
    initialPageParam: null as string | null,
    getNextPageParam: ({ items }) => (items.length === talksAtOnce ? (items.at(-1)?.begun_at ?? null) : null),
  });
}
