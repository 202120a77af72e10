import type { Message } from '../../../src-shared/schema/message.ts';
import { AppError, isAppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { EventBus } from '../foundation/events.ts';
import type { Ids } from '../foundation/ids.ts';
import { acceptRow, conversationKey, type NewMessage, type Store } from '../store/index.ts';
import { createRateLimit } from './rate-limit.ts';
import type { Inbox, Incoming } from './types.ts';

export interface InboxDeps {
  store: Pick<Store, 'call' | 'waiting'>;
  ids: Ids;
  clock: Clock;
  events: EventBus;
  /** Messages that may wait to be worked before senders are asked to come back later. */
  queueLimit: number;
  /** Per sender of a channel. */
  ratePerMinute: number;
  /** Called after each message that was stored for the first time. */
  onStored(): void;
}

/** Messages on their way to the disk at once; each holds at most 1 MiB. */
const maxInFlight = 4096;
/** Callers of `waitForReply` at once. */
const maxWaiters = 10_000;
/** With so many messages waiting for one commit the door is busy, and the work behind it steps back. */
const busyInFlight = 32;
const peakWindowMs = 200;

export interface InboxService extends Inbox {
  /** Tells those who wait that the work on a message has ended. */
  settleWaiters(messageId: string): void;
  /** Whether so many messages come in that they should be stored first and worked later. */
  isBusy(): boolean;
  /** Takes no more messages, lets those on their way reach the disk, and settles everyone who waits. */
  close(): Promise<void>;
}

export function createInbox({
  store,
  ids,
  clock,
  events,
  queueLimit,
  ratePerMinute,
  onStored,
}: InboxDeps): InboxService {
  const rateLimit = createRateLimit({ perMinute: ratePerMinute, clock });
  const waiters = new Map<string, Set<() => void>>();
  let inFlight = 0;
  let closing = false;
  /** The most messages in flight at once, in this window and the one before. */
  let peak = { since: clock.monotonicMs(), now: 0, before: 0 };

  function admit({ channel, message }: Incoming): void {
    if (closing)
      throw new AppError('SHUTTING_DOWN', 'The product is stopping; send the message again in a moment', {
        retry_after_s: 5,
      });
    if (inFlight >= maxInFlight || store.waiting + inFlight >= queueLimit) {
      throw new AppError('QUEUE_FULL', `${queueLimit} messages wait already; send this one again later`, {
        retry_after_s: 2,
        limit: queueLimit,
      });
    }
    const waitSeconds = rateLimit.take(`${channel}\u0000${message.sender_id}`);
    if (waitSeconds > 0) {
      throw new AppError(
        'RATE_LIMITED',
        `This sender may send ${ratePerMinute} messages a minute; come back in ${waitSeconds} s`,
        { retry_after_s: waitSeconds },
      );
    }
  }

  function notePeak(now: number): void {
    const passed = now - peak.since;
    if (passed >= peakWindowMs) peak = { since: now, now: inFlight, before: passed < 2 * peakWindowMs ? peak.now : 0 };
    else if (inFlight > peak.now) peak.now = inFlight;
  }

  function rowOf({ channel, platform, message, external_id }: Incoming, id: string, now: number): NewMessage {
    return {
      id,
      platform: message.platform ?? platform,
      channel,
      external_id,
      conversation_id: message.conversation_id ?? message.sender_id,
      sender_id: message.sender_id,
      content: message.content,
      timestamp: message.timestamp ?? Math.floor(now / 1000),
      attachments: message.attachments ? JSON.stringify(message.attachments) : '[]',
      metadata: message.metadata ? JSON.stringify(message.metadata) : '{}',
      received_at: now,
    };
  }

  function announce({ channel, message }: Incoming, id: string): void {
    if (events.readerCount > 0) {
      const conversation = conversationKey(channel, message.conversation_id ?? message.sender_id);
      events.emit({ type: 'message', id, conversation, state: 'stored' });
    }
    onStored();
  }

  return {
    async accept(incoming) {
      admit(incoming);
      const now = clock.now();
      const id = ids.next();
      const row = acceptRow(rowOf(incoming, id, now), now);
      inFlight++;
      notePeak(clock.monotonicMs());
      try {
        const known = await store.call('messages.accept', row);
        if (known === null) announce(incoming, id);
        return { id: known ?? id, duplicate: known !== null };
      } finally {
        inFlight--;
      }
    },

    async waitForReply(messageId, timeoutMs, signal) {
      if (closing || signal?.aborted || waiters.size >= maxWaiters) return null;
      const ended = new Promise<void>((resolve) => {
        const timer = setTimeout(finish, timeoutMs);
        const mine = waiters.get(messageId) ?? new Set();
        waiters.set(messageId, mine.add(finish));
        signal?.addEventListener('abort', finish, { once: true });
        function finish() {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          mine.delete(finish);
          if (mine.size === 0) waiters.delete(messageId);
          resolve();
        }
      });
      // The reply may have been there before we began to wait.
      const early = await readReply(messageId);
      if (early) {
        this.settleWaiters(messageId);
        return early;
      }
      await ended;
      return signal?.aborted ? null : readReply(messageId);
    },

    settleWaiters(messageId) {
      for (const finish of waiters.get(messageId) ?? []) finish();
    },

    isBusy() {
      notePeak(clock.monotonicMs());
      return Math.max(peak.now, peak.before) >= busyInFlight;
    },

    async close() {
      closing = true;
      while (inFlight > 0) await clock.sleep(5);
      for (const id of waiters.keys()) this.settleWaiters(id);
    },
  };

  async function readReply(messageId: string): Promise<Message | null> {
    try {
      return await store.call('messages.replyTo', { id: messageId });
    } catch (error) {
      // Closed under a waiter that was just settled: it gets no reply, which is what it is told.
      if (isAppError(error) && error.code === 'STORE_UNAVAILABLE') return null;
      throw error;
    }
  }
}
