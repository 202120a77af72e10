import * as z from 'zod';
import { Instant } from './common.ts';
import { LockReason } from './memory.ts';

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
  /** Of those rejected: from senders that are not in the channel's list. */
  strangers: z.number().int(),
});
export type ChannelStatus = z.infer<typeof ChannelStatus>;

export const RecentError = z.object({ at: Instant, component: z.string(), code: z.string(), message: z.string() });
export type RecentError = z.infer<typeof RecentError>;

/**
 * What is wrong around the product and calls for a person, in a form that the interface says in the reader's language.
 * `message` says the same in English and stands among the warnings, too.
 */
export const Notice = z.discriminatedUnion('code', [
  z.object({
    code: z.literal('PORT_TAKEN'),
    message: z.string(),
    /** The key of the configuration that holds the port. */
    key: z.enum(['app.port', 'platforms.socket.port']),
    port: z.int(),
    /** Null where it cannot be known. */
    holder: z.object({ program: z.string(), pid: z.int() }).nullable(),
    free_port: z.int().nullable(),
  }),
  /** Senders who prove themselves agree on another time: theirs less ours. */
  z.object({ code: z.literal('CLOCK_DIFFERS'), message: z.string(), offset_s: z.int() }),
  /** The newest record was written so much later than the clock says it is. */
  z.object({ code: z.literal('CLOCK_BEHIND'), message: z.string(), behind_s: z.int() }),
  /** Something stands between here and the receiver of a channel's replies. They wait. */
  z.object({
    code: z.literal('REPLIES_INTERCEPTED'),
    message: z.string(),
    channel: z.string(),
    by: z.enum(['certificate', 'clock', 'redirect', 'sign_in']),
  }),
  /** Sensitive memories are locked, and none can be added. */
  z.object({ code: z.literal('SENSITIVE_LOCKED'), message: z.string(), why: LockReason }),
]);
export type Notice = z.infer<typeof Notice>;

/** Messages are taken and wait, because somebody wants it so; `until` null: until somebody resumes. */
export const Paused = z.object({ until: Instant.nullable() });

export const Status = z.object({
  version: z.string(),
  started_at: Instant,
  data_folder: z.string(),
  durability: z.enum(['full', 'normal']),
  paused: Paused.nullable(),
  channels: z.array(ChannelStatus),
  queue: z.object({
    queued: z.number().int(),
    working: z.number().int(),
    dead: z.number().int(),
    limit: z.number().int(),
    oldest_at: Instant.nullable(),
  }),
  outbox: z.object({ pending: z.number().int(), failed: z.number().int(), unknown: z.number().int() }),
  /** Calls to other machines since the start, and those refused because of where they would have led. */
  egress: z.object({ sent: z.number().int(), blocked: z.number().int() }),
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
  /** Why nothing can be stored at present; null while it can. */
  trouble: z.enum(['STORE_FULL', 'STORE_UNAVAILABLE', 'SERVER_UNAVAILABLE']).nullable(),
  database: z.object({
    /** The database server that keeps everything, without user and password; null where the file is all there is. */
    server: z.string().nullable(),
    /** When everything in the database was last looked through; null before the first time. */
    checked_at: Instant.nullable(),
    /** What the last look found, in SQLite's words; null where all was well. */
    damage: z.string().nullable(),
    damaged_rows: z.number().int(),
    copied_at: Instant.nullable(),
    copies: z.number().int(),
    /** Why the last copy could not be made. */
    problem: z.string().nullable(),
    /** What was saved of a damaged database, for as long as that one lies in its folder. */
    salvage: z
      .object({
        at: Instant,
        aside: z.string(),
        report: z.string(),
        saved: z.number().int(),
        from_copy: z.number().int(),
        altered: z.number().int(),
        missing: z.number().int(),
        /** More may be missing than could be counted. */
        open_ended: z.boolean(),
      })
      .nullable(),
  }),
  warnings: z.array(z.string()),
  notices: z.array(Notice),
  errors: z.array(RecentError),
});
export type Status = z.infer<typeof Status>;

/** One change somewhere in the core. `resync` means: events were dropped, read everything again. */
export const ChangeEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), id: z.string(), conversation: z.string(), state: z.string() }),
  z.object({ type: z.literal('task'), id: z.string() }),
  z.object({ type: z.literal('memory'), id: z.string() }),
  z.object({ type: z.literal('status') }),
  /** A device came, went or was renamed. Nothing more is said: everybody who reads may follow changes. */
  z.object({ type: z.literal('access') }),
  z.object({ type: z.literal('resync') }),
]);
export type ChangeEvent = z.infer<typeof ChangeEvent>;
