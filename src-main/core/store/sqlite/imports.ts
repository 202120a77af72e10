import type Database from 'better-sqlite3';
import type { Task } from '../../../../src-shared/schema/task.ts';
import type { ImportSource, PastImport } from '../../../../src-shared/schema/transfer.ts';
import { isoTime } from '../../foundation/clock.ts';
import type { InsertedMemory, MemoryPatch, MemoryRow } from './memories.ts';
import type { Marks } from './memory-marks.ts';
import { type PageOf, pageOf } from './messages.ts';
import { read, write } from './op.ts';
import { importTables, sumStatements } from './row-sums.ts';

/** Which import brought what, so that an import can be taken back as a whole: one migration, whole in itself. */
export const importSchema: readonly string[] = [
  `CREATE TABLE imports(
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     source TEXT NOT NULL,
     at INTEGER NOT NULL,
     memories INTEGER NOT NULL DEFAULT 0,
     tasks INTEGER NOT NULL DEFAULT 0,
     undone_at INTEGER
   ) STRICT`,
  `CREATE TABLE import_items(
     seq INTEGER PRIMARY KEY,
     import_id TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('memory', 'task')),
     item_id TEXT NOT NULL
   ) STRICT`,
  'CREATE INDEX import_items_by_import ON import_items(import_id, seq)',
  ...sumStatements(importTables),
];

/** A memory on its way in; times in milliseconds since the Unix epoch. */
export type IncomingMemory = MemoryRow & Partial<Marks> & { forgotten_at: number | null };

/** A todo on its way in. Without a position it goes to the end of its column. */
export interface IncomingTask extends Omit<Task, 'position' | 'created_at' | 'updated_at' | 'done_at' | 'source'> {
  source: (Omit<NonNullable<Task['source']>, 'at'> & { at: number }) | null;
  position: number | null;
  created_at: number;
  updated_at: number;
  done_at: number | null;
  removed_at: number | null;
}

export type IncomingRecord = { type: 'memory'; row: IncomingMemory } | { type: 'task'; row: IncomingTask };

/** `known`: there already. `forgotten`: there, and forgotten or removed; it stays so. */
export type ImportOutcome = 'brought' | 'known' | 'forgotten';

export interface ImportHead {
  id: string;
  name: string;
  source: ImportSource;
  at: number;
}

interface ImportRow extends Omit<ImportHead, 'at'> {
  seq: number;
  at: number;
  memories: number;
  tasks: number;
  undone_at: number | null;
}

interface Owned {
  insertMemories(rows: readonly MemoryRow[]): InsertedMemory[];
  markMemory(id: string, marks: Required<Pick<MemoryPatch, keyof Marks>>): unknown;
  forgetMemory(id: string, now: number): boolean;
  restoreMemory(id: string): unknown;
  endOfColumn(status: Task['status']): number;
}

export function importOps(db: Database.Database, owned: Owned) {
  const memoryThere = db.prepare<[string, string | null, string | null, string], { forgotten_at: number | null }>(
    `SELECT forgotten_at FROM memories WHERE id = ?
     UNION ALL SELECT forgotten_at FROM memories WHERE external_id = ?
     UNION ALL SELECT forgotten_at FROM memories WHERE message_id = ? AND kind = 'message' AND ? = 'message' LIMIT 1`,
  );
  const taskThere = db.prepare<[string, string | null, number | null], { removed_at: number | null }>(
    `SELECT removed_at FROM tasks WHERE id = ?
     UNION ALL SELECT removed_at FROM tasks WHERE source_message_id = ? AND source_start = ? LIMIT 1`,
  );
  const insertTask = db.prepare(`
    INSERT INTO tasks(id, title, status, due, due_granularity, rrule, assignee, priority, labels, progress, confidence, why,
                      source_message_id, source_start, source_end, source_quote, source_sender_id, source_conversation,
                      source_at, position, created_at, updated_at, done_at, removed_at)
    VALUES (@id, @title, @status, @due, @due_granularity, @rrule, @assignee, @priority, @labels, @progress, @confidence, @why,
            @source_message_id, @source_start, @source_end, @source_quote, @source_sender_id, @source_conversation,
            @source_at, @position, @created_at, @updated_at, @done_at, @removed_at)`);
  const find = db.prepare<[string], ImportRow>('SELECT * FROM imports WHERE id = ?');
  const page = db.prepare<[number, number], ImportRow>('SELECT * FROM imports WHERE seq < ? ORDER BY seq DESC LIMIT ?');
  const insertImport = db.prepare('INSERT INTO imports(id, name, source, at) VALUES (@id, @name, @source, @at)');
  const insertItem = db.prepare('INSERT INTO import_items(import_id, kind, item_id) VALUES (?, ?, ?)');
  const countMore = db.prepare('UPDATE imports SET memories = memories + ?, tasks = tasks + ? WHERE id = ?');
  const markUndone = db.prepare('UPDATE imports SET undone_at = ? WHERE id = ?');
  const memoriesOf = db.prepare<[string, number, number], { seq: number; id: string; forgotten_at: number | null }>(
    `SELECT i.seq, m.id, m.forgotten_at FROM import_items i JOIN memories m ON m.id = i.item_id
     WHERE i.import_id = ? AND i.kind = 'memory' AND i.seq > ? ORDER BY i.seq LIMIT ?`,
  );
  const setTasks = db.prepare(
    `UPDATE tasks SET removed_at = @to WHERE removed_at IS @from
       AND id IN (SELECT item_id FROM import_items WHERE import_id = @id AND kind = 'task')`,
  );

  const look = (record: IncomingRecord): ImportOutcome => {
    if (record.type === 'memory') {
      const { id, external_id, message_id, kind } = record.row;
      const there = memoryThere.get(id, external_id, message_id, kind);
      return !there ? 'brought' : there.forgotten_at === null ? 'known' : 'forgotten';
    }
    const { id, source } = record.row;
    const there = taskThere.get(id, source?.message_id ?? null, source?.start ?? null);
    return !there ? 'brought' : there.removed_at === null ? 'known' : 'forgotten';
  };

  const bring = (record: IncomingRecord): void => {
    if (record.type === 'task') {
      insertTask.run(cellsOf(record.row, record.row.position ?? owned.endOfColumn(record.row.status)));
      return;
    }
    const { forgotten_at, pinned = false, never_use = false, ...row } = record.row;
    owned.insertMemories([row]);
    if (pinned || never_use) owned.markMemory(row.id, { pinned, never_use });
    if (forgotten_at !== null) owned.forgetMemory(row.id, forgotten_at);
  };

  return {
    /** Keeps a batch and what it belongs to. A record that is there already changes nothing. */
    'imports.add': write(
      ({ head, records }: { head: ImportHead; records: readonly IncomingRecord[] }): ImportOutcome[] => {
        const brought = { memory: 0, task: 0 };
        const outcomes = records.map((record) => {
          const outcome = look(record);
          if (outcome !== 'brought') return outcome;
          bring(record);
          // The import has a row as soon as there is something to take back.
          if (!find.get(head.id)) insertImport.run(head);
          insertItem.run(head.id, record.type, record.row.id);
          brought[record.type]++;
          return outcome;
        });
        if (brought.memory + brought.task > 0) countMore.run(brought.memory, brought.task, head.id);
        return outcomes;
      },
    ),

    /** What `imports.add` would answer for records that do not repeat each other. */
    'imports.look': read(({ records }: { records: readonly IncomingRecord[] }): ImportOutcome[] => records.map(look)),

    'imports.list': read(
      ({ cursor, limit }: { cursor: number; limit: number }): PageOf<PastImport> =>
        pageOf(page.all(cursor, limit + 1), limit, describe),
    ),

    /** One step of taking an import back; `next` is where the step after it begins. Null for an import that is not known. */
    'imports.undo': write(({ id, now, after, limit }: StepQuery & { now: number }): Step | null => {
      const found = find.get(id);
      if (!found) return null;
      const at = found.undone_at ?? now;
      markUndone.run(at, id);
      setTasks.run({ id, from: null, to: at });
      const items = memoriesOf.all(id, after, limit);
      for (const memory of items) if (memory.forgotten_at === null) owned.forgetMemory(memory.id, at);
      return { past: describe({ ...found, undone_at: at }), next: nextOf(items, limit) };
    }),

    /** The way back, step by step: of what went with the import, and of nothing that was forgotten for itself. */
    'imports.restore': write(({ id, after, limit }: StepQuery): Step | null => {
      const found = find.get(id);
      if (!found) return null;
      const { undone_at: at } = found;
      if (at === null) return { past: describe(found), next: null };
      setTasks.run({ id, from: at, to: null });
      const items = memoriesOf.all(id, after, limit);
      for (const memory of items) if (memory.forgotten_at === at) owned.restoreMemory(memory.id);
      const next = nextOf(items, limit);
      if (next === null) markUndone.run(null, id);
      return { past: describe({ ...found, undone_at: next === null ? null : at }), next };
    }),
  };
}

export interface StepQuery {
  id: string;
  /** 0, or `next` of the step before. */
  after: number;
  limit: number;
}

export interface Step {
  past: PastImport;
  next: number | null;
}

const nextOf = (items: readonly { seq: number }[], limit: number): number | null =>
  items.length === limit ? (items.at(-1)?.seq ?? null) : null;

const describe = ({ id, name, source, at, memories, tasks, undone_at }: ImportRow): PastImport => ({
  id,
  name,
  source,
  at: isoTime(at),
  memories,
  tasks,
  undone_at: undone_at === null ? null : isoTime(undone_at),
});

function cellsOf({ source, labels, why, ...row }: IncomingTask, position: number) {
  return {
    ...row,
    position,
    labels: JSON.stringify(labels),
    why: JSON.stringify(why),
    source_message_id: source?.message_id ?? null,
    source_start: source?.start ?? null,
    source_end: source?.end ?? null,
    source_quote: source?.quote ?? null,
    source_sender_id: source?.sender_id ?? null,
    source_conversation: source?.conversation ?? null,
    source_at: source?.at ?? null,
  };
}
