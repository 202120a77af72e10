import * as z from 'zod';
import { Instant } from './common.ts';
import { Memory } from './memory.ts';
import { Task } from './task.ts';

export const ExportFormat = z.enum(['jsonl', 'csv', 'md']);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** A memory as an export holds it: everything there is of it. `forgotten_at` is null unless it was forgotten. */
export const MemoryRecord = Memory.omit({ locked: true, used: true }).extend({ type: z.literal('memory') });
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

/** What an import comes to, or would in a preview; also while it goes on. */
export const ImportReport = z.object({
  /** What the file was taken for; null until something was recognised. */
  source: ImportSource.nullable(),
  memories: Outcomes,
  tasks: Outcomes,
  refused: z.number().int(),
  /** The first 100 of what was refused. */
  refusals: z.array(Refusal),
  /** The first five of what was recognised, shortened. */
  first: z.array(z.object({ type: z.enum(['memory', 'task']), text: z.string() })),
  /** Why the file was not read to its end; what came before it counts. */
  fault: ImportFault.nullable(),
});
export type ImportReport = z.infer<typeof ImportReport>;

/**
 * A file on its way in. `receiving`: its bytes come. `reading`: it is looked through and nothing is kept. `ready`: the
 * preview stands and waits for a yes. `importing`: it comes in. Then it is `done`, `failed` or `cancelled`, and the bytes
 * are gone.
 */
export const ImportPhase = z.enum(['receiving', 'reading', 'ready', 'importing', 'done', 'failed', 'cancelled']);
export type ImportPhase = z.infer<typeof ImportPhase>;

export const ImportJob = z.object({
  /** Also the id of the past import that it becomes, once something came in. */
  id: z.string(),
  name: z.string(),
  bytes: z.number().int(),
  /** So many bytes are here; the next part begins there. */
  received: z.number().int(),
  phase: ImportPhase,
  /** 0…1, of the phase. */
  progress: z.number(),
  /** Of the preview, then of the import. */
  report: ImportReport.nullable(),
});
export type ImportJob = z.infer<typeof ImportJob>;
