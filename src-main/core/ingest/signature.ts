import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { hexDigestsEqual } from '../foundation/digest.ts';
import { createHmacSha256 } from '../foundation/hmac.ts';
import type { ClockWatch } from '../monitor/index.ts';

/** How far a sender's clock may be from ours, and for how long a signed request can be used. */
export const signatureWindowS = 300;

/** One message for whatever is wrong, so that trying tells nothing about the secret. */
export class SignatureInvalid extends AppError<'SIGNATURE_INVALID'> {
  constructor() {
    super(
      'SIGNATURE_INVALID',
      'The signature is missing, wrong or too old: send X-Signature, the hex HMAC-SHA256 of the raw body (with X-Timestamp: of timestamp, dot and body) under the secret of this webhook',
    );
  }
}

export interface SignatureCheck {
  /**
   * Proves that a request comes from someone who knows a live secret. Answers the timestamp that the signature covers,
   * as it was sent, or null for a signature over the body alone.
   *
   * @throws SignatureInvalid
   */
  verify(headers: IncomingHttpHeaders, body: Buffer): string | null;
}

export interface SignatureCheckDeps {
  /** The live secrets: one, or two while senders change over. None: everything is refused. */
  secrets: readonly string[];
  clock: Pick<Clock, 'now'>;
  /** Told of each proven sender whether his time and ours agree. */
  clockWatch?: Pick<ClockWatch, 'refused' | 'agreed'>;
}

/**
 * Checks signatures over the raw bytes, before anyone reads them. With X-Timestamp only the timestamped signature
 * counts: were the plain one accepted too, whoever holds an old signed body could dress it up as fresh. The two forms
 * cannot be mistaken for each other, for "1700000000.{…}" is not JSON.
 */
export function createSignatureCheck({ secrets, clock, clockWatch }: SignatureCheckDeps): SignatureCheck {
  const signers = secrets.map(createSigner);

  return {
    verify(headers, body) {
      const claimed = signatureOf(headers['x-signature']);
      const timestamp = headers['x-timestamp']?.toString();
      if (claimed === null) throw new SignatureInvalid();
      // Every live secret is tried, so the time taken does not say which of them came close.
      const matching = signers.filter((sign) => hexDigestsEqual(sign(timestamp, body), claimed));
      if (matching.length === 0) throw new SignatureInvalid();
      if (timestamp === undefined) return null;
      if (!isFresh(timestamp, clock.now())) {
        // Only now: whoever cannot sign has nothing to say about the time.
        clockWatch?.refused(Number(timestamp));
        throw new SignatureInvalid();
      }
      clockWatch?.agreed();
      return timestamp;
    },
  };
}

/** Signs in the form that `verify` takes: the body alone, or timestamp, dot and body. */
export function createSigner(secret: string) {
  const hmac = createHmacSha256(secret);
  return (timestamp: string | undefined, body: Buffer): string =>
    hmac(timestamp === undefined ? body : Buffer.concat([Buffer.from(`${timestamp}.`), body]));
}

const signatureForm = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** Node joins repeated headers with a comma, so a second signature fails the form as much as a short one. */
function signatureOf(header: string | string[] | undefined): string | null {
  const hex = typeof header === 'string' ? signatureForm.exec(header)?.[1] : undefined;
  return hex?.toLowerCase() ?? null;
}

function isFresh(header: string, nowMs: number): boolean {
  if (!/^\d{1,12}$/.test(header)) return false;
  return Math.abs(Math.floor(nowMs / 1000) - Number(header)) <= signatureWindowS;
}
