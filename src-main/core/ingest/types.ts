import type { IncomingMessage, Message } from '../../../src-shared/schema/message.ts';
import type { ChannelStatus, Notice } from '../../../src-shared/schema/status.ts';
import type { HttpRoute } from '../foundation/http-route.ts';
import type { SocketRoute } from '../foundation/socket-route.ts';

/** A message at the door: authentic, parsed, and not yet stored. */
export interface Incoming {
  /** Who received it: 'webhook', the name of a further webhook endpoint, 'api', 'socket' or 'chat'. Never the sender's word. */
  channel: string;
  /** The platform where the sender did not name one. */
  platform: string;
  message: IncomingMessage;
  /** With platform and channel the key that makes a redelivery a no-op. */
  external_id: string;
}

export interface Accepted {
  id: string;
  duplicate: boolean;
}

/** The one way in. Resolves only after the message is durable. */
export interface Inbox {
  /**
   * @throws AppError QUEUE_FULL or RATE_LIMITED (`data.retry_after_s`), SHUTTING_DOWN, STORE_FULL, STORE_UNAVAILABLE;
   * in every case nothing was stored and the sender may try again with the same external_id.
   */
  accept(incoming: Incoming): Promise<Accepted>;
  /** The reply to a message, or null when it is not there within `timeoutMs`, the signal aborts or the product stops. */
  waitForReply(messageId: string, timeoutMs: number, signal?: AbortSignal): Promise<Message | null>;
}

/** One message on its way out. */
export interface Outbound {
  /** Stable over all attempts, so a receiver can recognise a second copy. */
  idempotency_key: string;
  channel: string;
  conversation_id: string;
  /** The person who is answered. */
  recipient_id: string;
  in_reply_to: { id: string; external_id: string };
  message: Message;
}

export type DeliveryFailureKind =
  /** Certainly not delivered; may be tried again. */
  | 'retry'
  /** Certainly not delivered, and the receiver said when to come back. */
  | 'rate_limited'
  /** Never will be. */
  | 'permanent'
  /** May have been delivered; must not be sent again unless the receiver recognises the idempotency key. */
  | 'unknown';

export class DeliveryFailure extends Error {
  readonly kind: DeliveryFailureKind;
  readonly retryAfterMs: number | undefined;

  constructor(kind: DeliveryFailureKind, message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeliveryFailure';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** One way in and out. A channel holds no queue of its own: it hands on, and is handed what to send. */
export interface Channel {
  readonly name: string;
  readonly kind: ChannelStatus['kind'];
  readonly httpRoutes: readonly HttpRoute[];
  readonly socketRoute: SocketRoute | null;
  status(): ChannelStatus;
  /**
   * Sends one message; absent where replies are read (built-in chat, REST) rather than sent.
   * @throws DeliveryFailure
   */
  deliver?(outbound: Outbound, signal: AbortSignal): Promise<void>;
  /** What keeps it from working and is not its own doing. */
  notices?(): Notice[];
  close(): Promise<void>;
}
