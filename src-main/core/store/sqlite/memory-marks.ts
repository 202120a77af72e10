import type Database from 'better-sqlite3';
import { markTables, sumStatements } from './row-sums.ts';

/**
 * What a person said of a memory besides forgetting it: keep it at hand, keep it out of answers. Few memories have a mark,
 * so marks are a table of their own and cost the rest nothing. One migration, whole in itself; its indexes are for looking
 * through memories: in which answers one was used, which import brought it, which were forgotten.
 */
export const markSchema: readonly string[] = [
  `CREATE TABLE memory_marks(
     memory_seq INTEGER PRIMARY KEY,
     pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
     never_use INTEGER NOT NULL CHECK (never_use IN (0, 1))
   ) STRICT`,
  // The number of an erased memory may be given again.
  `CREATE TRIGGER memories_unmarked AFTER DELETE ON memories BEGIN
     DELETE FROM memory_marks WHERE memory_seq = old.seq; END`,
  'CREATE INDEX message_sources_by_memory ON message_sources(memory_id)',
  'CREATE INDEX import_items_by_item ON import_items(item_id)',
  'CREATE INDEX memories_forgotten ON memories(created_at) WHERE forgotten_at IS NOT NULL',
  'CREATE INDEX memories_sensitive_by_time ON memories(created_at) WHERE sensitive > 0',
  ...sumStatements(markTables),
];

export interface Marks {
  pinned: boolean;
  never_use: boolean;
}

export function markStatements(db: Database.Database) {
  const set = db.prepare<[number, number, number]>(
    `INSERT INTO memory_marks(memory_seq, pinned, never_use) VALUES (?, ?, ?)
     ON CONFLICT (memory_seq) DO UPDATE SET pinned = excluded.pinned, never_use = excluded.never_use`,
  );
  const clear = db.prepare<[number]>('DELETE FROM memory_marks WHERE memory_seq = ?');
  return {
    setMarks(seq: number, { pinned, never_use }: Marks): void {
      if (pinned || never_use) set.run(seq, pinned ? 1 : 0, never_use ? 1 : 0);
      else clear.run(seq);
    },
  };
}
