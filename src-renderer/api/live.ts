import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Client } from '../../src-shared/contract/index.ts';
import type { Memory } from '../../src-shared/schema/memory.ts';
import type { Message } from '../../src-shared/schema/message.ts';
import type { ChangeEvent } from '../../src-shared/schema/status.ts';
import { failureCode } from './failure.ts';
import { keys } from './keys.ts';
import { holds, mergeNewest, type Page, replaceItem } from './pages.ts';

export const pageSize = 50;
/** Under load events come by the thousand; the eye needs no more than a few updates a second. */
const gatherMs = 200;
/** Beyond this many changed rows outside the newest page, reading the list again is cheaper. */
const singleReads = 20;

interface LiveDeps {
  client: Client;
  cache: QueryClient;
  /** While a task is being changed here, the change itself refreshes the board when it settles. */
  isChangingTasks(): boolean;
}

interface Gathered {
  conversations: Map<string, Set<string>>;
  tasks: Set<string>;
  memories: Set<string>;
  status: boolean;
  access: boolean;
}

const nothing = (): Gathered => ({
  conversations: new Map(),
  tasks: new Set(),
  memories: new Set(),
  status: false,
  access: false,
});

/** Follows the core's changes until `isOver` and keeps what is shown fresh. Returns when the stream ends. */
export async function followChanges(
  { client, cache, isChangingTasks }: LiveDeps,
  isOver: () => boolean,
): Promise<void> {
  let gathered = nothing();
  let timer: ReturnType<typeof setTimeout> | null = null;

  async function flush() {
    timer = null;
    const { conversations, tasks, memories, status, access } = gathered;
    gathered = nothing();
    if (status) void cache.invalidateQueries({ queryKey: keys.status });
    if (access) void cache.invalidateQueries({ queryKey: keys.access });
    if (conversations.size > 0) void cache.invalidateQueries({ queryKey: keys.conversations });
    if (tasks.size > 0 && !isChangingTasks()) {
      void cache.invalidateQueries({ queryKey: keys.board });
      for (const id of tasks) void cache.invalidateQueries({ queryKey: keys.task(id) });
    }
    for (const [conversation, ids] of conversations) {
      for (const id of ids) void cache.invalidateQueries({ queryKey: keys.message(id) });
      await refreshMessages({ client, cache }, conversation, ids);
    }
    if (memories.size > 0) await refreshMemories({ client, cache }, memories);
  }

  try {
    // No abort signal: cancelling a stream sends a frame, and the usual reason to stop is that the socket is gone.
    for await (const change of await client.system.watch()) {
      if (isOver()) return;
      if (change.type === 'resync') {
        void cache.invalidateQueries();
        continue;
      }
      gather(gathered, change);
      timer ??= setTimeout(() => flush().catch(report), gatherMs);
    }
  } finally {
    if (timer) clearTimeout(timer);
  }
}

const report = (error: unknown) => console.warn('a change could not be shown', failureCode(error));

function gather(into: Gathered, change: Exclude<ChangeEvent, { type: 'resync' }>) {
  switch (change.type) {
    case 'message': {
      const ids = into.conversations.get(change.conversation) ?? new Set();
      into.conversations.set(change.conversation, ids.add(change.id));
      return;
    }
    case 'task':
      into.tasks.add(change.id);
      return;
    case 'memory':
      into.memories.add(change.id);
      return;
    case 'status':
      into.status = true;
      return;
    case 'access':
      into.access = true;
  }
}

type Cached<T> = InfiniteData<Page<T>, string | undefined>;
type Reads = Pick<LiveDeps, 'client' | 'cache'>;

/** Reads the newest page of a conversation and shows it. */
export const showNewest = (reads: Reads, conversation: string): Promise<void> =>
  refreshMessages(reads, conversation, new Set());

async function refreshMessages({ client, cache }: Reads, conversation: string, ids: ReadonlySet<string>) {
  const key = keys.messages(conversation);
  if (!cache.getQueryData(key)) return void cache.invalidateQueries({ queryKey: key });
  await refreshNewest<Message>(cache, key, ids, {
    newest: () => client.conversations.messages({ id: conversation, limit: pageSize }),
    one: (id) => client.messages.get({ id }),
  });
}

async function refreshMemories({ client, cache }: Reads, ids: ReadonlySet<string>) {
  for (const id of ids) void cache.invalidateQueries({ queryKey: keys.memory(id) });
  void cache.invalidateQueries({ queryKey: keys.memorySearches });
  void cache.invalidateQueries({ queryKey: keys.memoryLists, type: 'inactive' });
  const shown = cache.getQueryCache().findAll({ queryKey: keys.memoryLists, type: 'active' });
  // Its totals stand below the list.
  void cache.invalidateQueries({ queryKey: keys.status, refetchType: shown.length > 0 ? 'active' : 'none' });
  for (const query of shown) {
    const { from, to, ...narrowing } = (query.queryKey[2] ?? {}) as Record<string, string | undefined>;
    if (Object.keys(narrowing).length > 0) {
      // Whether a changed one still belongs to a narrowed list is for the core to say.
      void cache.invalidateQueries({ queryKey: query.queryKey }, { cancelRefetch: false });
      continue;
    }
    const range = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
    await refreshNewest<Memory>(cache, query.queryKey, ids, {
      newest: () => client.memories.list({ ...range, limit: pageSize }),
      one: (id) => client.memories.get({ id }),
    });
  }
}

async function refreshNewest<T extends { id: string }>(
  cache: QueryClient,
  key: readonly unknown[],
  ids: ReadonlySet<string>,
  read: { newest(): Promise<Page<T>>; one(id: string): Promise<T> },
) {
  const before = cache.getQueryData<Cached<T>>(key);
  if (!before) return;
  try {
    const newest = await read.newest();
    const inNewest = new Set(newest.items.map((item) => item.id));
    const older = [...ids].filter((id) => !inNewest.has(id) && holds(before.pages, id));
    if (older.length > singleReads) return void cache.invalidateQueries({ queryKey: key });
    const items = await Promise.all(older.map(async (id) => [id, await orNull(read.one(id))] as const));

    cache.setQueryData<Cached<T>>(key, (now) => {
      if (!now) return now;
      const merged = mergeNewest(now.pages, newest);
      if (!merged) return { pages: [newest], pageParams: [undefined] };
      return { ...now, pages: items.reduce((pages, [id, item]) => replaceItem(pages, id, item), merged) };
    });
  } catch (error) {
    if (failureCode(error) !== 'UNREACHABLE') throw error;
    // The connection went away meanwhile; everything shown is read again when it is back.
  }
}

/** An item that is gone is null; any other failure rises. */
async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (failureCode(error).endsWith('_NOT_FOUND')) return null;
    throw error;
  }
}
