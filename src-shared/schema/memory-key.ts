import * as z from 'zod';
import { Instant } from './common.ts';
import { LockReason } from './memory.ts';

/** The key of sensitive memories: what is told of it, which is never the key. */
export const KeyState = z.object({
  /** The newest version; null where no key could be made yet. */
  version: z.int().nullable(),
  /** Kept with the secrets of this host, or made from a passphrase. */
  method: z.enum(['stored', 'passphrase']).nullable(),
  /** `open`, or why sensitive memories are locked. */
  state: z.enum(['open', ...LockReason.options]),
  since: Instant.nullable(),
  /** Memories are being sealed with the newest key at present. */
  sealing: z.boolean(),
  /** Older versions whose key is still kept: for memories that are not sealed anew yet, or for copies of the database. */
  older: z.int(),
});
export type KeyState = z.infer<typeof KeyState>;
