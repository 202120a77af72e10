import * as z from 'zod';
import { Instant } from './common.ts';

/** Something that a person said of themselves, and where. What was said several times in the same words is one fact. */
export const Fact = z.object({
  /** Their sender id. */
  person: z.string(),
  /** What it tells: "home", "likes", "name of dog", "favourite colour" … */
  slot: z.string(),
  value: z.string(),
  /** It is not so, or no longer: "I do not eat meat". */
  negated: z.boolean(),
  /** The latest time that it was said. */
  said_at: Instant,
  first_said_at: Instant,
  /** How often it was said. */
  times: z.number().int(),
  /** The memory in which it was said last. */
  memory_id: z.string(),
  /** What was said later and ends this; it is kept, with its date. */
  superseded_by: z
    .object({ value: z.string(), negated: z.boolean(), said_at: Instant, memory_id: z.string() })
    .nullable(),
});
export type Fact = z.infer<typeof Fact>;

/** Which fact of a person is meant, however often it was said. */
export const FactName = z.object({
  person: z.string().min(1).max(256),
  slot: z.string().min(1).max(80),
  value: z.string().min(1).max(200),
});
export type FactName = z.infer<typeof FactName>;
