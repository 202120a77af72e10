import type { IncomingMessage } from '../../../../../src-shared/schema/message.ts';
import type { ChannelStatus, Notice } from '../../../../../src-shared/schema/status.ts';
import { isAppError } from '../../../foundation/app-error.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Egress } from '../../../foundation/egress/index.ts';
import type { RawReply, RawRequest } from '../../../foundation/http-route.ts';
import type { Logger } from '../../../foundation/logger.ts';
import { parseJson } from '../../../foundation/strict-json.ts';
import type { ClockWatch } from '../../../monitor/index.ts';
import type { Interception } from '../../interception.ts';
import { createSignatureCheck } from '../../signature.ts';
import type { Accepted, Channel, Inbox } from '../../types.ts';
import { createCounters } from '../counters.ts';
import { asForeign, MessageInvalid, type MessageProblem, readKeyHeader, readMessage } from '../incoming-message.ts';
import { maxBodyBytes, receipt } from '../receipt.ts';
import { createDeliveryKeys } from './delivery-key.ts';
import { createReplyPost } from './reply-post.ts';

/** What a mapping makes of a vendor's JSON; `message` is null where there are problems. */
export type MessageMapping = (payload: unknown) => {
  message: IncomingMessage | null;
  problems: readonly MessageProblem[];
};

export interface WebhookChannelDeps {
  /** Also the platform of messages that name none. */
  name: string;
  path: string;
  /** Null: nobody can prove who he is, so everything is refused. */
  secret: string | null;
  /** Accepted beside `secret` while senders change over; replies are signed with `secret` alone. */
  previousSecret: string | null;
  /** Null: the body is a unified message. */
  mapping: MessageMapping | null;
  /** Where replies are posted; null keeps them for whoever asks. */
  replyUrl: string | null;
  inbox: Inbox;
  clock: Clock;
  clockWatch?: Pick<ClockWatch, 'refused' | 'agreed'>;
  egress: Pick<Egress, 'send'>;
  logger: Logger;
}

/** A way in for anyone who can sign what he posts, and a way back for our replies. */
export function createWebhookChannel(deps: WebhookChannelDeps): Channel {
  const { name, path, secret, previousSecret, mapping, replyUrl, inbox, clock, logger } = deps;
  const signature = createSignatureCheck({
    secrets: liveSecrets(secret, previousSecret),
    clock,
    ...(deps.clockWatch && { clockWatch: deps.clockWatch }),
  });
  const replies =
    replyUrl !== null && isUsable(secret)
      ? createReplyPost({ url: replyUrl, secret, clock, egress: deps.egress })
      : null;
  const keys = createDeliveryKeys();
  const counters = createCounters(clock);

  async function receive({ headers, body }: RawRequest): Promise<Accepted> {
    const timestamp = signature.verify(headers, body);
    const message = read(parseJson(body));
    const delivery = {
      externalId: message.external_id,
      deliveryId: readKeyHeader('X-Delivery-Id', headers['x-delivery-id']),
      timestamp,
      body,
    };
    const key = keys.keyOf(delivery);
    const accepted = await inbox.accept({ channel: name, platform: name, message, external_id: key });
    if (!accepted.duplicate) keys.stored(delivery, key);
    return accepted;
  }

  function read(payload: unknown): IncomingMessage {
    if (!mapping) return readMessage(payload);
    const { message, problems } = mapping(payload);
    if (!message) throw new MessageInvalid(problems);
    return asForeign(message);
  }

  async function handle(request: RawRequest): Promise<RawReply> {
    try {
      return receipt(await counters.count(() => receive(request)));
    } catch (error) {
      const code = isAppError(error) ? error.code : 'INTERNAL';
      logger.debug('webhook.refused', { channel: name, bytes: request.body.byteLength, code });
      throw error;
    }
  }

  return {
    name,
    kind: 'webhook',
    httpRoutes: [{ method: 'POST', path, maxBytes: maxBodyBytes, access: 'signature', handle }],
    socketRoute: null,
    status: (): ChannelStatus => ({ name, kind: 'webhook', address: path, ...stateOf(secret), ...counters.figures() }),
    ...(replies && { deliver: replies.post, notices: () => noticesOf(name, replies.interception()) }),
    close: async () => {},
  };
}

function noticesOf(channel: string, interception: Interception | null): Notice[] {
  if (!interception) return [];
  const { by, explained } = interception;
  return [
    {
      code: 'REPLIES_INTERCEPTED',
      message: `Replies of ${channel} do not arrive: the receiver ${explained}`,
      channel,
      by,
    },
  ];
}

/** Without a secret of its own a webhook is shut, also for who holds the former one. */
const liveSecrets = (secret: string | null, previous: string | null): string[] =>
  isUsable(secret) ? [secret, previous].filter(isUsable) : [];

const isUsable = (secret: string | null): secret is string => secret !== null && secret.length > 0;

function stateOf(secret: string | null): Pick<ChannelStatus, 'state' | 'why'> {
  if (isUsable(secret)) return { state: 'ready', why: null };
  return {
    state: 'misconfigured',
    why: 'It has no secret, so every request is refused; set its secret in config.yaml',
  };
}
