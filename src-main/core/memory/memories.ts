import type {
  Memory,
  MemoryDetail,
  MemoryHit,
  MemoryInput,
  MemoryQuery,
  MemoryStatistics,
} from '../../../src-shared/schema/memory.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Ids } from '../foundation/ids.ts';
import {
  type MemoryListQuery,
  type MemoryPage,
  type MemoryRow,
  type OpArgs,
  type OpResult,
  parseListCursor,
  type Store,
} from '../store/index.ts';
import { type CountedStep, statisticsOf } from './statistics.ts';

export class MemoryNotFound extends AppError<'MEMORY_NOT_FOUND'> {
  constructor(data: { id: string }) {
    super(
      'MEMORY_NOT_FOUND',
      `There is no memory ${data.id}; it was forgotten or never there. List the memories for the ids that are`,
      data,
    );
  }
}

export interface MemoriesDeps {
  store: Pick<Store, 'call'>;
  /** Runs the search in a worker thread. */
  search(query: MemoryQuery): Promise<MemoryHit[]>;
  /** Lists in the worker thread: a filter may have to look at every memory. */
  browse(query: MemoryListQuery): Promise<MemoryPage>;
  /** Counts some of the memories in the worker thread. */
  count(after: number): Promise<CountedStep>;
  ids: Ids;
  clock: Clock;
  events: EventBus;
}

export type Memories = ReturnType<typeof createMemories>;

/** More changes than this at once are told as one "read everything again". */
const maxToldOneByOne = 32;
/** Whoever asks again and again takes a tenth of the thread's time at most. */
const countingShare = 10;

/** What the outside can do with memories. Whatever changes is told to those who follow the core. */
export function createMemories({ store, search, browse, count, ids, clock, events }: MemoriesDeps) {
  let counted: { figures: Promise<MemoryStatistics>; until: number } | null = null;

  /** The worker has no keys: what is sealed is found and opened by the store. */
  const browseAll = async (query: MemoryListQuery): Promise<MemoryPage> => {
    const sealed = query.q?.trim() ? await store.call('memories.sealedWith', { q: query.q }) : [];
    return browse({ ...query, sealed });
  };

  const withOpened = async (page: MemoryPage): Promise<MemoryPage> => {
    const items = await Promise.all(
      page.items.map(async (memory) => {
        if (!memory.locked) return memory;
        const opened = await store.call('memories.look', { id: memory.id, forgotten: true });
        if (!opened) return null;
        const { import: _import, conflicts: _conflicts, ...shown } = opened;
        return shown;
      }),
    );
    return { ...page, items: items.filter((memory) => memory !== null) };
  };

  const tell = (changed: readonly string[]): void => {
    if (changed.length > maxToldOneByOne) events.emit({ type: 'resync' });
    else for (const id of changed) events.emit({ type: 'memory', id });
  };

  const insert = async (inputs: readonly MemoryInput[]): Promise<string[]> => {
    const rows = inputs.map((input) => rowOf(input, ids.next(), clock.now()));
    const inserted = await store.call('memories.insert', { rows });
    tell(inserted.filter(({ created }) => created).map(({ id }) => id));
    return inserted.map(({ id }) => id);
  };

  return {
    /** Stores a memory; the one already there when its external_id is known. @throws MemoryNotFound when that one was forgotten. */
    async create(input: MemoryInput): Promise<Memory> {
      const [id = ''] = await insert([input]);
      return present(id, await store.call('memories.get', { id }));
    },

    /** Ids in the order of the inputs; searchable once this resolves. */
    createBatch: (inputs: readonly MemoryInput[]): Promise<string[]> => insert(inputs),

    /** @throws MemoryNotFound also where it was forgotten, unless `forgotten` asks for such. */
    async get(id: string, { forgotten = false } = {}): Promise<MemoryDetail> {
      return present(id, await store.call('memories.look', { id, forgotten }));
    },

    /** The answers that quoted a memory, the latest first. */
    uses: (query: OpArgs<'memories.uses'>): Promise<OpResult<'memories.uses'>> => store.call('memories.uses', query),

    /** A page, the latest first. @throws AppError BAD_REQUEST for a cursor that no page gave. */
    async list(query: MemoryListQuery): Promise<MemoryPage> {
      if (query.cursor !== undefined) parseListCursor(query.cursor);
      return isQuick(query) ? store.call('memories.list', query) : withOpened(await browseAll(query));
    },

    /** Reads every memory, so figures serve for ten times as long as counting took; whoever asks meanwhile gets the same. */
    statistics(): Promise<MemoryStatistics> {
      if (counted && performance.now() < counted.until) return counted.figures;
      const begun = performance.now();
      const figures = statisticsOf(count);
      const mine = { figures, until: Number.POSITIVE_INFINITY };
      counted = mine;
      figures.then(
        () => {
          mine.until = performance.now() + countingShare * (performance.now() - begun);
        },
        () => {
          counted = null;
        },
      );
      return figures;
    },

    search,

    /** @throws MemoryNotFound */
    async update(id: string, patch: OpArgs<'memories.update'>['patch']): Promise<Memory> {
      const memory = present(id, await store.call('memories.update', { id, patch }));
      tell([id]);
      return memory;
    },

    /** Takes a memory out of every list and search; `restore` brings it back. @throws MemoryNotFound */
    async forget(id: string): Promise<void> {
      if (!(await store.call('memories.forget', { id, now: clock.now() }))) throw new MemoryNotFound({ id });
      tell([id]);
    },

    /** @throws MemoryNotFound */
    async restore(id: string): Promise<Memory> {
      const memory = present(id, await store.call('memories.restore', { id }));
      tell([id]);
      return memory;
    },
  };
}

/** By time alone the rows come out of an index in their order, whatever there is. */
const isQuick = ({ cursor: _cursor, limit: _limit, from: _from, to: _to, ...narrowing }: MemoryListQuery): boolean =>
  Object.values(narrowing).every((value) => value === undefined);

function present<M extends Memory>(id: string, memory: M | null): M {
  if (!memory) throw new MemoryNotFound({ id });
  return memory;
}

function rowOf(input: MemoryInput, id: string, now: number): MemoryRow {
  return {
    id,
    external_id: input.external_id ?? null,
    kind: 'note',
    content: input.content,
    created_at: input.created_at === undefined ? now : Date.parse(input.created_at),
    sender_id: input.sender_id ?? null,
    conversation_id: input.conversation_id ?? null,
    platform: input.platform ?? null,
    subject: input.subject ?? null,
    message_id: null,
    metadata: input.metadata ?? {},
    sensitive: input.sensitive,
  };
}
