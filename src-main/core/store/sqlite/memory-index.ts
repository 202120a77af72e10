import type Database from 'better-sqlite3';
import { write } from './op.ts';

/**
 * What the index of words in main memory needs: which memories changed, and its own larger parts as they were. The parts
 * are made from the memories and may be lost; they carry a checksum of their own and no row's. A memory that is erased
 * takes the part with it that knew it, and one that gets the number of an erased one counts as changed: whoever follows
 * may have looked neither in between nor since.
 */
export const memoryIndexSchema = `
CREATE TABLE memory_changes (
  id INTEGER PRIMARY KEY,
  memory_seq INTEGER NOT NULL
) STRICT;
CREATE TABLE memory_index (
  after INTEGER PRIMARY KEY,
  upto INTEGER NOT NULL,
  format TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  image BLOB NOT NULL
) STRICT;
CREATE TABLE memory_erased (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  highest INTEGER NOT NULL
) STRICT;
INSERT INTO memory_erased (id, highest) VALUES (1, 0);
CREATE TRIGGER memories_changed AFTER UPDATE OF content, subject, forgotten_at ON memories BEGIN
  INSERT INTO memory_changes (memory_seq) VALUES (new.seq); END;
CREATE TRIGGER memories_erased AFTER DELETE ON memories BEGIN
  INSERT INTO memory_changes (memory_seq) VALUES (old.seq); DELETE FROM memory_index
  WHERE after < old.seq AND upto >= old.seq; UPDATE memory_erased SET highest = max(highest, old.seq); END;
CREATE TRIGGER memories_numbered_again AFTER INSERT ON memories
  WHEN new.seq <= (SELECT highest FROM memory_erased) BEGIN
  INSERT INTO memory_changes (memory_seq) VALUES (new.seq); END;
`;

/** One part of the index: the memories with numbers above `after`, up to and with `upto`, as of a change. */
export interface MemoryIndexPart {
  after: number;
  upto: number;
  format: string;
  as_of: number;
  image: Uint8Array;
}

export function memoryIndexOps(db: Database.Database) {
  const changedSince = db
    .prepare<[number, number, number], number>(
      'SELECT 1 FROM memory_changes WHERE id > ? AND memory_seq > ? AND memory_seq <= ? LIMIT 1',
    )
    .pluck();
  const dropOverlapping = db.prepare<[number, number]>('DELETE FROM memory_index WHERE after < ? AND upto > ?');
  const insert = db.prepare(
    'INSERT INTO memory_index (after, upto, format, as_of, image) VALUES (@after, @upto, @format, @as_of, @image)',
  );
  // A part in which nothing changed since it was made is as good as one made now.
  const bringUp = db.prepare(
    `UPDATE memory_index SET as_of = (SELECT max(id) FROM memory_changes) WHERE NOT EXISTS (
       SELECT 1 FROM memory_changes c
       WHERE c.id > memory_index.as_of AND c.memory_seq > memory_index.after AND c.memory_seq <= memory_index.upto)`,
  );
  // The newest stays, so that its number is not given again.
  const dropKnown = db.prepare<[number]>(
    `DELETE FROM memory_changes WHERE id <= min(?, (SELECT coalesce(min(as_of), 9e15) FROM memory_index),
       (SELECT change FROM facts_state)) AND id < (SELECT max(id) FROM memory_changes)`,
  );

  return {
    /** Keeps a part of the index in the place of those it covers; false where memories in it changed since it was made. */
    'memoryIndex.keep': write((part: MemoryIndexPart): boolean => {
      if (changedSince.get(part.as_of, part.after, part.upto)) return false;
      dropOverlapping.run(part.upto, part.after);
      insert.run(part);
      return true;
    }),
    /** Lets go of changes that the index (up to `applied`) and every kept part know. */
    'memoryIndex.trim': write(({ applied }: { applied: number }): void => {
      bringUp.run();
      dropKnown.run(applied);
    }),
  };
}
