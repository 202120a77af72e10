import * as z from 'zod';
import { MemoryKind } from '../../../../src-shared/schema/memory.ts';
import { TaskPriority, TaskStatus } from '../../../../src-shared/schema/task.ts';
import type { ImportSource } from '../../../../src-shared/schema/transfer.ts';
import { isoTime } from '../../foundation/clock.ts';
import type { IncomingMemory, IncomingTask } from '../../store/index.ts';
import { digestOf, type Found, type Reading, readInstant, refused, type Where } from './found.ts';

/** As long as the longest thing that is kept: what somebody said, which an export gives out as it was. */
export const longestContent = 1_000_000;

const Id = z.string().regex(/^[\w.:-]{1,64}$/);
const Name = (most: number) => z.string().min(1).max(most).nullish();
const At = z.string().transform((text, context) => {
  const ms = readInstant(text);
  if (ms === null) context.addIssue({ code: 'custom', message: 'not an instant' });
  return ms ?? 0;
});

/** A memory of ours, or one that somebody wrote by hand: all it needs is its content, which is never trimmed. */
const OwnMemory = z.object({
  type: z.literal('memory').optional(),
  id: Id.nullish(),
  external_id: Name(256),
  kind: MemoryKind.default('note'),
  content: z
    .string()
    .max(longestContent)
    .refine((text) => text.trim() !== '', { params: { empty: true } }),
  created_at: At.nullish(),
  sender_id: Name(512),
  conversation_id: Name(1024),
  platform: Name(64),
  subject: Name(512),
  message_id: Name(64),
  metadata: z.record(z.string(), z.json()).nullish(),
  sensitive: z.boolean().nullish(),
  pinned: z.boolean().nullish(),
  never_use: z.boolean().nullish(),
  forgotten_at: At.nullish(),
});

const Source = z.object({
  message_id: z.string().min(1).max(64),
  start: z.int().min(0),
  end: z.int().min(0),
  quote: z.string().max(longestContent),
  sender_id: z.string().max(512),
  conversation: z.string().max(1200),
  at: At,
});

const OwnTask = z
  .object({
    type: z.literal('task').optional(),
    id: Id.nullish(),
    title: z
      .string()
      .max(2000)
      .refine((text) => text.trim() !== '', { params: { empty: true } }),
    status: TaskStatus.default('todo'),
    due: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).nullish(),
    rrule: Name(500),
    assignee: Name(256),
    priority: TaskPriority.default('normal'),
    labels: z.array(z.string().min(1).max(64)).max(100).nullish(),
    progress: z.number().min(0).max(1).nullish(),
    confidence: z.number().min(0).max(1).nullish(),
    why: z.array(z.string().max(200)).max(100).nullish(),
    source: Source.nullish(),
    position: z.number().nullish(),
    created_at: At.nullish(),
    updated_at: At.nullish(),
    done_at: At.nullish(),
    removed_at: At.nullish(),
  })
  .refine(({ source }) => !source || source.start <= source.end, { path: ['source'] });

/** A record as an export of ours holds it, or one written by hand. */
export function readOwn(
  value: Readonly<Record<string, unknown>>,
  where: Where,
  reading: Reading,
  source: ImportSource,
): Found {
  const type = value['type'] ?? ('title' in value && !('content' in value) ? 'task' : 'memory');
  if (type === 'memory') {
    const parsed = OwnMemory.safeParse(value);
    if (!parsed.success) return refusalOf(parsed.error, where, 'content');
    return { type: 'record', source, record: { type: 'memory', row: memoryOf(parsed.data, reading) } };
  }
  if (type === 'task') {
    const parsed = OwnTask.safeParse(value);
    if (!parsed.success) return refusalOf(parsed.error, where, 'title');
    return { type: 'record', source, record: { type: 'task', row: taskOf(parsed.data, reading) } };
  }
  return refused(where, 'unknown_kind', 'type');
}

function memoryOf(memory: z.infer<typeof OwnMemory>, { now, newId }: Reading): IncomingMemory {
  const { content, sender_id, conversation_id, subject, created_at } = memory;
  const when = created_at === undefined || created_at === null ? null : isoTime(created_at);
  const hasName = (memory.id ?? memory.external_id ?? null) !== null;
  return {
    id: memory.id ?? newId(),
    external_id:
      memory.external_id ?? (hasName ? null : `import:${digestOf(content, when, sender_id, conversation_id, subject)}`),
    kind: memory.kind,
    content,
    created_at: created_at ?? now,
    sender_id: sender_id ?? null,
    conversation_id: conversation_id ?? null,
    platform: memory.platform ?? null,
    subject: subject ?? null,
    message_id: memory.message_id ?? null,
    metadata: memory.metadata ?? {},
    sensitive: memory.sensitive ?? false,
    pinned: memory.pinned ?? false,
    never_use: memory.never_use ?? false,
    forgotten_at: memory.forgotten_at ?? null,
  };
}

function taskOf(task: z.infer<typeof OwnTask>, { now }: Reading): IncomingTask {
  const { title, due = null, source = null } = task;
  const created = task.created_at ?? now;
  const isDay = due !== null && !due.includes('T');
  return {
    id: task.id ?? `import-${digestOf(title, due, task.status, task.assignee)}`,
    title,
    status: task.status,
    due: due === null || isDay ? due : isoTime(Date.parse(due)),
    due_granularity: due === null ? null : isDay ? 'date' : 'datetime',
    rrule: task.rrule ?? null,
    assignee: task.assignee ?? null,
    priority: task.priority,
    labels: task.labels ?? [],
    progress: task.progress ?? 0,
    confidence: task.confidence ?? null,
    why: task.why ?? [],
    source,
    position: task.position ?? null,
    created_at: created,
    updated_at: task.updated_at ?? created,
    // An export says when it was done, where anybody knows; whoever writes one by hand need not.
    done_at: task.done_at ?? (task.status === 'done' && !task.id ? created : null),
    removed_at: task.removed_at ?? null,
  };
}

/** The first thing that is wrong; `main` is the field without which there is nothing to keep. */
function refusalOf({ issues: [issue] }: z.ZodError, where: Where, main: string): Found {
  const field = issue?.path[0] === undefined ? main : String(issue.path[0]);
  if (field !== main) return refused(where, 'bad_field', field);
  return refused(where, issue?.code === 'too_big' ? 'too_long' : 'no_content', main);
}
