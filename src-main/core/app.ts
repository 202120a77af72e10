import type { Locale } from '../../src-shared/schema/common.ts';
import type { ExtractRequest, ExtractResponse } from '../../src-shared/schema/extraction.ts';
import type { MemoryHit, MemoryQuery } from '../../src-shared/schema/memory.ts';
import type { Message } from '../../src-shared/schema/message.ts';
import type { Status } from '../../src-shared/schema/status.ts';
import { createAccess } from './access/index.ts';
import { createAssistant, createMind } from './assistant/index.ts';
import { AppError } from './foundation/app-error.ts';
import { type Clock, isoTime, systemClock } from './foundation/clock.ts';
import { createEventBus } from './foundation/events.ts';
import type { Host } from './foundation/host.ts';
import { createIds } from './foundation/ids.ts';
import type { Logger } from './foundation/logger.ts';
import { type Channel, createChannels, createDelivery, createInbox, createWorkLoop } from './ingest/index.ts';
import { instantOf } from './language/index.ts';
import { createMemories } from './memory/index.ts';
import { createProcessFigures, createRecentErrors } from './monitor/index.ts';
import type { Config } from './settings/index.ts';
import { conversationKey, type Finished, type FolderLock, type NewTask, openStore } from './store/index.ts';
import { createTaskBoard, statusFor } from './tasks/index.ts';

export interface AppOptions {
  dataDir: string;
  /** Taken before anything in the folder was touched; the application releases it when it stops or cannot be built. */
  lock: FolderLock;
  config: Config;
  /** Signs access tokens. */
  tokenKey: Uint8Array;
  version: string;
  host: Host;
  logger: Logger;
  /** Takes no message from outside and sends no reply; the chat works. */
  safeMode?: boolean;
  /** What the start already found worth saying. */
  warnings?: string[];
  clock?: Clock;
}

export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * The composition root: builds every service once and hands each what it needs. Opens the database; `start` begins the
 * work.
 *
 * @throws AppError DATA_FOLDER_UNUSABLE, DATABASE_CORRUPT, DATABASE_NEWER, STORE_FULL
 */
export async function createApp({
  dataDir,
  lock,
  config,
  tokenKey,
  version,
  host,
  logger: baseLogger,
  safeMode = false,
  warnings = [],
  clock = systemClock,
}: AppOptions) {
  const recentErrors = createRecentErrors(clock);
  const logger = recentErrors.watching(baseLogger);
  const store = await openStore({
    file: config.memory.db_path,
    durability: config.app.durability,
    onFailure: (error) => logger.error('store.failed', { error }),
  }).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  if (store.opened.checked) logger.warn('store.checked_after_unclean_end', { file: config.memory.db_path });

  const { accept_from: acceptFrom } = config.tasks;
  const startedAt = clock.now();
  let stopping = false;
  const timezone =
    config.app.timezone === 'auto' ? Intl.DateTimeFormat().resolvedOptions().timeZone : config.app.timezone;
  const defaultLocale = chooseLocale(config.app.locale);
  const events = createEventBus();
  const ids = createIds(clock.now);
  const figures = createProcessFigures();

  const mind = createMind({
    data: { databaseFile: config.memory.db_path, defaultLocale, acceptFrom },
    logger,
  });
  const board = createTaskBoard({ store, ids, clock, events });
  const memories = createMemories({ store, ids, clock, events, search: (query: MemoryQuery) => searchMemories(query) });
  const revoked = new Set<(tokenId: string) => void>();
  const access = createAccess({
    store,
    key: tokenKey,
    clock,
    ids,
    onRevoke: (id) => revoked.forEach((tell) => tell(id)),
  });

  const inbox = createInbox({
    store,
    ids,
    clock,
    events,
    queueLimit: config.app.queue_limit,
    ratePerMinute: config.app.rate_limit_per_minute,
    onStored: () => workLoop.wake(),
  });
  const channels = createChannels({
    platforms: config.platforms,
    mappings: config.mappings,
    safeMode,
    inbox,
    clock,
    logger,
    fetch: globalThis.fetch,
    ids,
    findMessage: (id) => store.call('messages.get', { id }),
    onReachable() {
      store.call('outbox.hurry', { channel: 'socket' }).then(
        () => delivery.wake(),
        (error: unknown) => logger.error('delivery.failed', { error }),
      );
    },
  });
  const channelNamed = (name: string) => channels.list.find((channel) => channel.name === name);

  const assistant = createAssistant({
    mind,
    store,
    ids,
    clock,
    timezone,
    delivers: (name) => channelNamed(name)?.deliver !== undefined,
  });
  const workLoop = createWorkLoop({
    store,
    clock,
    logger,
    work: (leases) => assistant.work(leases),
    onFinished: announce,
    onBuried(messageId, conversation) {
      inbox.settleWaiters(messageId);
      events.emit({ type: 'message', id: messageId, conversation, state: 'failed' });
    },
    isBusy: () => inbox.isBusy(),
  });
  const delivery = createDelivery({ store, clock, events, logger, channel: channelNamed });

  function announce({ message_id, conversation, task_ids, memory_ids }: Finished): void {
    inbox.settleWaiters(message_id);
    delivery.wake();
    events.emit({ type: 'message', id: message_id, conversation, state: 'answered' });
    for (const id of task_ids) events.emit({ type: 'task', id });
    for (const id of memory_ids) events.emit({ type: 'memory', id });
  }

  function searchMemories(query: MemoryQuery): Promise<MemoryHit[]> {
    return mind.ask('search', { query: { timezone, ...query }, now: clock.now() });
  }

  /** Finds todos and times in a text; unless it is a dry run the todos become cards. */
  async function extractTodos(request: ExtractRequest): Promise<ExtractResponse> {
    const zone = request.timezone ?? timezone;
    const found = await mind.ask('extract', {
      ...request,
      timezone: zone,
      reference_time: request.reference_time ?? isoTime(clock.now()),
    });
    if (request.dry_run) return found;
    for (const todo of found.todos) {
      const task: NewTask = {
        id: ids.next(),
        title: todo.title,
        status: request.mode === 'quickadd' ? 'todo' : statusFor(todo.confidence, acceptFrom),
        due: todo.due === null ? null : todo.due.kind === 'date' ? todo.due.value : instantOf(todo.due.value, zone),
        due_granularity: todo.due?.kind ?? null,
        rrule: todo.rrule,
        assignee: todo.assignees[0] ?? null,
        priority: todo.priority ?? 'normal',
        labels: [],
        progress: 0,
        confidence: todo.confidence,
        why: todo.why,
        source: null,
      };
      await board.add(task);
    }
    return found;
  }

  async function status(): Promise<Status> {
    const totals = await store.call('store.totals', null);
    return {
      version,
      started_at: isoTime(startedAt),
      data_folder: dataDir,
      durability: config.app.durability,
      channels: channels.list.map((channel) => channel.status()),
      queue: {
        queued: totals.queued,
        working: totals.working,
        dead: totals.dead,
        limit: config.app.queue_limit,
        oldest_at: totals.oldest_received_at === null ? null : isoTime(totals.oldest_received_at),
      },
      outbox: { pending: totals.outbox_pending, failed: totals.outbox_failed, unknown: totals.outbox_unknown },
      totals: {
        ...countedBy(channels.list),
        messages: totals.messages_in,
        done: totals.done,
        memories: totals.memories,
        tasks: totals.tasks,
      },
      process: { ...figures.read(), database_bytes: totals.database_bytes },
      warnings,
      errors: recentErrors.list(),
    };
  }

  return {
    host,
    store,
    events,
    clock,
    ids,
    logger,
    access,
    inbox,
    board,
    memories,
    channels,
    extractTodos,
    status,
    isStopping: () => stopping,

    async retryDeadLetter(id: string): Promise<Message> {
      const message = await store.call('deadLetters.retry', { id, now: clock.now() });
      if (!message)
        throw new AppError(
          'MESSAGE_NOT_FOUND',
          `No message ${id} was set aside; it may have been tried again already`,
          { id },
        );
      workLoop.wake();
      events.emit({
        type: 'message',
        id,
        conversation: conversationKey(message.channel, message.conversation_id),
        state: 'stored',
      });
      return message;
    },

    /** Calls `tell` for every token that is revoked. */
    onRevoked(tell: (tokenId: string) => void): () => void {
      revoked.add(tell);
      return () => revoked.delete(tell);
    },

    async start(): Promise<void> {
      await workLoop.start();
      if (!safeMode) await delivery.start();
      logger.info('app.started', { version, durability: config.app.durability, waiting: store.waiting });
    },

    /** Takes nothing more, finishes or hands back what is under way, and closes. What is left is worked after the next start. */
    async stop(): Promise<void> {
      stopping = true;
      await inbox.close();
      await workLoop.stop();
      await delivery.stop();
      await Promise.all(channels.list.map((channel) => channel.close()));
      await mind.close();
      await store.close();
      figures.stop();
      lock.release();
      logger.info('app.stopped');
    },
  };
}

type Counted = Pick<Status['totals'], 'received' | 'arriving' | 'accepted' | 'duplicate' | 'rejected'>;

/** What the channels counted since the start; what they refused themselves never reached the inbox. */
function countedBy(channels: readonly Channel[]): Counted {
  const figures = channels.map((channel) => channel.status());
  const sum = (key: keyof Counted) => figures.reduce((total, one) => total + one[key], 0);
  return {
    received: sum('received'),
    arriving: sum('arriving'),
    accepted: sum('accepted'),
    duplicate: sum('duplicate'),
    rejected: sum('rejected'),
  };
}

function chooseLocale(setting: 'auto' | Locale): Locale {
  if (setting !== 'auto') return setting;
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith('zh') ? 'zh-CN' : 'en';
}
