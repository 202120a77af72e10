import * as z from 'zod';
import { Instant } from './common.ts';

export const maxContentLength = 200_000;

export const Attachment = z.object({
  type: z.string().min(1).max(32),
  url: z.string().min(1).max(2048),
  name: z.string().max(255).optional(),
  mime: z.string().max(127).optional(),
  size: z.number().int().min(0).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

/** Lone surrogates cannot be stored as UTF-8 without changing, so they are refused rather than replaced. */
const wellFormed = (text: string) => text.isWellFormed();
const text = (max: number) => z.string().max(max).refine(wellFormed, 'contains half of a surrogate pair');
const name = (max: number) => text(max).min(1);

/** What a sender may send. All but `sender_id` and `content` may be left out. */
export const IncomingMessage = z.object({
  platform: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, 'lower-case letters, digits, dot, dash and underscore, at most 32')
    .optional(),
  sender_id: name(256),
  content: text(maxContentLength),
  /** Unix seconds. */
  timestamp: z.number().int().min(0).max(253_402_300_799).optional(),
  attachments: z.array(Attachment).max(20).optional(),
  external_id: name(256).optional(),
  conversation_id: name(256).optional(),
  metadata: z
    .record(z.string().max(64), z.json())
    .refine((value) => Object.keys(value).length <= 64, 'at most 64 keys')
    .optional(),
});
export type IncomingMessage = z.infer<typeof IncomingMessage>;

/** The unified message: the guides' five fields, then ours. `timestamp` is Unix seconds. */
export const UnifiedMessage = z.object({
  id: z.string(),
  platform: z.string(),
  sender_id: z.string(),
  content: z.string(),
  timestamp: z.number().int(),
  attachments: z.array(Attachment),
  external_id: z.string(),
  /** Unique within its channel; the conversation's own id is `channel:conversation_id`. */
  conversation_id: z.string(),
  channel: z.string(),
  metadata: z.record(z.string(), z.json()),
});
export type UnifiedMessage = z.infer<typeof UnifiedMessage>;

export const MessageState = z.enum(['stored', 'routed', 'answered', 'sent', 'failed']);
export type MessageState = z.infer<typeof MessageState>;

export const TimelineEntry = z.object({
  state: z.enum(['received', 'stored', 'routed', 'answered', 'sent', 'failed', 'retrying']),
  at: Instant,
  detail: z.string().optional(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** A message as the store keeps it: both what came in and what we said. */
export const Message = UnifiedMessage.extend({
  direction: z.enum(['in', 'out']),
  in_reply_to: z.string().nullable(),
  state: MessageState,
  received_at: Instant,
  timeline: z.array(TimelineEntry),
  /** What understanding found in it: cards it made and memories that the answer quotes. */
  task_ids: z.array(z.string()),
  memory_ids: z.array(z.string()),
});
export type Message = z.infer<typeof Message>;

export const Conversation = z.object({
  /** `channel:conversation_id` */
  id: z.string(),
  channel: z.string(),
  platform: z.string(),
  conversation_id: z.string(),
  message_count: z.number().int(),
  last_message: z.string(),
  last_at: Instant,
});
export type Conversation = z.infer<typeof Conversation>;

export const DeadLetter = z.object({
  message_id: z.string(),
  conversation: z.string(),
  sender_id: z.string(),
  content: z.string(),
  attempts: z.number().int(),
  reason: z.string(),
  dead_at: Instant,
});
export type DeadLetter = z.infer<typeof DeadLetter>;
