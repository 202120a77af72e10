import { UnifiedMessage } from '../../../../../src-shared/schema/message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { createSigner } from '../../signature.ts';
import { DeliveryFailure, type Outbound } from '../../types.ts';

export interface ReplyPostDeps {
  url: string;
  secret: string;
  clock: Pick<Clock, 'now'>;
  fetch: typeof fetch;
}

/** Longer than the 10 s that Node gives a connection to come about, so "cannot be reached" is known as that. */
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
export function createReplyPost({ url, secret, clock, fetch }: ReplyPostDeps) {
  const sign = createSigner(secret);

  return async (outbound: Outbound, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw new DeliveryFailure('retry', 'stopped before it was sent');
    const body = Buffer.from(JSON.stringify(describe(outbound)));
    const timestamp = String(Math.floor(clock.now() / 1000));
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // A connection that the receiver has meanwhile closed would look like a delivery that may have arrived.
        connection: 'close',
        'x-signature': sign(timestamp, body),
        'x-timestamp': timestamp,
        'x-delivery-id': outbound.idempotency_key,
        'idempotency-key': outbound.idempotency_key,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((cause: unknown) => {
      throw wasConnected(cause)
        ? new DeliveryFailure('unknown', 'the receiver may have the reply, it did not answer', undefined, { cause })
        : new DeliveryFailure('retry', 'the receiver cannot be reached', undefined, { cause });
    });
    // The status says it all; a body is not read, so one without end costs nothing.
    await response.body?.cancel();
    judge(response, clock.now());
  };
}

/** The reply as a unified message, with what it answers. */
const describe = ({ message, in_reply_to, recipient_id }: Outbound) => ({
  ...UnifiedMessage.parse(message),
  in_reply_to: in_reply_to.id,
  in_reply_to_external_id: in_reply_to.external_id,
  recipient_id,
});

const beforeAnyByte = new Set(['connect', 'getaddrinfo']);
/** No connection in time, a certificate that does not hold, or a server that does not speak TLS. */
const handshakeFailed =
  /^(UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_WRONG_VERSION_NUMBER)/;

/** Whether a failed request may have left. Without proof that it has not, it may. */
function wasConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  // An address with IPv4 and IPv6 is tried both ways and fails as both.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.some(wasConnected);
  if ('syscall' in error && beforeAnyByte.has(String(error.syscall))) return false;
  if ('code' in error && handshakeFailed.test(String(error.code))) return false;
  return error.cause === undefined || wasConnected(error.cause);
}

/** @throws DeliveryFailure for everything but a 2xx */
function judge({ status, headers }: Response, nowMs: number): void {
  if (status >= 200 && status < 300) return;
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs);
  const said = `the receiver answered ${status}`;
  if ((status === 429 || status === 503) && waitMs !== undefined)
    throw new DeliveryFailure('rate_limited', said, waitMs);
  if (status === 408 || status === 429 || status >= 500) throw new DeliveryFailure('retry', said);
  throw new DeliveryFailure('permanent', said);
}

/** Seconds or an HTTP date, as milliseconds from now; undefined where it is neither. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestWaitMs);
}
