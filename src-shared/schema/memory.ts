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
});
export type Memory = z.infer<typeof Memory>;

export const MemoryFilter = z.object({
  subject: z.string().max(256).optional(),
  sender_id: z.string().max(256).optional(),
  conversation_id: z.string().max(512).optional(),
  platform: z.string().max(32).optional(),
});
export type MemoryFilter = z.infer<typeof MemoryFilter>;

export const MemoryQuery = z.object({
  query: z.string().trim().min(1).max(2000),
  k: z.number().int().min(1).max(100).default(5),
  /** What "last week" in the query is measured from; the current time when left out. */
  now: Instant.optional(),
  timezone: z.string().max(64).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  filter: MemoryFilter.optional(),
});
export type MemoryQuery = z.infer<typeof MemoryQuery>;

export const MatchKind = z.enum(['keyword', 'semantic', 'time']);
export type MatchKind = z.infer<typeof MatchKind>;

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
  matched: z.array(MatchKind),
  /** The words of the query that this memory holds, for the reader: why it was found. */
  terms: z.array(z.string()),
  /** Something said later that ends what this memory tells of its writer; that memory stands before this one. */
  superseded_by: z.object({ id: z.string(), created_at: Instant }).nullable(),
});
export type MemoryHit = z.infer<typeof MemoryHit>;
