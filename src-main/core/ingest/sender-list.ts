import { AppError } from '../foundation/app-error.ts';
import type { Inbox } from './types.ts';

/**
 * An inbox that takes messages of the listed senders and of nobody else. With null the proof that came with a message
 * (its signature, its token) is all that is asked for; a channel whose platform lets anybody write passes a list, and
 * an empty list means nobody.
 *
 * Ids are compared code unit by code unit, as the platform gave them. Nothing is folded, trimmed or normalised: two ids
 * that look alike are two people. Names that people choose for themselves are never looked at.
 */
export function onlyFrom(inbox: Inbox, allowed: readonly string[] | null): Inbox {
  if (allowed === null) return inbox;
  const senders = new Set(allowed);
  return {
    async accept(incoming) {
      if (!senders.has(incoming.message.sender_id))
        throw new AppError(
          'SENDER_NOT_ALLOWED',
          `This sender is not in allow_senders of the channel ${incoming.channel}; whoever runs Clawdbot can add it`,
        );
      return inbox.accept(incoming);
    },
    waitForReply: (messageId, timeoutMs, signal) => inbox.waitForReply(messageId, timeoutMs, signal),
  };
}
