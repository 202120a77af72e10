import * as z from 'zod';
import { Instant } from './common.ts';

/** Whom to erase: the id of a sender, or what memories are about. Upper and lower case of Latin letters are the same. */
export const ErasureRequest = z.object({
  person: z.string().min(1).max(256),
  /** Only there: ids of different platforms may be the same and mean different people. */
  platform: z.string().min(1).max(64).optional(),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

export const ErasedCounts = z.object({
  memories: z.number().int(),
  /** Messages whose text, sender and attachments went. */
  messages: z.number().int(),
  /** Answers that went with them. */
  replies: z.number().int(),
  /** Suggested and removed todos that went. */
  todos_removed: z.number().int(),
  /** Todos that stay, without the words and the person they came from. */
  todos_unlinked: z.number().int(),
});
export type ErasedCounts = z.infer<typeof ErasedCounts>;

/** What would go; answers to the messages come on top, and `todos` may stay without their source. */
export const ErasurePreview = z.object({
  memories: z.number().int(),
  messages: z.number().int(),
  todos: z.number().int(),
});
export type ErasurePreview = z.infer<typeof ErasurePreview>;

/**
 * Where what was erased may still be: in copies that are about to be replaced, in what the database server keeps of rows that
 * were removed (its log, its backups, until it has cleaned up), in what a restore or a repair put aside,
 * and in backups and exports that people made, which only they know of.
 */
export const ErasureRemains = z.object({
  kind: z.enum(['copies', 'server', 'before_restore', 'damaged', 'backups']),
  /** Null where the product does not know the place. */
  path: z.string().nullable(),
});
export type ErasureRemains = z.infer<typeof ErasureRemains>;

/**
 * What was erased about a person, when, and where it may still be. The product keeps it without the name: of that only
 * `digest`, SHA-256 in hex of the salt, a line feed and the name with small letters for the capital ones of ASCII, by
 * which the certificate can be matched to the person again.
 */
export const ErasureCertificate = z.object({
  id: z.string(),
  /** Said only to whoever asked for the erasure. */
  person: z.string().nullable(),
  platform: z.string().nullable(),
  begun_at: Instant,
  /** Null while it goes on. */
  erased_at: Instant.nullable(),
  /** When the database was written anew and its copies were replaced; null before that. */
  swept_at: Instant.nullable(),
  erased: ErasedCounts,
  remains: z.array(ErasureRemains),
  salt: z.string(),
  digest: z.string(),
});
export type ErasureCertificate = z.infer<typeof ErasureCertificate>;
