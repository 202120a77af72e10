import * as z from 'zod';
import { Instant } from './common.ts';

export const MemoryInput = z.object({
  content: z.string().trim().min(1).max(200_000),
  /** Makes an import repeatable: the same external_id again changes nothing. */
  external_id: z.string().min(1).max(256).optional(),
  created_at: Instant.optional(),
  sender_id: z.string().min(1).max(256).optional(),
  conversation_id: z.string().min(1).max(512).optional(),
  platform: z.string().min(1).max(32).optional(),
  /** The person it is about. */
  subject: z.string().min(1).max(256).optional(),
  metadata: z.record(z.string().max(64), z.json()).optional(),
  sensitive: z.boolean().default(false),
});
export type MemoryInput = z.infer<typeof MemoryInput>;

export const MemoryKind = z.enum(['message', 'note']);
export type MemoryKind = z.infer<typeof MemoryKind>;

/** Why a sealed memory shows nothing: its key is not here, the one that is here is another, or it is damaged. */
export const LockReason = z.enum(['no_key', 'wrong_key', 'damaged']);
export type LockReason = z.infer<typeof LockReason>;

export const Memory = z.object({
  id: z.string(),
  external_id: z.string().nullable(),
  kind: MemoryKind,
  content: z.string(),
  created_at: Instant,
  sender_id: z.string().nullable(),
  conversation_id: z.string().nullable(),
  platform: z.string().nullable(),
  subject: z.string().nullable(),
  /** Where it comes from; null for a memory that was written or imported by hand. */
  message_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  /** Kept sealed. */
  sensitive: z.boolean(),
  /** There while the memory is locked; content and metadata are empty then, and come back with the key. */
  locked: LockReason.optional(),
  /** A person keeps it at hand: it comes first among memories that answer equally well. */
  pinned: z.boolean(),
  /** A person keeps it out of answers: lists show it, and recall does not hand it out. */
  never_use: z.boolean(),
  /** Null unless it was forgotten; only lists that are asked for forgotten ones hold any. */
  forgotten_at: Instant.nullable(),
  /** How many answers have quoted it. */
  used: z.number().int(),
});
export type Memory = z.infer<typeof Memory>;

/** What a memory tells of its writer, and another memory says otherwise. */
export const MemoryConflict = z.object({
  /** What it tells: "home", "likes" … */
  slot: z.string(),
  /** Said in this memory. */
  value: z.string(),
  negated: z.boolean(),
  /** Said in the other one. */
  other: z.object({ memory_id: z.string(), value: z.string(), negated: z.boolean(), said_at: Instant }),
  /** The other one was said later, and is what counts. */
  is_later: z.boolean(),
});
export type MemoryConflict = z.infer<typeof MemoryConflict>;

/** One memory with what only a look at it alone tells. */
export const MemoryDetail = Memory.extend({
  /** The import that brought it. */
  import: z.object({ id: z.string(), name: z.string(), at: Instant }).nullable(),
  /** At most 20, the latest first. */
  conflicts: z.array(MemoryConflict),
});
export type MemoryDetail = z.infer<typeof MemoryDetail>;

/** One answer that quoted a memory. */
export const MemoryUse = z.object({
  /** The answer. */
  message_id: z.string(),
  /** `channel:conversation_id` */
  conversation: z.string(),
  at: Instant,
  /** What was asked, shortened; null where the question is not there any more. */
  question: z.string().nullable(),
});
export type MemoryUse = z.infer<typeof MemoryUse>;

export const MemoryFilter = z.object({
  subject: z.string().max(256).optional(),
  sender_id: z.string().max(256).optional(),
  conversation_id: z.string().max(512).optional(),
  platform: z.string().max(32).optional(),
  /** Who said it, or whom it is about. */
  person: z.string().max(256).optional(),
  kind: MemoryKind.optional(),
  pinned: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  never_use: z.boolean().optional(),
});
export type MemoryFilter = z.infer<typeof MemoryFilter>;

/** How many memories there are, and of what; who forgets one takes it out of every count but `forgotten`. */
export const MemoryStatistics = z.object({
  total: z.number().int(),
  forgotten: z.number().int(),
  pinned: z.number().int(),
  sensitive: z.number().int(),
  never_use: z.number().int(),
  /** Of all texts, in UTF-8. */
  text_bytes: z.number().int(),
  /** Who said them or whom they are about, most first, at most 100. */
  people: z.array(z.object({ name: z.string(), count: z.number().int() })),
  platforms: z.array(z.object({ name: z.string(), count: z.number().int() })),
  kinds: z.array(z.object({ kind: MemoryKind, count: z.number().int() })),
  /** By the month in UTC in which they were said, `YYYY-MM`, the earliest first; at most the last 240 with any. */
  months: z.array(z.object({ month: z.string(), count: z.number().int() })),
});
export type MemoryStatistics = z.infer<typeof MemoryStatistics>;

export const MemoryQuery = z.object({
  query: z.string().trim().min(1).max(2000),
  k: z.number().int().min(1).max(100).default(5),
  /** What "last week" in the query is measured from; the current time when left out. */
  now: Instant.optional(),
  timezone: z.string().max(64).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  filter: MemoryFilter.optional(),
  /** Also those marked "never use": for a person who looks through them, and for nothing that answers. */
  with_never_use: z.boolean().optional(),
});
export type MemoryQuery = z.infer<typeof MemoryQuery>;

export const MatchKind = z.enum(['keyword', 'semantic', 'time']);
export type MatchKind = z.infer<typeof MatchKind>;

/**
 * What spoke for a memory. `phrase`: it holds the quoted passage letter by letter. `words`: it holds words of the query.
 * `person`: the one who is asked about said it, or is named in it. `time`: it is of a time in the query. `around`: what was
 * said next to it holds words of the query.
 */
export const MatchReason = z.enum(['phrase', 'words', 'person', 'time', 'around']);
export type MatchReason = z.infer<typeof MatchReason>;

export const MemoryHit = z.object({
  id: z.string(),
  external_id: z.string().nullable(),
  content: z.string(),
  /** 0…1, best first; comparable within one answer only. */
  score: z.number(),
  created_at: Instant,
  sender_id: z.string().nullable(),
  conversation_id: z.string().nullable(),
  platform: z.string().nullable(),
  message_id: z.string().nullable(),
  metadata: z.record(z.string(), z.json()),
  kind: MemoryKind,
  subject: z.string().nullable(),
  sensitive: z.boolean(),
  pinned: z.boolean(),
  never_use: z.boolean(),
  matched: z.array(MatchKind),
  /** The same more closely, for whoever asks why. */
  reasons: z.array(MatchReason),
  /** The words of the query that this memory holds, for the reader: why it was found. */
  terms: z.array(z.string()),
  /** Something said later that ends what this memory tells of its writer; that memory stands before this one. */
  superseded_by: z.object({ id: z.string(), created_at: Instant }).nullable(),
});
export type MemoryHit = z.infer<typeof MemoryHit>;
