import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ErasureRequest } from '../../src-shared/schema/erasure.ts';
import { pageSize, useApi } from './context.tsx';
import { keys } from './keys.ts';

/** What erasing a person would take; nothing is asked while nobody is named. */
export function useErasurePreview(request: ErasureRequest | null) {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.erasurePreview(request ?? {}),
    queryFn: () => connection.client.erasures.preview(request ?? { person: '' }),
    enabled: request !== null,
    placeholderData: keepPreviousData,
  });
}

/** What was erased about people, the latest first, without their names. */
export function useErasures() {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.erasures,
    queryFn: async () => (await connection.client.erasures.list({ limit: pageSize })).items,
  });
}

/** There is no way back, and what could be undone before may hold the words that went. */
function useErase<Asked, Answer>(erase: (asked: Asked) => Promise<Answer>) {
  const { undo } = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: erase,
    onSuccess: () => undo.clear(),
    // Not waited for: whoever asked may be gone with what was erased, before everything is read again.
    onSettled: () => void client.invalidateQueries(),
  });
}

/** Erases a person, and answers with the certificate. */
export function useErasePerson() {
  const { connection } = useApi();
  return useErase((request: ErasureRequest) => connection.client.erasures.erase(request));
}

/** Erases one memory with the text that it came from. */
export function useEraseMemory() {
  const { connection } = useApi();
  return useErase((id: string) => connection.client.memories.erase({ id }));
}
