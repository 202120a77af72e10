import { assertNever } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Logger } from '../foundation/logger.ts';
import { conversationKey, type OutboxItem, type Store } from '../store/index.ts';
import { type Channel, DeliveryFailure } from './types.ts';

export interface DeliveryDeps {
  store: Pick<Store, 'call'>;
  clock: Clock;
  events: EventBus;
  logger: Logger;
  channel(name: string): Channel | undefined;
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
export function createDelivery({ store, clock, events, logger, channel }: DeliveryDeps): Delivery {
  const stopping = new AbortController();
  const { signal } = stopping;
  const cutOff = new AbortController();
  const sending = new Map<string, Promise<void>>();
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
        const items = await store.call('outbox.take', {
          limit: lanes - sending.size,
          now: clock.now(),
          busy: [...sending.keys()],
        });
        for (const item of items) begin(item);
        if (items.length === 0 || sending.size >= lanes) await nap(seen);
      } catch (error) {
        if (signal.aborted) return;
        logger.error('delivery.failed', { error });
        await clock.sleep(firstRetryMs, signal).catch(() => {});
      }
    }
  }

  function begin(item: OutboxItem): void {
    const key = conversationKey(item.channel, item.conversation_id);
    const done = send(item)
      .catch((error: unknown) => logger.error('delivery.failed', { error }))
      .finally(() => {
        sending.delete(key);
        wake();
      });
    sending.set(key, done);
  }

  async function nap(seen: number): Promise<void> {
    const due = sending.size >= lanes ? null : await store.call('outbox.nextDue', null);
    if (seen !== wokenSince || signal.aborted) return;
    const napMs = due === null ? longestNapMs : Math.min(longestNapMs, Math.max(20, due - clock.now()));
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
    const now = clock.now();
    await store.call('outbox.settle', { seq: item.seq, state, error, not_before: now + delayMs, now });
    const conversation = conversationKey(item.channel, item.conversation_id);
    events.emit({
      type: 'message',
      id: item.in_reply_to.id,
      conversation,
      state: state === 'pending' ? 'answered' : state,
    });
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
      await Promise.all(sending.values());
      clearTimeout(timer);
    },
  };
}
