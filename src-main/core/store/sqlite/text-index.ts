import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import { indexText } from '../../language/index.ts';
import { isSealed } from './sealing/memory-cells.ts';

/** How far the text index has parted from the memories it is about: all but the sealed ones, of which it holds nothing. */
export interface TextIndexDrift {
  /** Memories that no search for their words finds. */
  missing: number;
  /** Entries of memories that are forgotten or gone. */
  extra: number;
}

// The index keeps the size of each text it knows, and a partial index of the memories holds those that are not forgotten:
// both are read in their order, some 0.1 s per million.
const missingRows = `
  FROM memories m WHERE m.forgotten_at IS NULL AND m.seq NOT IN (SELECT seq FROM memories WHERE ${isSealed}) AND NOT EXISTS (SELECT 1 FROM memory_fts_docsize d WHERE d.id = m.seq)`;
const extraRows = `
  FROM memory_fts_docsize d
  WHERE NOT EXISTS (SELECT 1 FROM memories m WHERE m.seq = d.id AND m.forgotten_at IS NULL)
    OR d.id IN (SELECT seq FROM memories WHERE ${isSealed})`;

export function textIndexDrift(db: Database.Database): TextIndexDrift {
  const count = (rows: string) => db.prepare<[], number>(`SELECT count(*) ${rows}`).pluck().get() ?? 0;
  return { missing: count(missingRows), extra: count(extraRows) };
}

/** One step of a round over the memories and the index, in the order of their numbers. */
export interface MendedStep {
  /** Behind which number the next step begins; null at the end of the round. */
  next: number | null;
  /** Entries that were taken out or added. */
  changed: number;
}

/** Before every number there is. */
export const mendFromFront = -Number.MAX_SAFE_INTEGER;
/** A step looks at so many entries and memories at most: some milliseconds where nothing is to be done. */
const lookedAt = 5_000;

/**
 * One step of bringing the index and the memories together again: takes out entries without a memory and adds up to
 * `limit` that are missing. `anew` empties the index first, for one that cannot be trusted.
 */
export function mendTextIndex(
  db: Database.Database,
  { after, limit, anew }: { after: number; limit: number; anew: boolean },
): MendedStep {
  if (anew) db.exec("INSERT INTO memory_fts(memory_fts) VALUES ('delete-all')");
  const end = endOfStep(db, after);
  const within = { after, upto: end ?? Number.MAX_SAFE_INTEGER };
  const extra = db
    .prepare<[object], number>(
      `SELECT d.id FROM memory_fts_docsize d WHERE d.id > @after AND d.id <= @upto AND NOT EXISTS (
         SELECT 1 FROM memories WHERE seq = d.id AND ${isIndexed})`,
    )
    .pluck()
    .all(within);
  const remove = db.prepare('DELETE FROM memory_fts WHERE rowid = ?');
  for (const seq of extra) remove.run(seq);
  const missing = db
    .prepare<[object], { seq: number; content: string }>(
      `SELECT seq, content FROM memories WHERE seq > @after AND seq <= @upto AND ${isIndexed}
       AND NOT EXISTS (SELECT 1 FROM memory_fts_docsize d WHERE d.id = memories.seq) ORDER BY seq LIMIT @limit`,
    )
    .all({ ...within, limit });
  const add = db.prepare('INSERT INTO memory_fts(rowid, words, grams) VALUES (?, ?, ?)');
  for (const { seq, content } of missing) {
    const { words, grams } = indexText(content);
    add.run(seq, words, grams);
  }
  const last = missing.length === limit ? missing.at(-1)?.seq : undefined;
  return { next: last ?? end, changed: extra.length + missing.length };
}

/** Makes the whole index anew, however long that takes. */
export function remakeTextIndex(db: Database.Database): void {
  const limit = Number.MAX_SAFE_INTEGER;
  for (let at: number | null = mendFromFront; at !== null; )
    at = mendTextIndex(db, { after: at, limit, anew: at === mendFromFront }).next;
}

const isIndexed = `forgotten_at IS NULL AND NOT (${isSealed})`;

/** The number up to which a step looks; null where all that is left is not more than a step. */
function endOfStep(db: Database.Database, after: number): number | null {
  const ends = [
    'SELECT seq FROM memories WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET ?',
    'SELECT id FROM memory_fts_docsize WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?',
  ].flatMap((sql) => db.prepare<[number, number], number>(sql).pluck().get(after, lookedAt) ?? []);
  return ends.length === 0 ? null : Math.min(...ends);
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
    `SELECT seq, content FROM memories WHERE forgotten_at IS NULL AND sensitive < 2 AND seq > ? ORDER BY seq LIMIT ${step}`,
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
  const texts = db.prepare<[], [unknown, unknown]>(`SELECT id, sz FROM ${sizes}`).raw();
  // Damage makes NULL of a number, and a number of what was bytes.
  for (const [id, size] of texts.iterate())
    sum = plus(sum, crc32(Buffer.isBuffer(size) ? size : String(size), crc32(String(id))));
  return sum;
}

/**
 * Sums go round far below the numbers that are exact, so that the order of what is added never shows: 2^48 and a checksum
 * of 2^32. At 2^53 a rounded bit made the index of 150,000 memories look damaged.
 */
export const plus = (one: number, other: number): number => (one + other) % 2 ** 48;
