import * as z from 'zod';
import { Instant } from './common.ts';

export const ChannelState = z.enum(['ready', 'off', 'misconfigured', 'failed']);

export const ChannelStatus = z.object({
  name: z.string(),
  kind: z.enum(['webhook', 'api', 'socket', 'chat']),
  state: ChannelState,
  /** Where it listens, without any secret. */
  address: z.string().nullable(),
  /** Plain words: what is wrong and what to do about it. */
  why: z.string().nullable(),
  last_in_at: Instant.nullable(),
  received: z.number().int(),
  arriving: z.number().int(),
  accepted: z.number().int(),
  duplicate: z.number().int(),
  rejected: z.number().int(),
});
export type ChannelStatus = z.infer<typeof ChannelStatus>;

export const RecentError = z.object({ at: Instant, component: z.string(), code: z.string(), message: z.string() });
export type RecentError = z.infer<typeof RecentError>;

export const Status = z.object({
  version: z.string(),
  started_at: Instant,
  data_folder: z.string(),
  durability: z.enum(['full', 'normal']),
  channels: z.array(ChannelStatus),
  queue: z.object({
    queued: z.number().int(),
    working: z.number().int(),
    dead: z.number().int(),
    limit: z.number().int(),
    oldest_at: Instant.nullable(),
  }),
  outbox: z.object({ pending: z.number().int(), failed: z.number().int(), unknown: z.number().int() }),
  /**
   * received = accepted + duplicate + rejected + arriving: what came to a channel since the start, read at one moment.
   * messages = done + queue.queued + queue.working + queue.dead: all that was ever accepted, read in one statement.
   */
  totals: z.object({
    received: z.number().int(),
    accepted: z.number().int(),
    duplicate: z.number().int(),
    rejected: z.number().int(),
    /** Under way to the disk; the sender has no answer yet. */
    arriving: z.number().int(),
    messages: z.number().int(),
    done: z.number().int(),
    memories: z.number().int(),
    tasks: z.number().int(),
  }),
  process: z.object({
    memory_bytes: z.number(),
    cpu_ratio: z.number(),
    loop_delay_p99_ms: z.number(),
    database_bytes: z.number(),
  }),
  warnings: z.array(z.string()),
  errors: z.array(RecentError),
});
export type Status = z.infer<typeof Status>;

/** One change somewhere in the core. `resync` means: events were dropped, read everything again. */
export const ChangeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), id: z.string(), conversation: z.string(), state: z.string() }),
  z.object({ type: z.literal('task'), id: z.string() }),
  z.object({ type: z.literal('memory'), id: z.string() }),
  z.object({ type: z.literal('status') }),
  z.object({ type: z.literal('resync') }),
]);
export type ChangeEvent = z.infer<typeof ChangeEvent>;
