import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import { indexText } from '../../language/index.ts';

/** How far the text index has parted from the memories it is about. */
export interface TextIndexDrift {
  /** Memories that no search for their words finds. */
  missing: number;
  /** Entries of memories that are forgotten or gone. */
  extra: number;
}

// The index keeps the size of each text it knows, and a partial index of the memories holds those that are not forgotten:
// both are read in their order, some 0.1 s per million.
const missingRows = `
  FROM memories m WHERE m.forgotten_at IS NULL AND NOT EXISTS (SELECT 1 FROM memory_fts_docsize d WHERE d.id = m.seq)`;
const extraRows = `
  FROM memory_fts_docsize d
  WHERE NOT EXISTS (SELECT 1 FROM memories m WHERE m.seq = d.id AND m.forgotten_at IS NULL)`;

export function textIndexDrift(db: Database.Database): TextIndexDrift {
  const count = (rows: string) => db.prepare<[], number>(`SELECT count(*) ${rows}`).pluck().get() ?? 0;
  return { missing: count(missingRows), extra: count(extraRows) };
}

/**
 * Takes out entries without a memory and adds up to `limit` that are missing; answers what is still to be done. `anew`
 * empties the index first, for one that cannot be trusted.
 */
export function mendTextIndex(
  db: Database.Database,
  limit: number,
  anew: boolean,
): TextIndexDrift & { changed: number } {
  if (anew) db.exec("INSERT INTO memory_fts(memory_fts) VALUES ('delete-all')");
  const remove = db.prepare('DELETE FROM memory_fts WHERE rowid = ?');
  const extra = db.prepare<[number], number>(`SELECT d.id ${extraRows} LIMIT ?`).pluck().all(limit);
  for (const seq of extra) remove.run(seq);
  const add = db.prepare('INSERT INTO memory_fts(rowid, words, grams) VALUES (?, ?, ?)');
  const missing = db
    .prepare<[number], { seq: number; content: string }>(`SELECT m.seq, m.content ${missingRows} LIMIT ?`)
    .all(limit);
  for (const { seq, content } of missing) {
    const { words, grams } = indexText(content);
    add.run(seq, words, grams);
  }
  return { ...textIndexDrift(db), changed: extra.length + missing.length };
}

/** So many memories are tokenised and compared in one go. */
const step = 200;

/**
 * Whether the index says of every memory what its text says: every word at every place, and the size of every text. The
 * memories are read into an index of their own, beside which the kept one is read; both come to one number.
 *
 * @throws SqliteError where the index cannot be read at all.
 */
export function textIndexIsTrue(db: Database.Database, pause: () => void = () => {}): boolean {
  // A statement that writes, in form; it only reads.
  if (!db.readonly) db.exec("INSERT INTO memory_fts(memory_fts) VALUES ('integrity-check')");
  db.exec(`
    CREATE VIRTUAL TABLE temp.expected USING fts5(
      words, grams, content='', tokenize="porter unicode61 remove_diacritics 2");
    CREATE VIRTUAL TABLE temp.expected_words USING fts5vocab('temp', 'expected', 'instance');
    CREATE VIRTUAL TABLE temp.kept_words USING fts5vocab('main', 'memory_fts', 'instance');`);
  try {
    return sumOfKept(db, pause) === sumOfExpected(db, pause);
  } finally {
    db.exec('DROP TABLE temp.kept_words; DROP TABLE temp.expected_words; DROP TABLE temp.expected');
  }
}

function sumOfKept(db: Database.Database, pause: () => void): number {
  // An entry that was taken out of the index leaves its words behind until segments are merged.
  return sumOf(db, 'temp.kept_words', 'WHERE doc IN (SELECT id FROM memory_fts_docsize)', 'memory_fts_docsize', pause);
}

function sumOfExpected(db: Database.Database, pause: () => void): number {
  const next = db.prepare<[number], { seq: number; content: string }>(
    `SELECT seq, content FROM memories WHERE forgotten_at IS NULL AND seq > ? ORDER BY seq LIMIT ${step}`,
  );
  const add = db.prepare('INSERT INTO temp.expected(rowid, words, grams) VALUES (?, ?, ?)');
  let sum = 0;
  for (let after = 0; ; pause()) {
    const rows = next.all(after);
    for (const { seq, content } of rows) {
      const { words, grams } = indexText(content);
      add.run(seq, words, grams);
      after = seq;
    }
    sum = plus(
      sum,
      sumOf(db, 'temp.expected_words', '', 'temp.expected_docsize', () => {}),
    );
    db.exec("INSERT INTO temp.expected(expected) VALUES ('delete-all')");
    if (rows.length < step) return sum;
  }
}

/** The order of the entries does not count, so that one index may be read in parts. */
function sumOf(db: Database.Database, words: string, which: string, sizes: string, pause: () => void): number {
  let sum = 0;
  let seen = 0;
  const entries = db
    .prepare<[], [string, number, string, number]>(`SELECT term, doc, col, offset FROM ${words} ${which}`)
    .raw();
  for (const [term, doc, col, offset] of entries.iterate()) {
    sum = plus(sum, crc32(`${doc} ${col} ${offset} ${term}`));
    if (++seen % 10_000 === 0) pause();
  }
  // In a damaged index anything may stand in the place of a size or a number.
  const texts = db.prepare<[], [unknown, unknown]>(`SELECT id, sz FROM ${sizes}`).raw();
  for (const [id, size] of texts.iterate())
    sum = plus(sum, crc32(size instanceof Uint8Array ? size : String(size), crc32(String(id))));
  return sum;
}

const plus = (one: number, other: number): number => (one + other) % Number.MAX_SAFE_INTEGER;
