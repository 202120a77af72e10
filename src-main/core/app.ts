import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Reach } from '../../src-shared/schema/access.ts';
import type { Locale } from '../../src-shared/schema/common.ts';
import type { MemoryHit, MemoryQuery } from '../../src-shared/schema/memory.ts';
import type { Message } from '../../src-shared/schema/message.ts';
import type { Notice, Status } from '../../src-shared/schema/status.ts';
import { createAccess, describeReach, type Listening } from './access/index.ts';
import { createAssistant, createMind, grantWish } from './assistant/index.ts';
import { AppError } from './foundation/app-error.ts';
import { type Clock, isoTime, systemClock } from './foundation/clock.ts';
import { createEgress } from './foundation/egress/index.ts';
import { createEventBus } from './foundation/events.ts';
import type { Host } from './foundation/host.ts';
import { createIds } from './foundation/ids.ts';
import type { Logger } from './foundation/logger.ts';
import { countedBy, createChannels, createDelivery, createInbox, createPause, createWorkLoop } from './ingest/index.ts';
import {
  createErasures,
  createKeyring,
  createKnownFacts,
  createMemories,
  createRetention,
  type SummariesQuery,
  withSealed,
} from './memory/index.ts';
import {
  createClockWatch,
  createDeskNotices,
  createProcessFigures,
  createRecentErrors,
  databaseStatus,
  foundClockFile,
  storeFigures,
  troubleNotice,
  troubleOf,
} from './monitor/index.ts';
import { type Config, databaseServer } from './settings/index.ts';
import {
  conversationKey,
  copiesFolder,
  createKeeper,
  type Finished,
  type FolderLock,
  listCopies,
  openStore,
  totalOf,
} from './store/index.ts';
import { createTaskBoard, createTodoExtraction } from './tasks/index.ts';
import { createExporter, createImporter, createUploads } from './transfer/index.ts';

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
  /** What the start already found worth saying; sentences, and what the interface can say in the reader's language. */
  warnings?: string[];
  notices?: Notice[];
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
  notices = [],
  clock = systemClock,
}: AppOptions) {
  const recentErrors = createRecentErrors(clock);
  const logger = recentErrors.watching(baseLogger);
  const events = createEventBus();
  const copies = copiesFolder(dataDir);
  /** A disk may fail and come back while the rest is still being built. */
  let isBuilt = false;
  const store = await openStore({
    file: config.memory.db_path,
    durability: config.app.durability,
    copies,
    now: clock.now(),
    sensitive: config.memory.sensitive,
    server: databaseServer(config),
    onFailure(error) {
      logger.error('store.failed', { error });
      if (isBuilt) deskNotices.tell(troubleNotice(error));
      events.emit({ type: 'status' });
    },
    onRecovery(fault) {
      logger.warn('store.recovered', fault ? { error: fault } : {});
      events.emit({ type: 'status' });
      if (!isBuilt) return;
      workLoop.wake();
      delivery.wake();
    },
  }).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const { salvage, server } = store.opened;
  if (server) logger.info('store.server', { ...server });
  if (salvage) {
    const { aside, report, found } = salvage;
    logger.error('store.salvaged', { aside, report, found, missing: totalOf(salvage, 'missing') });
  }

  const { accept_from: acceptFrom } = config.tasks;
  const startedAt = clock.now();
  let stopping = false;
  const timezone =
    config.app.timezone === 'auto' ? Intl.DateTimeFormat().resolvedOptions().timeZone : config.app.timezone;
  const defaultLocale = chooseLocale(config.app.locale);
  const ids = createIds(clock.now);
  const figures = createProcessFigures();

  const clockWatch = createClockWatch({
    clock,
    file: join(dataDir, foundClockFile),
    onFailure: (error) => logger.error('clock.not_kept', { error }),
  });

  const deskNotices = createDeskNotices({
    host: config.app.notices ? host : null,
    clock,
    locale: defaultLocale,
    stillSuggested,
    onFailure: (error) => logger.error('notice.failed', { error }),
  });
  const keeper = createKeeper({
    store,
    file: config.memory.db_path,
    folder: copies,
    version,
    clock,
    logger,
    onChange: () => events.emit({ type: 'status' }),
  });
  const mind = createMind({
    data: { databaseFile: config.memory.db_path, defaultLocale, acceptFrom },
    logger,
    onWish: (wish) => void grantWish(store, wish).catch((error) => logger.error('mind.wish_failed', { error })),
  });
  const keyring = createKeyring({
    store,
    secrets: host.secrets,
    passphrase: config.memory.passphrase,
    previousPassphrase: config.memory.previous_passphrase,
    ids,
    clock,
    logger,
    onChange: () => events.emit({ type: 'status' }),
    oldestCopy: () => listCopies(copies).at(-1)?.madeAt ?? null,
    replaceCopies: (until) => keeper.replaceCopies(until),
  });
  await keyring.open().catch(async (error: unknown) => {
    await store.close();
    lock.release();
    throw error;
  });
  const erasures = createErasures({
    store,
    dataDir,
    databaseFile: config.memory.db_path,
    copies,
    server: server?.name ?? null,
    ids,
    clock,
    events,
    logger,
    sweep: () => keyring.sweep(),
  });
  const retention = createRetention({
    store,
    rules: config.memory.retention,
    clock,
    events,
    logger,
    async isClockTrusted() {
      const { newest_received_at: newest } = await store.call('store.totals', null);
      return clockWatch.notices(newest).length === 0;
    },
  });
  const board = createTaskBoard({ store, ids, clock, events });
  const extractTodos = createTodoExtraction({
    extract: (request) => mind.ask('extract', request),
    board,
    ids,
    clock,
    timezone,
    acceptFrom,
  });
  const facts = createKnownFacts({ store, clock });
  const memories = createMemories({
    store,
    ids,
    clock,
    events,
    search: (query: MemoryQuery) => searchMemories(query),
    browse: (query) => mind.ask('list', query),
    count: (after) => mind.ask('count', { after }),
  });
  const exporter = createExporter({ store, timezone });
  const importer = createImporter({ store, clock, ids, onChange: () => events.emit({ type: 'resync' }) });
  const uploads = createUploads({ folder: join(dataDir, 'imports'), importer, ids, logger });
  const revoked = new Set<(tokenId: string) => void>();
  const access = createAccess({
    store,
    key: tokenKey,
    clock,
    ids,
    onRevoke: (id) => revoked.forEach((tell) => tell(id)),
    onChange: () => events.emit({ type: 'access' }),
    onFailure: (error) => logger.warn('access.use_not_kept', { error }),
  });
  let listening: Listening | null = null;

  const pause = createPause({
    file: join(dataDir, 'pause.json'),
    clock,
    logger,
    onChange() {
      workLoop.wake();
      delivery.wake();
      events.emit({ type: 'status' });
    },
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
  const egress = createEgress({ allowPrivate: config.egress.allow_private, logger });
  const channels = createChannels({
    platforms: config.platforms,
    mappings: config.mappings,
    safeMode,
    inbox,
    clock,
    clockWatch,
    logger,
    egress,
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
      deskNotices.tell({ kind: 'set_aside', id: messageId });
    },
    isBusy: () => inbox.isBusy(),
    isPaused: pause.isOn,
  });
  const delivery = createDelivery({
    store,
    clock,
    events,
    logger,
    channel: channelNamed,
    isPaused: pause.isOn,
    onUndelivered: (conversation) => deskNotices.tell({ kind: 'undelivered', id: conversation }),
  });

  function announce({ message_id, conversation, task_ids, memory_ids }: Finished): void {
    inbox.settleWaiters(message_id);
    delivery.wake();
    events.emit({ type: 'message', id: message_id, conversation, state: 'answered' });
    for (const id of task_ids) events.emit({ type: 'task', id });
    // What was written in the chat of this desk is answered there, before the eyes of whoever wrote it.
    if (!conversation.startsWith('chat:')) for (const id of task_ids) deskNotices.tell({ kind: 'suggestion', id });
    for (const id of memory_ids) events.emit({ type: 'memory', id });
  }

  async function stillSuggested(ids: readonly string[]): Promise<{ id: string; title: string }[]> {
    const tasks = await Promise.all(ids.map((id) => store.call('tasks.get', { id })));
    return tasks.filter((task) => task !== null).filter(({ status: state }) => state === 'suggested');
  }

  /** The mind knows nothing of sealed memories; the store finds them by exact words. */
  async function searchMemories(query: MemoryQuery): Promise<MemoryHit[]> {
    const [open, sealed] = await Promise.all([
      mind.ask('search', { query: { timezone, ...query }, now: clock.now() }),
      store.hasSealed ? store.call('memories.findSealed', { ...query, limit: query.k }) : [],
    ]);
    return withSealed(open, sealed, query.k);
  }

  /** What waits because somebody wants it to; null while nothing does. */
  function pausedState(): Status['paused'] {
    const until = pause.until();
    return until === undefined ? null : { until: until === null ? null : isoTime(until) };
  }

  /** With so many memories the first search would wait for the index of their words, or be slow without it. */
  function wakeMind(): void {
    store.call('memories.count', null).then(
      (count) => count >= manyMemories && mind.stayAwake(),
      (error: unknown) => logger.error('mind.not_woken', { error }),
    );
  }

  async function status(): Promise<Status> {
    const totals = await store.call('store.totals', null);
    const stored = storeFigures(totals, config.app.queue_limit);
    const found = [
      ...notices,
      ...clockWatch.notices(totals.newest_received_at),
      ...keyring.notices(),
      ...channels.list.flatMap((channel) => channel.notices?.() ?? []),
    ];
    return {
      version,
      started_at: isoTime(startedAt),
      data_folder: dataDir,
      durability: config.app.durability,
      paused: pausedState(),
      channels: channels.list.map((channel) => channel.status()),
      ...stored,
      egress: egress.figures(),
      totals: { ...countedBy(channels.list), ...stored.totals },
      process: { ...figures.read(), database_bytes: totals.database_bytes },
      trouble: store.trouble && troubleOf(store.trouble),
      database: databaseStatus(keeper.health(), server?.name ?? null),
      warnings: [...warnings, ...found.map(({ message }) => message)],
      notices: found,
      errors: recentErrors.list(),
    };
  }

  isBuilt = true;
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
    erasures,
    facts,
    keyring,
    exporter,
    importer,
    uploads,
    channels,
    extractTodos,
    /** What was talked about in a conversation, the latest talk first; none where nothing long was said. */
    summarise: (query: SummariesQuery) => mind.ask('summarise', query),
    status,
    isStopping: () => stopping,

    /** Messages are taken and stored, and wait; so do replies. Null: until somebody resumes. */
    async pause(seconds: number | null): Promise<Status['paused']> {
      await pause.begin(seconds === null ? null : seconds * 1000);
      return pausedState();
    },
    resume(): Status['paused'] {
      pause.end();
      return pausedState();
    },

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

    /** Told by the host once the port is open. */
    listensAt(place: Listening): void {
      listening = place;
    },

    /** Where browsers find this product. */
    reach: (): Reach =>
      describeReach({
        listening,
        names: config.app.allowed_hosts,
        adminNetworks: config.app.admin_allow,
        interfaces: networkInterfaces(),
      }),

    /** Calls `tell` for every token that is revoked. */
    onRevoked(tell: (tokenId: string) => void): () => void {
      revoked.add(tell);
      return () => revoked.delete(tell);
    },

    /** Puts a copy of the database aside, as before an update. @throws AppError STORE_UNAVAILABLE */
    copyDatabase: (): Promise<void> => keeper.copyNow(),

    async start(): Promise<void> {
      pause.start();
      keeper.start();
      await keyring.start();
      erasures.start();
      retention.start();
      await workLoop.start();
      if (!safeMode) await delivery.start();
      wakeMind();
      logger.info('app.started', { version, durability: config.app.durability, waiting: store.waiting });
    },

    /** Takes nothing more, finishes or hands back what is under way, and closes. What is left is worked after the next start. */
    async stop(): Promise<void> {
      stopping = true;
      pause.stop();
      await inbox.close();
      await workLoop.stop();
      await delivery.stop();
      await Promise.all(channels.list.map((channel) => channel.close()));
      await uploads.close();
      await mind.close();
      await clockWatch.close();
      await access.close().catch((error: unknown) => logger.warn('access.use_not_kept', { error }));
      deskNotices.stop();
      await retention.stop();
      await erasures.stop();
      await keeper.stop();
      await keyring.stop();
      await store.close();
      figures.stop();
      lock.release();
      logger.info('app.stopped');
    },
  };
}

/** Above this a search without the index of words takes some ten milliseconds and more. */
const manyMemories = 20_000;

function chooseLocale(setting: 'auto' | Locale): Locale {
  if (setting !== 'auto') return setting;
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith('zh') ? 'zh-CN' : 'en';
}
