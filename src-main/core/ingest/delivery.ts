import { assertNever } from '../foundation/app-error.ts';
import { type Clock, steadyTime } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Logger } from '../foundation/logger.ts';
import { conversationKey, type OpArgs, type OutboxItem, type Store } from '../store/index.ts';
import { type Channel, DeliveryFailure } from './types.ts';

export interface DeliveryDeps {
  store: Pick<Store, 'call'>;
  clock: Clock;
  events: EventBus;
  logger: Logger;
  channel(name: string): Channel | undefined;
  /** While true no reply is taken up; those under way are finished. `wake` when it changes. */
  isPaused(): boolean;
  /** Called with the conversation of a reply that did not arrive, or may not have. */
  onUndelivered(conversation: string): void;
}

export interface Delivery {
  start(): Promise<void>;
  wake(): void;
  stop(): Promise<void>;
}

const lanes = 8;
const firstRetryMs = 1_000;
const longestRetryMs = 10 * 60_000;
const longestNapMs = 30_000;
/** A reply that could not be delivered for so long is of no more use to the one who asked. */
const giveUpAfterMs = 24 * 60 * 60_000;
/** And it was tried as often as this, for the day may be a clock that jumped. Less often only where the receiver asked for long waits. */
const leastAttempts = { retry: 8, rate_limited: 2 } as const;
/** How long deliveries under way may take to end when the product stops. */
const lastSendsMs = 3_000;
/** A channel that neither sends nor fails by then: nobody knows whether it arrived. */
const sendTimeoutMs = 30_000;

const retryAfterMs = (attempts: number): number =>
  Math.min(longestRetryMs, firstRetryMs * 3 ** Math.min(attempts - 1, 10));

/**
 * Sends what the outbox holds, one message of a conversation at a time. The intent is on disk before a channel is
 * called and the outcome after, so a crash in between is known as "unknown" and never becomes a second copy.
 */
export function createDelivery({
  store,
  clock,
  events,
  logger,
  channel,
  isPaused,
  onUndelivered,
}: DeliveryDeps): Delivery {
  const stopping = new AbortController();
  const { signal } = stopping;
  const cutOff = new AbortController();
  const steadyNow = steadyTime(clock);
  const sending = new Map<string, { seq: number; done: Promise<void> }>();
  /** Whether taking failed, so that the store may have handed out what nobody here knows of. */
  let isUnclear = false;
  let running: Promise<void> = Promise.resolve();
  let wokenSince = 0;
  let resume = () => {};

  function wake(): void {
    wokenSince++;
    resume();
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const seen = wokenSince;
      try {
        const items = isPaused() ? [] : await take();
        for (const item of items) begin(item);
        if (items.length === 0 || sending.size >= lanes) await nap(seen);
      } catch (error) {
        if (signal.aborted) return;
        // A disk that takes nothing fails every second, and one line says it.
        if (!isUnclear) logger.error('delivery.failed', { error });
        isUnclear = true;
        await clock.sleep(firstRetryMs, signal).catch(() => {});
      }
    }
  }

  async function take(): Promise<OutboxItem[]> {
    if (isUnclear) await store.call('outbox.reclaim', { held: [...sending.values()].map(({ seq }) => seq) });
    isUnclear = false;
    return store.call('outbox.take', {
      limit: lanes - sending.size,
      now: steadyNow(),
      busy: [...sending.keys()],
    });
  }

  function begin(item: OutboxItem): void {
    const key = conversationKey(item.channel, item.conversation_id);
    const done = send(item)
      .catch((error: unknown) => logger.error('delivery.failed', { error }))
      .finally(() => {
        sending.delete(key);
        wake();
      });
    sending.set(key, { seq: item.seq, done });
  }

  async function nap(seen: number): Promise<void> {
    const due = sending.size >= lanes || isPaused() ? null : await store.call('outbox.nextDue', null);
    if (seen !== wokenSince || signal.aborted) return;
    const napMs = due === null ? longestNapMs : Math.min(longestNapMs, Math.max(20, due - steadyNow()));
    const timer = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => (resume = resolve)),
      clock.sleep(napMs, timer.signal).catch(() => {}),
    ]);
    timer.abort();
  }

  async function send(item: OutboxItem): Promise<void> {
    const target = channel(item.channel);
    if (!target?.deliver) return settle(item, 'pending', 'the channel is switched off', longestRetryMs);
    try {
      await target.deliver(item, AbortSignal.any([cutOff.signal, AbortSignal.timeout(sendTimeoutMs)]));
      await settle(item, 'sent', null, 0);
    } catch (error) {
      await settleFailure(item, error);
    }
  }

  async function settleFailure(item: OutboxItem, error: unknown): Promise<void> {
    const failure =
      error instanceof DeliveryFailure
        ? error
        : new DeliveryFailure('unknown', 'the channel failed unexpectedly', undefined, { cause: error });
    logger.warn('delivery.attempt_failed', {
      channel: item.channel,
      kind: failure.kind,
      attempts: item.attempts,
      error: failure,
    });
    switch (failure.kind) {
      case 'retry':
      case 'rate_limited': {
        if (clock.now() - item.created_at > giveUpAfterMs && item.attempts >= leastAttempts[failure.kind])
          return settle(item, 'failed', `gave up after a day: ${failure.message}`, 0);
        return settle(item, 'pending', failure.message, failure.retryAfterMs ?? retryAfterMs(item.attempts));
      }
      case 'permanent':
        return settle(item, 'failed', failure.message, 0);
      case 'unknown':
        return settle(item, 'unknown', failure.message, 0);
      default:
        return assertNever(failure.kind);
    }
  }

  async function settle(
    item: OutboxItem,
    state: 'pending' | 'sent' | 'failed' | 'unknown',
    error: string | null,
    delayMs: number,
  ): Promise<void> {
    const steady = steadyNow();
    await keep({ seq: item.seq, state, error, not_before: steady + delayMs, now: clock.now(), steady });
    const conversation = conversationKey(item.channel, item.conversation_id);
    if (state === 'failed' || state === 'unknown') onUndelivered(conversation);
    events.emit({
      type: 'message',
      id: item.in_reply_to.id,
      conversation,
      state: state === 'pending' ? 'answered' : state,
    });
  }

  /** What became of a reply is known here and nowhere else, so it waits for a disk that takes it. */
  async function keep(outcome: OpArgs<'outbox.settle'>): Promise<void> {
    for (;;) {
      try {
        return await store.call('outbox.settle', outcome);
      } catch (error) {
        if (cutOff.signal.aborted || signal.aborted) throw error;
        logger.warn('delivery.outcome_not_kept', { error });
        await clock.sleep(firstRetryMs, cutOff.signal);
      }
    }
  }

  return {
    async start() {
      const unknown = await store.call('outbox.recover', { now: clock.now() });
      if (unknown > 0) logger.warn('delivery.interrupted', { messages: unknown });
      running = run();
    },
    wake,
    async stop() {
      stopping.abort();
      wake();
      await running;
      const timer = setTimeout(() => cutOff.abort(), lastSendsMs);
      await Promise.all([...sending.values()].map(({ done }) => done));
      clearTimeout(timer);
    },
  };
}
