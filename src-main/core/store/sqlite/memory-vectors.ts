import type Database from 'better-sqlite3';
import { sha256 } from '../../foundation/digest.ts';
import { write } from './op.ts';

/**
 * The vectors of memories: one for each memory and model, with a number that is never given again, and gone as soon as
 * the memory is forgotten, erased, or says something else. All of it can be made anew from the memories, so it carries
 * checksums of its own and no row's, and salvage leaves it behind.
 *
 * `memory_vector_changes` tells whoever follows which vector went, or which memory to look at again; it stays empty while
 * no model was ever used. Parts of the index hold what can be read back from them in the rough, so one that may have
 * known an erased memory goes with it.
 */
export const memoryVectorSchema = `
CREATE TABLE memory_vector_models (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  dimensions INTEGER NOT NULL,
  upto INTEGER NOT NULL,
  as_of INTEGER NOT NULL
) STRICT;
CREATE TABLE memory_vectors (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  memory_seq INTEGER NOT NULL,
  model INTEGER NOT NULL,
  vector BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX memory_vectors_by_memory ON memory_vectors (memory_seq, model);
CREATE INDEX memory_vectors_by_model ON memory_vectors (model, seq);
CREATE TABLE memory_vector_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  memory_seq INTEGER NOT NULL,
  vector_seq INTEGER
) STRICT;
CREATE TABLE memory_vector_index (
  model INTEGER NOT NULL,
  after INTEGER NOT NULL,
  upto INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  lowest INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  image BLOB NOT NULL,
  PRIMARY KEY (model, after)
) STRICT;
CREATE TRIGGER memory_vectors_gone AFTER DELETE ON memory_vectors BEGIN
  INSERT INTO memory_vector_changes (memory_seq, vector_seq) VALUES (old.memory_seq, old.seq); END;
CREATE TRIGGER memories_vector_stale AFTER UPDATE OF content, forgotten_at ON memories
  WHEN new.content <> old.content OR new.forgotten_at IS NOT old.forgotten_at BEGIN
  DELETE FROM memory_vectors WHERE memory_seq = new.seq; INSERT INTO memory_vector_changes (memory_seq)
  SELECT new.seq WHERE EXISTS (SELECT 1 FROM memory_vector_models); END;
CREATE TRIGGER memories_vector_erased AFTER DELETE ON memories BEGIN
  DELETE FROM memory_vectors WHERE memory_seq = old.seq; DELETE FROM memory_vector_index
  WHERE lowest <= old.seq AND highest >= old.seq; END;
CREATE TRIGGER memories_vector_again AFTER INSERT ON memories
  WHEN new.seq <= (SELECT highest FROM memory_erased) BEGIN
  INSERT INTO memory_vector_changes (memory_seq) SELECT new.seq WHERE EXISTS (SELECT 1 FROM memory_vector_models); END;
`;

/** The vectors of some memories, made by one model, and how far that model has looked with them. */
export interface MadeVectors {
  fingerprint: string;
  dimensions: number;
  /** Of each, which text it was made of: by now the memory may say something else. */
  rows: readonly { memory_seq: number; mark: string; vector: Uint8Array }[];
  /** Every memory up to this number has been looked at, and every change up to `as_of`. */
  upto: number;
  as_of: number;
}

/** A part of the index: the vectors with numbers above `after`, up to `upto`, as of a change. */
export interface VectorIndexPart {
  fingerprint: string;
  after: number;
  upto: number;
  as_of: number;
  /** The numbers of its memories lie between these. */
  lowest: number;
  highest: number;
  image: Uint8Array;
}

/** Tells a text from any other, in short. */
export const textMark = (text: string): string => sha256(text).toString('hex', 0, 12);

export function memoryVectorOps(db: Database.Database) {
  const addModel = db.prepare<[string, number]>(
    `INSERT INTO memory_vector_models (fingerprint, dimensions, upto, as_of) VALUES (?, ?, 0, 0)
     ON CONFLICT (fingerprint) DO NOTHING`,
  );
  const modelOf = db.prepare<[string], { id: number; dimensions: number }>(
    'SELECT id, dimensions FROM memory_vector_models WHERE fingerprint = ?',
  );
  const contentOf = db
    .prepare<[number], string>('SELECT content FROM memories WHERE seq = ? AND forgotten_at IS NULL')
    .pluck();
  const drop = db.prepare<[number, number]>('DELETE FROM memory_vectors WHERE memory_seq = ? AND model = ?');
  const insert = db.prepare<[number, number, Uint8Array]>(
    'INSERT INTO memory_vectors (memory_seq, model, vector) VALUES (?, ?, ?)',
  );
  const progress = db.prepare<[number, number, number]>(
    'UPDATE memory_vector_models SET upto = max(upto, ?), as_of = max(as_of, ?) WHERE id = ?',
  );
  const lose = db.prepare<[number], { memory_seq: number }>(
    'DELETE FROM memory_vectors WHERE seq = ? RETURNING memory_seq',
  );
  const lookAgain = db.prepare<[number]>('INSERT INTO memory_vector_changes (memory_seq) VALUES (?)');

  const wentSince = db
    .prepare<[number, number, number], number>(
      'SELECT 1 FROM memory_vector_changes WHERE id > ? AND vector_seq > ? AND vector_seq <= ? LIMIT 1',
    )
    .pluck();
  const dropParts = db.prepare<[number, number, number]>(
    'DELETE FROM memory_vector_index WHERE model = ? AND after < ? AND upto > ?',
  );
  const insertPart = db.prepare(
    `INSERT INTO memory_vector_index (model, after, upto, as_of, lowest, highest, image)
     VALUES (@model, @after, @upto, @as_of, @lowest, @highest, @image)`,
  );
  // A part from which nothing went since it was made is as good as one made now.
  const bringUp = db.prepare(
    `UPDATE memory_vector_index SET as_of = (SELECT coalesce(max(id), 0) FROM memory_vector_changes) WHERE NOT EXISTS (
       SELECT 1 FROM memory_vector_changes c WHERE c.id > memory_vector_index.as_of
         AND c.vector_seq > memory_vector_index.after AND c.vector_seq <= memory_vector_index.upto)`,
  );
  const dropKnown = db.prepare<[number]>(
    `DELETE FROM memory_vector_changes WHERE id <= min(?, (SELECT coalesce(min(as_of), 9e15) FROM memory_vector_index),
       (SELECT coalesce(min(as_of), 9e15) FROM memory_vector_models))`,
  );

  const otherModel = db.prepare<[string], { id: number }>(
    'SELECT id FROM memory_vector_models WHERE fingerprint NOT IN (SELECT value FROM json_each(?)) LIMIT 1',
  );
  const dropSome = db.prepare<[number, number]>(
    'DELETE FROM memory_vectors WHERE seq IN (SELECT seq FROM memory_vectors WHERE model = ? LIMIT ?)',
  );
  const dropIndex = db.prepare<[number]>('DELETE FROM memory_vector_index WHERE model = ?');
  const dropModel = db.prepare<[number]>('DELETE FROM memory_vector_models WHERE id = ?');

  return {
    /** Keeps vectors whose texts are still the memories' own; answers how many. */
    'memoryVectors.keep': write(({ fingerprint, dimensions, rows, upto, as_of }: MadeVectors): { kept: number } => {
      addModel.run(fingerprint, dimensions);
      const model = modelOf.get(fingerprint);
      if (model?.dimensions !== dimensions) return { kept: 0 };
      let kept = 0;
      for (const { memory_seq, mark, vector } of rows) {
        const content = contentOf.get(memory_seq);
        if (content === undefined || textMark(content) !== mark) continue;
        drop.run(memory_seq, model.id);
        insert.run(memory_seq, model.id, vector);
        kept++;
      }
      progress.run(upto, as_of, model.id);
      return { kept };
    }),
    /** Lets go of vectors that are not what was written, so that they are made again. */
    'memoryVectors.lose': write(({ seqs }: { seqs: readonly number[] }): void => {
      for (const { memory_seq } of seqs.flatMap((seq) => lose.get(seq) ?? [])) lookAgain.run(memory_seq);
    }),
    /** Lets go of some vectors of models that nobody uses any more; false when none is left. */
    'memoryVectors.drop': write(({ except, limit }: { except: readonly string[]; limit: number }): boolean => {
      const model = otherModel.get(JSON.stringify(except));
      if (!model) return false;
      dropIndex.run(model.id);
      if (dropSome.run(model.id, limit).changes === 0) dropModel.run(model.id);
      return true;
    }),
    /** Keeps a part of the index in the place of those it covers; false where a vector of it went since it was made. */
    'vectorIndex.keep': write(({ fingerprint, ...part }: VectorIndexPart): boolean => {
      const model = modelOf.get(fingerprint);
      if (!model || wentSince.get(part.as_of, part.after, part.upto)) return false;
      dropParts.run(model.id, part.upto, part.after);
      insertPart.run({ ...part, model: model.id });
      return true;
    }),
    /** Lets go of changes that the index (up to `applied`), every kept part and every model know. */
    'vectorIndex.trim': write(({ applied }: { applied: number }): void => {
      bringUp.run();
      dropKnown.run(applied);
    }),
  };
}
