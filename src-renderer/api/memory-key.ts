import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from './context.tsx';
import { keys } from './keys.ts';

const whileSealingMs = 1_000;

/** How the key of sensitive memories stands; followed while memories are being sealed anew. */
export function useMemoryKey() {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.memoryKey,
    queryFn: () => connection.client.memories.key(),
    refetchInterval: ({ state }) => (state.data?.sealing ? whileSealingMs : false),
  });
}

/** Begins a new key; memories are sealed with it in the background. */
export function useChangeMemoryKey() {
  const { connection } = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => connection.client.memories.rotateKey({}),
    onSuccess: (state) => client.setQueryData(keys.memoryKey, state),
  });
}
