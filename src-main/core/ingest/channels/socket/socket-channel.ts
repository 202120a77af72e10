import { roleCovers } from '../../../../../src-shared/schema/access.ts';
import type { IncomingMessage, Message } from '../../../../../src-shared/schema/message.ts';
import { AppError, isAppError } from '../../../foundation/app-error.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Ids } from '../../../foundation/ids.ts';
import type { Logger } from '../../../foundation/logger.ts';
import type { SocketConnection } from '../../../foundation/socket-route.ts';
import { type Channel, DeliveryFailure, type Inbox, type Outbound } from '../../types.ts';
import { createCounters } from '../counters.ts';
import { MessageInvalid, readMessage } from '../incoming-message.ts';
import { createConnections } from './connections.ts';
import { createFrameQueue } from './frame-queue.ts';

export interface SocketChannelDeps {
  /** Where it listens, in words for the status page. */
  address: string;
  inbox: Inbox;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  /** Reads a stored message; null where there is none. */
  findMessage(id: string): Promise<Message | null>;
  /** Called when a peer has come that replies may be waiting for. */
  onReachable(): void;
}

/** Stored with each message, so that a reply finds its way also after a restart. An id from the list of tokens, no secret. */
const tokenKey = 'token_id';
const goingAway = 1001;

/**
 * A way in and out over one connection: messages in, an acknowledgement for each once it is durable, replies out.
 * A reply goes to whoever holds the token that the question came with, first to the connections that spoke in its
 * conversation. While none is there it waits in the outbox.
 */
export function createSocketChannel(deps: SocketChannelDeps): Channel {
  const { address, inbox, ids, clock, logger, findMessage, onReachable } = deps;
  const counters = createCounters(clock);
  const connections = createConnections();
  const ending = new Set<Promise<void>>();

  function accept(connection: SocketConnection): void {
    // Made with the first frame: most connections wait in silence.
    let queue: ReturnType<typeof createFrameQueue> | null = null;
    connections.add(connection);
    connection.onClose(() => {
      connections.remove(connection);
      if (!queue) return;
      const ended = queue.close().finally(() => ending.delete(ended));
      ending.add(ended);
    });
    connection.onFrame((frame) => {
      queue ??= createFrameQueue((one) => receive(connection, one));
      if (queue.offer(frame)) return;
      counters.refused();
      tell(connection, { type: 'error', ...noRoom, ...keyOf(frame) });
    });
    onReachable();
  }

  /** Never rejects: whatever is wrong with a frame is told to its sender. */
  async function receive(connection: SocketConnection, frame: unknown): Promise<void> {
    try {
      let key = '';
      const { id, duplicate } = await counters.count(async () => {
        mayWrite(connection);
        const message = readFrame(frame);
        key = message.external_id ?? ids.next();
        connections.spokeIn(connection, message.conversation_id ?? message.sender_id);
        return inbox.accept({
          channel: 'socket',
          platform: 'socket',
          external_id: key,
          message: marked(message, connection),
        });
      });
      tell(connection, { type: 'ack', id, external_id: key, duplicate });
    } catch (error) {
      tell(connection, { type: 'error', ...describe(error), ...keyOf(frame) });
    }
  }

  /** Anything without a code is ours to look into, and nobody else's business. */
  function describe(error: unknown): { code: string; detail: string; retry_after_s?: unknown } {
    if (isAppError(error)) return { code: error.code, detail: error.message, ...retryAfter(error) };
    const incident = ids.next();
    logger.error('socket.unexpected', { incident, error });
    return { code: 'INTERNAL', detail: `Something went wrong here; the log has it as incident ${incident}` };
  }

  /** A peer that is gone, or that does not read, misses what it is told; unacknowledged messages are its to send again. */
  function tell(connection: SocketConnection, frame: Record<string, unknown>): void {
    connection.send(frame).catch((error: unknown) => logger.debug('socket.not_told', { error }));
  }

  async function deliver(outbound: Outbound, signal: AbortSignal): Promise<void> {
    const question = await findMessage(outbound.in_reply_to.id);
    const tokenId = question?.metadata[tokenKey];
    if (typeof tokenId !== 'string') throw new DeliveryFailure('permanent', 'nobody knows any more who asked');
    const heirs = connections.heirsOf(tokenId, outbound.conversation_id);
    if (heirs.length === 0) throw new DeliveryFailure('retry', 'whoever asked is not connected');
    await handOver(heirs, replyFrame(outbound), signal);
  }

  return {
    name: 'socket',
    kind: 'socket',
    httpRoutes: [],
    socketRoute: { accept },
    status: () => ({ name: 'socket', kind: 'socket', state: 'ready', address, why: null, ...counters.figures() }),
    deliver,
    async close() {
      for (const connection of connections.all()) connection.close(goingAway, 'the product is stopping');
      await Promise.all(ending);
    },
  };
}

const noRoom = {
  code: 'QUEUE_FULL',
  detail: 'Too many messages of this connection wait; send this one again when others are acknowledged',
  retry_after_s: 1,
};

function mayWrite({ principal }: SocketConnection): void {
  if (roleCovers(principal.role, 'operator')) return;
  throw new AppError('FORBIDDEN', `Sending messages needs the role operator; your token has ${principal.role}`);
}

function readFrame(frame: unknown): IncomingMessage {
  const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : undefined;
  if (type === undefined || type === 'message') return readMessage(frame);
  throw new MessageInvalid([{ field: 'type', message: 'expected "message", or nothing' }]);
}

/** Overwrites what a sender may have put there: who sent it is never the sender's word. */
const marked = (message: IncomingMessage, { principal }: SocketConnection): IncomingMessage => ({
  ...message,
  metadata: { ...message.metadata, [tokenKey]: principal.tokenId },
});

const retryAfter = ({ data }: AppError) =>
  data['retry_after_s'] === undefined ? {} : { retry_after_s: data['retry_after_s'] };

/** The sender's own key, so that it can tell which of its messages is meant. */
function keyOf(frame: unknown): { external_id?: string } {
  const key = typeof frame === 'object' && frame !== null && 'external_id' in frame ? frame.external_id : undefined;
  return typeof key === 'string' && key.length <= 256 ? { external_id: key } : {};
}

const replyFrame = ({ message, in_reply_to, conversation_id }: Outbound) => ({
  type: 'reply',
  id: message.id,
  in_reply_to: in_reply_to.id,
  in_reply_to_external_id: in_reply_to.external_id,
  conversation_id,
  content: message.content,
  attachments: message.attachments,
});

/**
 * Sends one frame to each; one that takes it is enough. `send` rejects only for a frame that did not leave whole, so
 * when all do, nobody has it. Where time runs out first, part of it may already be on its way.
 */
async function handOver(heirs: SocketConnection[], frame: unknown, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new DeliveryFailure('retry', 'stopped before it was sent');
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new DeliveryFailure('unknown', 'the peer did not take the reply in time'));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([Promise.any(heirs.map((heir) => heir.send(frame))), aborted]);
  } catch (cause) {
    if (cause instanceof DeliveryFailure) throw cause;
    throw new DeliveryFailure('retry', 'the connection broke before the reply was through', undefined, { cause });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
