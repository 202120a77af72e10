import { LRUCache } from 'lru-cache';
import { sha256 } from '../../../foundation/digest.ts';

/** Deliveries remembered at once; some 20 MB when full. */
const maxRemembered = 100_000;

export interface Delivery {
  /** The message's own id, which the signature covers. */
  externalId: string | undefined;
  /** X-Delivery-Id, which the signature does not cover. */
  deliveryId: string | null;
  /** X-Timestamp, covered; null for a signature over the body alone. */
  timestamp: string | null;
  body: Buffer;
}

/**
 * Tells one delivery from another, so that a redelivery is a no-op and a replay has no effect.
 *
 * The message's own `external_id` is signed and needs no more. X-Delivery-Id is not signed: whoever saw a delivery can
 * send it again under another id. So what was signed always has its say:
 *
 * - Signed with a timestamp, the delivery id is the key, because a sender signs each attempt anew. A signed text that
 *   was seen keeps the key it had, whatever id comes with it. That memory ends with the process, and 300 seconds after
 *   signing the text is refused anyway.
 * - Signed without, a captured text stays valid for as long as the secret does, so the text itself is the key, and the
 *   delivery id joins only attempts that were written differently.
 *
 * The text counts without the white space between its tokens and without the secret that signed it, so neither a
 * reformatted body nor a change of secrets makes a second message of one.
 */
export function createDeliveryKeys() {
  // The cache takes its room at once, and most senders name their messages themselves.
  let texts: LRUCache<string, string> | undefined;
  let ids: LRUCache<string, string> | undefined;
  const keyOfText = () => (texts ??= new LRUCache({ max: maxRemembered }));
  const keyOfId = () => (ids ??= new LRUCache({ max: maxRemembered }));

  return {
    keyOf({ externalId, deliveryId, timestamp, body }: Delivery): string {
      if (externalId !== undefined) return externalId;
      const textKey = keyOfSigned(timestamp, body);
      if (timestamp === null) return (deliveryId !== null && keyOfId().get(deliveryId)) || textKey;

      const key = keyOfText().get(textKey) ?? deliveryId ?? textKey;
      keyOfText().set(textKey, key);
      return key;
    },

    /**
     * Called once a delivery is stored for the first time, and only then: a replay must not get to reserve the id of a
     * delivery that is still to come.
     */
    stored({ externalId, deliveryId, timestamp }: Delivery, key: string): void {
      if (externalId === undefined && timestamp === null && deliveryId !== null) keyOfId().set(deliveryId, key);
    },
  };
}

const keyOfSigned = (timestamp: string | null, body: Buffer): string =>
  `sha256:${sha256(`${timestamp ?? ''}.${withoutSpace(body.toString('utf8'))}`).toString('hex')}`;

/** Strings stay as they are. Numbers too, which a round trip through a parser would round. */
const withoutSpace = (json: string): string => json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1');
