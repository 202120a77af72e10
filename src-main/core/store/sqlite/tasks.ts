import type Database from 'better-sqlite3';
import type { Board, Task, TaskChange, TaskStatus } from '../../../../src-shared/schema/task.ts';
import { isoTime } from '../../foundation/clock.ts';
import { type PageOf, pageOf } from './messages.ts';
import { read, write } from './op.ts';

/** A card to be added. Times of the card's own life are set by the store. */
export type NewTask = Pick<
  Task,
  | 'id'
  | 'title'
  | 'status'
  | 'due'
  | 'due_granularity'
  | 'rrule'
  | 'assignee'
  | 'priority'
  | 'labels'
  | 'progress'
  | 'confidence'
  | 'why'
  | 'source'
>;

/** A card as an export takes it, also one that was removed. */
export type KeptTask = Task & { seq: number; removed_at: number | null };

interface TaskRow {
  seq: number;
  id: string;
  title: string;
  status: TaskStatus;
  due: string | null;
  due_granularity: Task['due_granularity'];
  rrule: string | null;
  assignee: string | null;
  priority: Task['priority'];
  labels: string;
  progress: number;
  confidence: number | null;
  why: string;
  source_message_id: string | null;
  source_start: number | null;
  source_end: number | null;
  source_quote: string | null;
  source_sender_id: string | null;
  source_conversation: string | null;
  source_at: number | null;
  position: number;
  created_at: number;
  updated_at: number;
  done_at: number | null;
  removed_at: number | null;
}

/** Cards of one column are this far apart, so that one can be put between two others many times over. */
const gap = 1024;
/** Two neighbours closer than this have no room left between them; the column is spaced out anew. */
const closest = 1e-6;
const boardColumnLimit = 2000;
const columns: readonly TaskStatus[] = ['suggested', 'todo', 'doing', 'waiting', 'done'];

/** Written by the change of a task; null leaves a column as it is only where the change does not name it. */
export type TaskPatch = Omit<TaskChange, 'before'> & { due_granularity?: Task['due_granularity'] };

export function taskStatements(db: Database.Database) {
  const insert = db.prepare(`
    INSERT INTO tasks(id, title, status, due, due_granularity, rrule, assignee, priority, labels, progress, confidence, why,
                      source_message_id, source_start, source_end, source_quote, source_sender_id, source_conversation, source_at,
                      position, created_at, updated_at, done_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source_message_id, source_start) WHERE source_message_id IS NOT NULL DO NOTHING`);
  const bySource = db.prepare<[string, number], { id: string }>(
    'SELECT id FROM tasks WHERE source_message_id = ? AND source_start = ?',
  );
  const lastPosition = db.prepare<[TaskStatus], { position: number | null }>(
    'SELECT max(position) AS position FROM tasks WHERE status = ? AND removed_at IS NULL',
  );

  const endOf = (status: TaskStatus): number => (lastPosition.get(status)?.position ?? 0) + gap;

  return {
    endOf,
    /** Adds a card; the same words of the same message answer the card that is there already. */
    insert(task: NewTask, now: number): string {
      const { source } = task;
      const done = insert.run(
        task.id,
        task.title,
        task.status,
        task.due,
        task.due_granularity,
        task.rrule,
        task.assignee,
        task.priority,
        JSON.stringify(task.labels),
        task.progress,
        task.confidence,
        JSON.stringify(task.why),
        source?.message_id ?? null,
        source?.start ?? null,
        source?.end ?? null,
        source?.quote ?? null,
        source?.sender_id ?? null,
        source?.conversation ?? null,
        source ? Date.parse(source.at) : null,
        endOf(task.status),
        now,
        now,
        task.status === 'done' ? now : null,
      );
      if (done.changes === 1 || !source) return task.id;
      return bySource.get(source.message_id, source.start)?.id ?? task.id;
    },
  };
}

export type TaskStatements = ReturnType<typeof taskStatements>;

export function taskOps(db: Database.Database, tasks: TaskStatements) {
  const byId = db.prepare<[string], TaskRow>('SELECT * FROM tasks WHERE id = ?');
  const page = db.prepare<[number, string | null, string | null, number], TaskRow>(
    'SELECT * FROM tasks WHERE seq < ? AND (? IS NULL OR status = ?) AND removed_at IS NULL ORDER BY seq DESC LIMIT ?',
  );
  const kept = db.prepare<[number, number, number], TaskRow>(
    'SELECT * FROM tasks WHERE seq > ? AND (? = 1 OR removed_at IS NULL) ORDER BY seq LIMIT ?',
  );
  const column = db.prepare<[TaskStatus, number], TaskRow>(
    'SELECT * FROM tasks WHERE status = ? AND removed_at IS NULL ORDER BY position LIMIT ?',
  );
  const columnSize = db.prepare<[TaskStatus], { total: number }>(
    'SELECT count(*) AS total FROM tasks WHERE status = ? AND removed_at IS NULL',
  );
  const previous = db.prepare<[TaskStatus, number, string], { position: number | null }>(
    'SELECT max(position) AS position FROM tasks WHERE status = ? AND position < ? AND id <> ? AND removed_at IS NULL',
  );
  const setPosition = db.prepare('UPDATE tasks SET position = ? WHERE id = ?');
  const save = db.prepare(`
    UPDATE tasks SET title = ?, status = ?, due = ?, due_granularity = ?, rrule = ?, assignee = ?, priority = ?, labels = ?,
                     progress = ?, position = ?, updated_at = ?, done_at = ? WHERE id = ?`);
  const setRemoved = db.prepare('UPDATE tasks SET removed_at = ?, updated_at = ? WHERE id = ?');

  const live = (id: string): TaskRow | null => {
    const row = byId.get(id);
    return row && row.removed_at === null ? row : null;
  };

  /** The position just before the card `before`, or the end of the column. */
  function positionIn(status: TaskStatus, id: string, before: string | null): number {
    const next = before === null ? null : live(before);
    if (!next || next.status !== status || next.id === id) return tasks.endOf(status);
    const floor = previous.get(status, next.position, id)?.position ?? next.position - 2 * gap;
    if (next.position - floor > closest) return (floor + next.position) / 2;
    spaceOut(status);
    return positionIn(status, id, before);
  }

  function spaceOut(status: TaskStatus): void {
    column.all(status, -1).forEach((row, index) => setPosition.run((index + 1) * gap, row.id));
  }

  return {
    'tasks.insert': write(({ task, now }: { task: NewTask; now: number }): Task => {
      const row = byId.get(tasks.insert(task, now));
      if (!row) throw new Error('a task is not there right after it was added');
      return describe(row);
    }),

    'tasks.get': read(({ id }: { id: string }): Task | null => {
      const row = live(id);
      return row ? describe(row) : null;
    }),

    'tasks.list': read(
      ({ cursor, limit, status }: { cursor: number; limit: number; status: TaskStatus | null }): PageOf<Task> =>
        pageOf(page.all(cursor, status, status, limit + 1), limit, describe),
    ),

    /** Cards in the order in which they were added, from behind `after`; removed ones too, where they are asked for. */
    'tasks.page': read(({ after, limit, removed }: { after: number; limit: number; removed: boolean }): KeptTask[] =>
      kept
        .all(after, removed ? 1 : 0, limit)
        .map((row) => ({ ...describe(row), seq: row.seq, removed_at: row.removed_at })),
    ),

    'tasks.board': read(
      ({ id, name }: { id: string; name: string }): Board => ({
        id,
        name,
        columns: columns.map((status) => ({
          status,
          total: columnSize.get(status)?.total ?? 0,
          tasks: column.all(status, boardColumnLimit).map(describe),
        })),
      }),
    ),

    'tasks.update': write(
      ({
        id,
        patch,
        before,
        now,
      }: {
        id: string;
        patch: TaskPatch;
        before: string | null | undefined;
        now: number;
      }): Task | null => {
        const row = live(id);
        if (!row) return null;
        const status = patch.status ?? row.status;
        const moved = status !== row.status || before !== undefined;
        const doneAt = status === 'done' ? (row.done_at ?? now) : null;
        save.run(
          patch.title ?? row.title,
          status,
          patch.due === undefined ? row.due : patch.due,
          patch.due_granularity === undefined ? row.due_granularity : patch.due_granularity,
          patch.rrule === undefined ? row.rrule : patch.rrule,
          patch.assignee === undefined ? row.assignee : patch.assignee,
          patch.priority ?? row.priority,
          patch.labels ? JSON.stringify(patch.labels) : row.labels,
          patch.progress ?? row.progress,
          moved ? positionIn(status, id, before ?? null) : row.position,
          now,
          doneAt,
          id,
        );
        const saved = byId.get(id);
        return saved ? describe(saved) : null;
      },
    ),

    'tasks.remove': write(({ id, now }: { id: string; now: number }): boolean => {
      if (!live(id)) return false;
      setRemoved.run(now, now, id);
      return true;
    }),

    'tasks.restore': write(({ id, now }: { id: string; now: number }): Task | null => {
      const row = byId.get(id);
      if (!row) return null;
      setRemoved.run(null, now, id);
      return describe(row);
    }),
  };
}

function describe(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    status: row.status,
    due: row.due,
    due_granularity: row.due_granularity,
    rrule: row.rrule,
    assignee: row.assignee,
    priority: row.priority,
    labels: JSON.parse(row.labels) as string[],
    progress: row.progress,
    confidence: row.confidence,
    why: JSON.parse(row.why) as string[],
    source:
      row.source_message_id === null
        ? null
        : {
            message_id: row.source_message_id,
            start: row.source_start ?? 0,
            end: row.source_end ?? 0,
            quote: row.source_quote ?? '',
            sender_id: row.source_sender_id ?? '',
            conversation: row.source_conversation ?? '',
            at: isoTime(row.source_at ?? row.created_at),
          },
    position: row.position,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
    done_at: row.done_at === null ? null : isoTime(row.done_at),
  };
}
