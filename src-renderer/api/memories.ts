import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import type { Memory, MemoryFilter, MemoryInput } from '../../src-shared/schema/memory.ts';
import { pageSize, useApi } from './context.tsx';
import { keys } from './keys.ts';
import { firstPage, nextPage, orGone, withCursor } from './queries.ts';
import type { Done, Inverse, MemoryChange } from './undo.ts';

export interface TimeRange {
  from?: string | undefined;
  to?: string | undefined;
}

/** Which memories are looked through. */
export interface MemoryLook extends TimeRange, MemoryFilter {
  forgotten?: boolean | undefined;
}

const found = 50;
const uses = 20;
const countedAnewMs = 60_000;

const setOf = <T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as never;

/** Memories by id; one that was forgotten is left out. */
export function useMemories(ids: readonly string[]) {
  const { connection } = useApi();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.memory(id),
      queryFn: () => orGone(connection.client.memories.get({ id })),
    })),
    combine: (results) =>
      results.map((result) => result.data).filter((memory) => memory !== undefined && memory !== null),
  });
}

/** The memories that are looked through, the latest first; `q` holds words that all have to be in them. */
export function useMemoryList(look: MemoryLook, q: string, enabled: boolean) {
  const { connection } = useApi();
  const asked = setOf({ ...look, q });
  return useInfiniteQuery({
    queryKey: keys.memories(asked),
    queryFn: ({ pageParam }) =>
      connection.client.memories.list({ limit: pageSize, ...asked, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
    enabled,
  });
}

export function useMemorySearch(query: string, { from, to, forgotten: _forgotten, ...filter }: MemoryLook) {
  const { connection } = useApi();
  const asked = { query, ...setOf({ from, to }), filter: setOf(filter) };
  return useQuery({
    queryKey: keys.memorySearch(asked),
    queryFn: () =>
      connection.client.memories.search({
        ...asked,
        k: found,
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        // Whoever looks through memories sees those, too, that no answer may use.
        with_never_use: true,
      }),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
}

/** One memory with where it comes from, also one that was forgotten; null for one that is not there. */
export function useMemory(id: string) {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.memoryDetail(id),
    queryFn: () => orGone(connection.client.memories.get({ id, forgotten: true })),
  });
}

/** The answers that quoted a memory. */
export function useMemoryUses(id: string, enabled: boolean) {
  const { connection } = useApi();
  return useInfiniteQuery({
    queryKey: keys.memoryUses(id),
    queryFn: ({ pageParam }) => connection.client.memories.uses({ id, limit: uses, ...withCursor(pageParam) }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
    enabled,
  });
}

/** Every memory is counted for it, so it follows what a person does here, and the rest now and then. */
export function useMemoryStatistics() {
  const { connection } = useApi();
  return useQuery({
    queryKey: keys.memoryStatistics,
    queryFn: () => connection.client.memories.statistics(),
    staleTime: countedAnewMs / 4,
    refetchInterval: countedAnewMs,
  });
}

/** What was before, of those fields that a change is about. */
function inverseOf(memory: Memory, change: MemoryChange): MemoryChange {
  return Object.fromEntries(Object.keys(change).map((name) => [name, memory[name as keyof MemoryChange]]));
}

function doneOf({ content }: Memory, change: MemoryChange): Done {
  const title = content;
  if (change.pinned !== undefined) return { type: change.pinned ? 'pinned' : 'unpinned', title };
  if (change.never_use !== undefined) return { type: change.never_use ? 'neverUse' : 'mayUse', title };
  return { type: 'changed', title };
}

export type MemoryActions = ReturnType<typeof useMemoryActions>;

/** What a person can do with a memory. What changes one can be taken back. */
export function useMemoryActions({ onFailure }: { onFailure(error: unknown): void }) {
  const { connection, cache, undo } = useApi();
  const { memories } = connection.client;

  async function refresh(id?: string): Promise<void> {
    if (id !== undefined) void cache.invalidateQueries({ queryKey: keys.memory(id) });
    await cache.invalidateQueries({ queryKey: ['memories'] });
  }

  /** What was done, or null where it could not be. */
  async function attempt(
    id: string,
    action: () => Promise<unknown>,
    done: Done,
    inverse: Inverse,
  ): Promise<Done | null> {
    try {
      await action();
    } catch (error) {
      onFailure(error);
      return null;
    }
    undo.push({ done, inverse });
    void refresh(id);
    return done;
  }

  return {
    async add(input: MemoryInput): Promise<Memory> {
      const memory = await memories.create(input);
      void refresh();
      return memory;
    },
    /** Throws what the core refused, so that a form can keep what was typed. */
    async edit(memory: Memory, change: MemoryChange): Promise<Done> {
      const { id } = memory;
      await memories.update({ id, ...change });
      const done = doneOf(memory, change);
      undo.push({ done, inverse: { type: 'update-memory', id, change: inverseOf(memory, change) } });
      void refresh(id);
      return done;
    },
    mark: (memory: Memory, change: Pick<MemoryChange, 'pinned' | 'never_use'>): Promise<Done | null> =>
      attempt(memory.id, () => memories.update({ id: memory.id, ...change }), doneOf(memory, change), {
        type: 'update-memory',
        id: memory.id,
        change: inverseOf(memory, change),
      }),
    forget: ({ id, content }: Memory): Promise<Done | null> =>
      attempt(id, () => memories.forget({ id }), { type: 'forgotten', title: content }, { type: 'restore-memory', id }),
    restore: ({ id, content }: Memory): Promise<Done | null> =>
      attempt(id, () => memories.restore({ id }), { type: 'restored', title: content }, { type: 'forget-memory', id }),
  };
}
