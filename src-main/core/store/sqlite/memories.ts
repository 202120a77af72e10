import type Database from 'better-sqlite3';
import type { Memory, MemoryDetail, MemoryUse } from '../../../../src-shared/schema/memory.ts';
import { isoTime } from '../../foundation/clock.ts';
import { indexText } from '../../language/index.ts';
import { conflictsIn } from './facts.ts';
import {
  listMemories,
  type MemoryListQuery,
  memoryColumns,
  memoryOf,
  memoryTables,
  type StoredMemory,
} from './memory-list.ts';
import { markStatements } from './memory-marks.ts';
import { type PageOf, pageOf } from './messages.ts';
import { read, write } from './op.ts';
import type { Reader } from './reader.ts';
import { createBlindIndex } from './sealing/blind-index.ts';
import type { CoveredMessages } from './sealing/covered-messages.ts';
import { findSealed, type SealedQuery } from './sealing/find-sealed.ts';
import { marks, openCells, sealedCells, textsOf } from './sealing/memory-cells.ts';
import { MemoryLocked, type Sealing } from './sealing/sealing.ts';
import { forgetWords } from './sealing/tend.ts';
import { mendTextIndex } from './text-index.ts';

/**
 * A memory row and its full-text entry share `seq`. The full-text table holds no text of its own: two columns of
 * tokens that `indexText` makes. Porter stemming finds more than plain words for English and leaves Chinese alone.
 * The pairs of characters count half of a word: they find every string, the dictionary's words rank first.
 */
export const memorySchema = `
CREATE TABLE memories (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  external_id TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('message', 'note')),
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sender_id TEXT COLLATE NOCASE,
  conversation_id TEXT,
  platform TEXT,
  subject TEXT,
  message_id TEXT,
  metadata TEXT NOT NULL DEFAULT '{}',
  sensitive INTEGER NOT NULL DEFAULT 0,
  forgotten_at INTEGER
) STRICT;
CREATE UNIQUE INDEX memories_external_id ON memories (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX memories_message_id ON memories (message_id) WHERE message_id IS NOT NULL AND kind = 'message';
CREATE INDEX memories_created_at ON memories (created_at);
CREATE INDEX memories_subject ON memories (subject) WHERE subject IS NOT NULL;
CREATE INDEX memories_conversation ON memories (conversation_id, created_at) WHERE forgotten_at IS NULL;
CREATE INDEX memories_sender ON memories (sender_id) WHERE sender_id IS NOT NULL;
CREATE VIRTUAL TABLE memory_fts USING fts5(
  words, grams, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2"
);
INSERT INTO memory_fts (memory_fts, rank) VALUES ('rank', 'bm25(1.0, 0.5)');
`;

/** A memory as the store takes it; `created_at` in milliseconds since the Unix epoch. */
export type MemoryRow = Omit<Memory, 'created_at' | 'locked' | 'pinned' | 'never_use' | 'forgotten_at' | 'used'> & {
  created_at: number;
};

export interface InsertedMemory {
  id: string;
  /** False where the same external_id or message is there already; `id` is then the one it has. */
  created: boolean;
}

export interface MemoryPageQuery {
  /** `created_at` and `seq` of the last memory of the page before. */
  after: readonly [createdAt: number, seq: number];
  limit: number;
  forgotten: boolean;
}

export interface MemoryPatch {
  content?: string | undefined;
  subject?: string | null | undefined;
  metadata?: Memory['metadata'] | undefined;
  sensitive?: boolean | undefined;
  pinned?: boolean | undefined;
  never_use?: boolean | undefined;
}

/** A memory as an export takes it, also one that was forgotten. */
export type KeptMemory = Memory & { seq: number };

export interface MemoryUsesQuery {
  id: string;
  /** The number of the last answer of the page before. */
  cursor: number;
  limit: number;
}

interface UseRow {
  seq: number;
  message_id: string;
  conversation: string;
  at: number;
  question: string | null;
}

const shownQuestion = 200;

/** The store's operations on memories. An operation that remembers within its own transaction calls `run` of these. */
export function memoryOps(db: Database.Database, sealing: Sealing, covered: CoveredMessages) {
  const blind = createBlindIndex(db, sealing);
  const forget = forgetWords(db);
  // Freed pages are overwritten, always: the index frees pages as it merges, long before somebody asks for erasure.
  // Measured cost: within the noise for 19,200 inserts in batches of 32.
  db.pragma('secure_delete = ON');
  const known = db.prepare<[string | null, string | null, string], { id: string }>(
    `SELECT id FROM memories WHERE external_id = ?
     UNION ALL SELECT id FROM memories WHERE message_id = ? AND kind = 'message' AND ? = 'message' LIMIT 1`,
  );
  const insertRow = db.prepare(
    `INSERT INTO memories (id, external_id, kind, content, created_at, sender_id, conversation_id, platform, subject,
       message_id, metadata, sensitive)
     VALUES (@id, @external_id, @kind, @content, @created_at, @sender_id, @conversation_id, @platform, @subject,
       @message_id, @metadata, @sensitive)`,
  );
  const insertIndex = db.prepare('INSERT INTO memory_fts (rowid, words, grams) VALUES (?, ?, ?)');
  const deleteIndex = db.prepare('DELETE FROM memory_fts WHERE rowid = ?');
  const byId = db.prepare<[string, number], StoredMemory>(
    `SELECT ${memoryColumns} FROM ${memoryTables} WHERE m.id = ? AND (? = 1 OR m.forgotten_at IS NULL)`,
  );
  const importOf = db.prepare<[string], { id: string; name: string; at: number }>(
    `SELECT i.id, i.name, i.at FROM import_items t JOIN imports i ON i.id = t.import_id
     WHERE t.item_id = ? AND t.kind = 'memory' ORDER BY t.seq LIMIT 1`,
  );
  const uses = db.prepare<[string, number, number], UseRow>(
    `SELECT u.message_seq AS seq, a.id AS message_id, a.channel || ':' || a.conversation_id AS conversation,
       a.stored_at AS at, (SELECT substr(q.content, 1, ${shownQuestion}) FROM messages q WHERE q.id = a.in_reply_to) AS question
     FROM message_sources u JOIN messages a ON a.seq = u.message_seq
     WHERE u.memory_id = ? AND u.message_seq < ? ORDER BY u.message_seq DESC LIMIT ?`,
  );
  // Two looks in place of one comparison of pairs: an import without times has one instant for all it brings, and SQLite
  // would go through all of them for each page (15 ms at 100,000, against 0.4).
  const keptAt = db.prepare<[number, number, number, number], StoredMemory>(
    `SELECT ${memoryColumns} FROM ${memoryTables}
     WHERE m.created_at = ? AND m.seq > ? AND (? = 1 OR m.forgotten_at IS NULL) ORDER BY m.seq LIMIT ?`,
  );
  const keptAfter = db.prepare<[number, number, number], StoredMemory>(
    `SELECT ${memoryColumns} FROM ${memoryTables}
     WHERE m.created_at > ? AND (? = 1 OR m.forgotten_at IS NULL) ORDER BY m.created_at, m.seq LIMIT ?`,
  );
  const setForgotten = db.prepare<[number, string], { seq: number }>(
    'UPDATE memories SET forgotten_at = ? WHERE id = ? AND forgotten_at IS NULL RETURNING seq',
  );
  const setRestored = db.prepare<[string], { seq: number; content: string; sensitive: number }>(
    'UPDATE memories SET forgotten_at = NULL WHERE id = ? AND forgotten_at IS NOT NULL RETURNING seq, content, sensitive',
  );
  const setFields = db.prepare(
    'UPDATE memories SET content = @content, subject = @subject, metadata = @metadata, sensitive = @sensitive WHERE seq = @seq',
  );
  const { setMarks } = markStatements(db);
  const conflictsOf = conflictsIn(db);
  const all: Pick<Reader, 'all'>['all'] = (sql, ...values) => db.prepare(sql).all(...values) as never;
  const count = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM memories WHERE forgotten_at IS NULL');

  const index = (seq: number | bigint, content: string): void => {
    const { words, grams } = indexText(content);
    insertIndex.run(seq, words, grams);
  };

  /** Stores memories and answers in their order. A memory already there, even a forgotten one, stays as it is. */
  const insertMemories = (rows: readonly MemoryRow[]): InsertedMemory[] =>
    rows.map((row) => {
      const there = known.get(row.external_id, row.message_id, row.kind);
      if (there) return { id: there.id, created: false };
      const isSealed = row.sensitive || sealing.sensitivity.isSensitive(row);
      const cells = isSealed ? sealedCells(sealing, row.id, row) : openCells(row);
      const { lastInsertRowid } = insertRow.run({ ...row, ...cells });
      if (isSealed) blind.put(lastInsertRowid, row.content);
      else index(lastInsertRowid, row.content);
      return { id: row.id, created: true };
    });

  const opened = (row: StoredMemory): Memory => memoryOf(row, (sealed) => textsOf(sealing, sealed.id, sealed));

  const find = (id: string, forgotten = false): Memory | null => {
    const row = byId.get(id, forgotten ? 1 : 0);
    return row ? opened(row) : null;
  };

  const look = (id: string, forgotten: boolean): MemoryDetail | null => {
    const row = byId.get(id, forgotten ? 1 : 0);
    if (!row) return null;
    const brought = importOf.get(id);
    return {
      ...opened(row),
      import: brought ? { ...brought, at: isoTime(brought.at) } : null,
      conflicts: conflictsOf(row.seq),
    };
  };

  /** What is written anew is looked at anew, unless the person says what it is. @throws AppError MEMORY_LOCKED */
  const update = (id: string, patch: MemoryPatch): Memory | null => {
    const row = byId.get(id, 0);
    if (!row) return null;
    const before = opened(row);
    if (before.locked) throw new MemoryLocked(before.locked);
    const after = { ...before, ...definedOf(patch) };
    const isRewritten = after.content !== before.content;
    after.sensitive = patch.sensitive ?? (before.sensitive || (isRewritten && sealing.sensitivity.isSensitive(after)));
    const cells = after.sensitive ? sealedCells(sealing, id, after) : openCells(after);
    setFields.run({ ...cells, seq: row.seq, subject: after.subject });
    reindex(row, after, isRewritten);
    if (after.pinned !== before.pinned || after.never_use !== before.never_use) setMarks(row.seq, after);
    return after;
  };

  /** A memory stands in the index of words or in the blind one. */
  const reindex = (row: StoredMemory, after: Memory, isRewritten: boolean): void => {
    const wasSealed = row.sensitive === marks.sealed;
    if (after.sensitive) {
      if (!wasSealed) {
        forget.of(row.seq);
        forget.now();
        covered.coverSource(row);
        sealing.vault.noteCovered();
      }
      blind.put(row.seq, after.content);
    } else if (wasSealed || isRewritten) {
      if (wasSealed) blind.remove(row.seq);
      else deleteIndex.run(row.seq);
      index(row.seq, after.content);
    }
  };

  const sealedWith = ({ q }: Pick<MemoryListQuery, 'q'>): number[] =>
    q?.trim() ? blind.match(q).flatMap(({ seq, all }) => (all ? seq : [])) : [];

  return {
    'memories.insert': write(({ rows }: { rows: readonly MemoryRow[] }) => insertMemories(rows)),
    'memories.get': read(({ id }: { id: string }) => find(id)),
    /** A memory with what brought it; a forgotten one too, where it is asked for. */
    'memories.look': read(({ id, forgotten }: { id: string; forgotten: boolean }) => look(id, forgotten)),
    /** The answers that quoted it, the latest first. */
    'memories.uses': read(
      ({ id, cursor, limit }: MemoryUsesQuery): PageOf<MemoryUse> =>
        pageOf(uses.all(id, cursor, limit + 1), limit, ({ seq: _seq, at, ...use }) => ({ ...use, at: isoTime(at) })),
    ),
    'memories.list': read((query: MemoryListQuery) =>
      listMemories({ all }, { ...query, sealed: sealedWith(query) }, (row) => textsOf(sealing, row.id, row)),
    ),
    /** Numbers of the sealed memories that hold every word of a text; none while they are locked. */
    'memories.sealedWith': read(sealedWith),
    /** Memories in the order of their times, from behind `after`; forgotten ones too, where they are asked for. */
    'memories.page': read(({ after: [at, seq], limit, forgotten }: MemoryPageQuery): KeptMemory[] => {
      const which = forgotten ? 1 : 0;
      const same = keptAt.all(at, seq, which, limit);
      const rows = same.length === limit ? same : [...same, ...keptAfter.all(at, which, limit - same.length)];
      return rows.map((row) => ({ ...opened(row), seq: row.seq }));
    }),
    /** Sealed memories that hold words of the question, opened; none while they are locked. */
    'memories.findSealed': read((query: SealedQuery) => findSealed(db, query, blind, opened)),
    'memories.update': write(({ id, patch }: { id: string; patch: MemoryPatch }) => update(id, patch)),
    'memories.forget': write(({ id, now }: { id: string; now: number }): boolean => {
      const row = setForgotten.get(now, id);
      if (row) deleteIndex.run(row.seq);
      return row !== undefined;
    }),
    'memories.restore': write(({ id }: { id: string }): Memory | null => {
      const row = setRestored.get(id);
      if (row && row.sensitive !== marks.sealed) index(row.seq, row.content);
      return find(id);
    }),
    /** One step of bringing the index and the memories together again; `anew` empties the index first. */
    'memories.mendIndex': write((step: { after: number; limit: number; anew: boolean }) => mendTextIndex(db, step)),
    'memories.count': read((): number => count.get()?.count ?? 0),
  };
}

export type MemoryOps = ReturnType<typeof memoryOps>;

const definedOf = (patch: MemoryPatch): Partial<Memory> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
