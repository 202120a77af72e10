import { UnifiedMessage } from '../../../../../src-shared/schema/message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { type Answer, type Egress, EgressFailed, EgressRefused } from '../../../foundation/egress/index.ts';
import { type Interception, interceptionIn, interceptionOf } from '../../interception.ts';
import { createSigner } from '../../signature.ts';
import { DeliveryFailure, type Outbound } from '../../types.ts';

export interface ReplyPostDeps {
  url: string;
  secret: string;
  clock: Pick<Clock, 'now'>;
  egress: Pick<Egress, 'send'>;
}

const timeoutMs = 15_000;
/** A receiver that asks for more than this gets another try after a day. */
const longestWaitMs = 24 * 60 * 60_000;

/**
 * Posts replies to one address, signed as we ask others to sign. A redirect is not followed: it would carry the reply
 * to a place that nobody configured.
 *
 * Where the connection came about and no answer did, the outcome is 'unknown' and not 'retry'. The request carries an
 * Idempotency-Key, but nothing tells us whether the receiver heeds it, and a person who is answered twice is worse off
 * than one whose reply is marked for a look.
 */
export function createReplyPost({ url, secret, clock, egress }: ReplyPostDeps) {
  const sign = createSigner(secret);
  let interception: Interception | null = null;

  async function post(outbound: Outbound, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new DeliveryFailure('retry', 'stopped before it was sent');
    const body = Buffer.from(JSON.stringify(describe(outbound)));
    const timestamp = String(Math.floor(clock.now() / 1000));
    const answer = await egress
      .send({
        url,
        writtenBy: 'operator',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-signature': sign(timestamp, body),
          'x-timestamp': timestamp,
          'x-delivery-id': outbound.idempotency_key,
          'idempotency-key': outbound.idempotency_key,
        },
        body,
        timeoutMs,
        // The status says it all; a body is not read, so one without end costs nothing.
        maxBytes: 0,
        maxRedirects: 0,
        signal,
      })
      .catch((cause: unknown) => {
        interception = interceptionOf(cause);
        if (interception)
          throw new DeliveryFailure('retry', `the receiver ${interception.explained}`, undefined, { cause });
        throw failureOf(cause);
      });
    interception = interceptionIn(url, answer.status, answer.headers.location ?? null);
    judge(answer, clock.now(), interception);
  }

  return {
    post,
    /** What stood in the way of the last reply; null where nothing did. */
    interception: () => interception,
  };
}

/** A name may lead elsewhere tomorrow, and a list be corrected, so what was refused is tried again. */
function failureOf(cause: unknown): DeliveryFailure {
  if (cause instanceof EgressRefused) return new DeliveryFailure('retry', cause.message, undefined, { cause });
  // Without proof that it has not left, it may have.
  if (cause instanceof EgressFailed && !cause.mayHaveArrived)
    return new DeliveryFailure('retry', 'the receiver cannot be reached', undefined, { cause });
  return new DeliveryFailure('unknown', 'the receiver may have the reply, it did not answer', undefined, { cause });
}

/** The reply as a unified message, with what it answers. */
const describe = ({ message, in_reply_to, recipient_id }: Outbound) => ({
  ...UnifiedMessage.parse(message),
  in_reply_to: in_reply_to.id,
  in_reply_to_external_id: in_reply_to.external_id,
  recipient_id,
});

/** @throws DeliveryFailure for everything but a 2xx */
function judge({ status, headers }: Answer, nowMs: number, interception: Interception | null): void {
  if (status >= 200 && status < 300) return;
  const waitMs = retryAfterMs(headers['retry-after'], nowMs);
  const said = interception ? `the receiver ${interception.explained}` : `the receiver answered ${status}`;
  if ((status === 429 || status === 503) && waitMs !== undefined)
    throw new DeliveryFailure('rate_limited', said, waitMs);
  if (status === 408 || status === 429 || status >= 500) throw new DeliveryFailure('retry', said);
  throw new DeliveryFailure('permanent', said);
}

/** Seconds or an HTTP date, as milliseconds from now; undefined where it is neither. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs);
}
