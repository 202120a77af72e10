import * as z from 'zod';
import { Instant } from './common.ts';

export const TaskStatus = z.enum(['suggested', 'todo', 'doing', 'waiting', 'done']);
export type TaskStatus = z.infer<typeof TaskStatus>;

export const TaskPriority = z.enum(['low', 'normal', 'high']);
export type TaskPriority = z.infer<typeof TaskPriority>;

/** A calendar day (YYYY-MM-DD) or an instant, as `due_granularity` says. */
export const Due = z.union([z.iso.date(), Instant]);

export const TaskSource = z.object({
  message_id: z.string(),
  /** [start, end) in UTF-16 units of the message's content. */
  start: z.number().int().min(0),
  end: z.number().int().min(0),
  quote: z.string(),
  sender_id: z.string(),
  conversation: z.string(),
  at: Instant,
});
export type TaskSource = z.infer<typeof TaskSource>;

export const Task = z.object({
  id: z.string(),
  title: z.string(),
  status: TaskStatus,
  due: Due.nullable(),
  due_granularity: z.enum(['date', 'datetime']).nullable(),
  rrule: z.string().nullable(),
  assignee: z.string().nullable(),
  priority: TaskPriority,
  labels: z.array(z.string()),
  /** 0…1 */
  progress: z.number(),
  /** How sure the extraction was, 0…1; null for a card made by hand. */
  confidence: z.number().nullable(),
  /** Names of the rules that made it, for the card's "why". */
  why: z.array(z.string()),
  source: TaskSource.nullable(),
  /** Order within its column, ascending. */
  position: z.number(),
  created_at: Instant,
  updated_at: Instant,
  done_at: Instant.nullable(),
});
export type Task = z.infer<typeof Task>;

const title = z.string().trim().min(1).max(500);
const editable = z.object({
  title,
  status: TaskStatus,
  due: Due.nullable(),
  rrule: z.string().max(500).nullable(),
  assignee: z.string().trim().min(1).max(256).nullable(),
  priority: TaskPriority,
  labels: z.array(z.string().trim().min(1).max(64)).max(20),
  progress: z.number().min(0).max(1),
});

export const TaskInput = editable.partial().required({ title: true });
export type TaskInput = z.infer<typeof TaskInput>;

export const TaskChange = editable.partial().extend({
  /** Put it before this card of the target column; null puts it last. */
  before: z.string().nullable().optional(),
});
export type TaskChange = z.infer<typeof TaskChange>;

export const Board = z.object({
  id: z.string(),
  name: z.string(),
  columns: z.array(z.object({ status: TaskStatus, total: z.number().int(), tasks: z.array(Task) })),
});
export type Board = z.infer<typeof Board>;
