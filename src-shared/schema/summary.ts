import * as z from 'zod';
import { Instant } from './common.ts';

/** One talk of a conversation, which a long pause ended, told by the turns of it that say most, in their order. */
export const ConversationSummary = z.object({
  begun_at: Instant,
  ended_at: Instant,
  /** How many turns the whole talk has. */
  turns: z.number().int(),
  points: z.array(
    z.object({
      memory_id: z.string(),
      message_id: z.string().nullable(),
      sender_id: z.string().nullable(),
      at: Instant,
      /** At most 300 characters of it. */
      text: z.string(),
    }),
  ),
});
export type ConversationSummary = z.infer<typeof ConversationSummary>;
