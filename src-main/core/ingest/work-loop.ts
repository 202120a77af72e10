import { AppError } from '../foundation/app-error.ts';
import { type Clock, steadyTime } from '../foundation/clock.ts';
import type { Logger } from '../foundation/logger.ts';
import { conversationKey, type Effects, type Finished, type Lease, type Store } from '../store/index.ts';

/** What working one message came to: its effects, or why it could not be worked. */
export type Outcome = { ok: Omit<Effects, 'message_seq' | 'attempts'> } | { error: Error };

export interface WorkLoopDeps {
  store: Pick<Store, 'call'>;
  clock: Clock;
  logger: Logger;
  /** Works messages in the order given; answers one outcome each. Throws when the batch as a whole could not be worked. */
  work(leases: Lease[], signal: AbortSignal): Promise<Outcome[]>;
  /** Called after the effects of a message are durable. */
  onFinished(finished: Finished): void;
  /** Called when a message was set aside for a person. */
  onBuried(messageId: string, conversation: string, reason: string): void;
  /** While true, the work steps back so that the door stays quick. */
  isBusy(): boolean;
  /** While true nothing is taken up; what is in hand is finished. `wake` when it changes. */
  isPaused(): boolean;
}

export interface WorkLoop {
  start(): Promise<void>;
  /** Something new may be there. */
  wake(): void;
  /** Takes no more work, finishes or hands back what it holds. */
  stop(): Promise<void>;
}

const lanes = 2;
const batchSize = 32;
/** Effects kept by one call of the store: some 3 ms, so that a message at the door never waits long for the work behind it. */
const finishSize = 4;
/** Longer than any batch may take, so a lease never runs out under a living worker. */
const leaseMs = 120_000;
const maxAttempts = 8;
const firstRetryMs = 1_000;
const longestRetryMs = 5 * 60_000;
/** While the door is busy each lane works a batch and then rests this long: some percent of a core. */
const busyPauseMs = 500;
const longestNapMs = 30_000;

export const retryDelayMs = (attempts: number): number => Math.min(longestRetryMs, firstRetryMs * 4 ** (attempts - 1));

/**
 * Works the queue: conversations side by side, each in its order. Everything it knows is in the store, so whatever it
 * held when the process ended is worked again after the next start.
 */
export function createWorkLoop({
  store,
  clock,
  logger,
  work,
  onFinished,
  onBuried,
  isBusy,
  isPaused,
}: WorkLoopDeps): WorkLoop {
  const stopping = new AbortController();
  const { signal } = stopping;
  const steadyNow = steadyTime(clock);
  const busyConversations = new Map<string, number>();
  const held = new Set<number>();
  /** A call of the store failed, so it may have handed out what nobody here knows of. */
  let isUnclear = false;
  let running: Promise<void>[] = [];
  let leasing: Promise<unknown> = Promise.resolve();
  let sleepers: (() => void)[] = [];
  let wokenSince = 0;

  function wake(): void {
    wokenSince++;
    const resume = sleepers;
    sleepers = [];
    for (const wakeUp of resume) wakeUp();
  }

  /** Leases are taken one after the other, so that two lanes never hold the same conversation. */
  function lease(): Promise<Lease[]> {
    const mine = leasing.then(async () => {
      if (signal.aborted || isPaused()) return [];
      if (isUnclear) {
        await store.call('work.reclaim', { held: [...held] });
        isUnclear = false;
      }
      const leases = await store.call('work.lease', {
        limit: batchSize,
        now: steadyNow(),
        leaseMs,
        busy: [...busyConversations.keys()],
      });
      for (const one of leases) hold(one, 1);
      return leases;
    });
    leasing = mine.catch(() => {});
    return mine;
  }

  function hold({ message }: Lease, by: 1 | -1): void {
    if (by === 1) held.add(message.seq);
    else held.delete(message.seq);
    const key = conversationKey(message.channel, message.conversation_id);
    const count = (busyConversations.get(key) ?? 0) + by;
    if (count <= 0) busyConversations.delete(key);
    else busyConversations.set(key, count);
  }

  async function runLane(): Promise<void> {
    let isFailing = false;
    while (!signal.aborted) {
      const seen = wokenSince;
      try {
        if (isBusy()) await clock.sleep(busyPauseMs, signal);
        const leases = await lease();
        if (leases.length > 0) await workBatch(leases);
        else await nap(seen);
        isFailing = false;
      } catch (error) {
        if (signal.aborted) return;
        // A disk that takes nothing fails every second, and one line says it.
        if (!isFailing) logger.error('work.failed', { error });
        isFailing = true;
        isUnclear = true;
        await clock.sleep(firstRetryMs, signal).catch(() => {});
      }
    }
  }

  async function nap(seen: number): Promise<void> {
    const due = isPaused() ? null : await store.call('work.nextDue', null);
    if (seen !== wokenSince || signal.aborted) return;
    const napMs = Math.min(longestNapMs, due === null ? longestNapMs : Math.max(10, due - steadyNow()));
    const timer = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => sleepers.push(resolve)),
      clock.sleep(napMs, timer.signal).catch(() => {}),
    ]);
    timer.abort();
  }

  async function workBatch(leases: Lease[]): Promise<void> {
    try {
      const [worn, fresh] = split(leases, ({ attempts }) => attempts > maxAttempts);
      for (const one of worn) await bury(one, `stopped the product or timed out ${maxAttempts} times`);
      if (fresh.length > 0) await workFresh(fresh);
    } finally {
      for (const one of leases) hold(one, -1);
      if (busyConversations.size > 0) wake();
    }
  }

  async function workFresh(leases: Lease[]): Promise<void> {
    let outcomes: Outcome[];
    try {
      outcomes = await work(leases, signal);
    } catch (error) {
      if (signal.aborted) return handBack(leases);
      if (leases.length === 1 && leases[0])
        return fail(leases[0], error instanceof Error ? error : new Error(String(error)));
      // One of them spoils the batch: each alone shows which.
      logger.warn('work.batch_split', { messages: leases.length, error });
      for (const one of leases) await workFresh([one]);
      return;
    }
    await settle(leases, outcomes);
  }

  /** Keeps what succeeded. After a failure the later messages of that conversation go back untried, to keep the order. */
  async function settle(leases: Lease[], outcomes: Outcome[]): Promise<void> {
    const stuck = new Set<string>();
    const done: Effects[] = [];
    const failed: { lease: Lease; error: Error }[] = [];
    const untried: Lease[] = [];
    leases.forEach((one, index) => {
      const key = conversationKey(one.message.channel, one.message.conversation_id);
      const outcome = outcomes[index] ?? { error: new Error('the worker gave no outcome') };
      if (stuck.has(key)) untried.push(one);
      else if ('ok' in outcome) done.push({ ...outcome.ok, message_seq: one.message.seq, attempts: one.attempts });
      else {
        stuck.add(key);
        failed.push({ lease: one, error: outcome.error });
      }
    });
    for (let from = 0; from < done.length; from += finishSize) {
      const effects = done.slice(from, from + finishSize);
      const finished = await store.call('work.finish', { effects, now: clock.now() });
      for (const one of finished) if (one.done) onFinished(one);
    }
    for (const { lease: one, error } of failed) await fail(one, error);
    await handBack(untried);
  }

  async function fail(lease1: Lease, error: Error): Promise<void> {
    const { message, attempts } = lease1;
    logger.warn('work.message_failed', { id: message.id, attempts, error });
    if (attempts >= maxAttempts) return bury(lease1, reasonOf(error));
    const now = clock.now();
    await store.call('work.release', {
      message_seq: message.seq,
      attempts,
      counts: true,
      not_before: steadyNow() + retryDelayMs(attempts),
      detail: reasonOf(error),
      now,
    });
  }

  async function bury({ message, attempts }: Lease, reason: string): Promise<void> {
    const buried = await store.call('work.bury', { message_seq: message.seq, attempts, reason, now: clock.now() });
    logger.error('work.message_dead', { id: message.id, attempts, reason });
    if (buried) onBuried(message.id, conversationKey(message.channel, message.conversation_id), reason);
  }

  async function handBack(leases: Lease[]): Promise<void> {
    const now = clock.now();
    await Promise.all(
      leases.map(({ message, attempts }) =>
        store.call('work.release', {
          message_seq: message.seq,
          attempts,
          counts: false,
          not_before: 0,
          detail: null,
          now,
        }),
      ),
    );
  }

  return {
    async start() {
      const recovered = await store.call('work.recover', null);
      if (recovered > 0) logger.info('work.recovered', { messages: recovered });
      running = Array.from({ length: lanes }, runLane);
    },
    wake,
    async stop() {
      stopping.abort(new AppError('SHUTTING_DOWN', 'the product is stopping'));
      wake();
      await Promise.all(running);
    },
  };
}

/** A failure in words that may be shown: our own errors speak for themselves, others only name their kind. */
function reasonOf(error: Error): string {
  return error instanceof AppError ? error.message : `unexpected failure (${error.name})`;
}

function split<T>(items: T[], goesLeft: (item: T) => boolean): [T[], T[]] {
  const left: T[] = [];
  const right: T[] = [];
  for (const item of items) (goesLeft(item) ? left : right).push(item);
  return [left, right];
}
