import * as z from 'zod';
import { Instant } from './common.ts';
import { Memory } from './memory.ts';
import { Task } from './task.ts';

export const ExportFormat = z.enum(['jsonl', 'csv', 'md']);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** A memory as an export holds it: everything there is of it. `forgotten_at` is null unless it was forgotten. */
export const MemoryRecord = Memory.omit({ locked: true }).extend({
  type: z.literal('memory'),
  forgotten_at: Instant.nullable(),
});
export type MemoryRecord = z.infer<typeof MemoryRecord>;

/** The same of a todo. */
export const TaskRecord = Task.extend({ type: z.literal('task'), removed_at: Instant.nullable() });
export type TaskRecord = z.infer<typeof TaskRecord>;

export type ExportRecord = MemoryRecord | TaskRecord;

/** What a file was taken for. */
export const ImportSource = z.enum(['clawdbot', 'csv', 'markdown', 'chatgpt', 'mem0', 'openclaw']);
export type ImportSource = z.infer<typeof ImportSource>;

/** Why a line, or an element of a list, did not come in. */
export const RefusalReason = z.enum([
  'not_utf8',
  'not_json',
  'not_csv',
  'too_long',
  'no_content',
  'unknown_kind',
  'bad_field',
]);
export type RefusalReason = z.infer<typeof RefusalReason>;

export const Refusal = z.object({
  reason: RefusalReason,
  /** Where it begins, from 1; of a row of a table, where it ends. */
  line: z.number().int(),
  /** The file inside an archive or a folder. */
  file: z.string().nullable(),
  /** The field that cannot be read. */
  field: z.string().nullable(),
});
export type Refusal = z.infer<typeof Refusal>;

const Outcomes = z.object({
  /** Brought in, or what would be in a preview. */
  brought: z.number().int(),
  /** There already, with the same id. */
  known: z.number().int(),
  /** Forgotten or removed here before; an import leaves them so. */
  forgotten: z.number().int(),
});
export type Outcomes = z.infer<typeof Outcomes>;

/** Why a file as a whole was not read to its end. */
export const ImportFault = z.enum(['not_recognised', 'own_markdown', 'archive', 'too_large', 'too_many', 'unreadable']);
export type ImportFault = z.infer<typeof ImportFault>;

/** An import that brought something in; it can be undone as a whole. */
export const PastImport = z.object({
  id: z.string(),
  name: z.string(),
  source: ImportSource,
  at: Instant,
  memories: z.number().int(),
  tasks: z.number().int(),
  undone_at: Instant.nullable(),
});
export type PastImport = z.infer<typeof PastImport>;
