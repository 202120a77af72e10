import type Database from 'better-sqlite3';
import { hexDigestsEqual, sha256 } from '../../../foundation/digest.ts';
import { type PageOf, pageOf } from '../messages.ts';
import { read, write } from '../op.ts';
import { type SummedTable, sumStatements } from '../row-sums.ts';
import { type ErasedCounts, nothingErased } from './erase-texts.ts';

/** That something about a person was erased. */
export const erasureTables: readonly SummedTable[] = [
  {
    name: 'erasures',
    key: ['seq'],
    fixed: ['id', 'at', 'platform', 'salt', 'digest'],
    changing: ['person', 'counts', 'erased_at', 'swept_at'],
  },
];

/**
 * Who was erased stands here only until it is done. Then it is the digest of the name with a salt, by which the same
 * person is known again in a database of an earlier day. One migration, whole in itself.
 */
export const erasureSchema: readonly string[] = [
  `CREATE TABLE erasures(
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     at INTEGER NOT NULL,
     platform TEXT,
     salt TEXT NOT NULL,
     digest TEXT NOT NULL,
     person TEXT,
     counts TEXT NOT NULL,
     erased_at INTEGER,
     swept_at INTEGER
   ) STRICT`,
  ...sumStatements(erasureTables),
];

/** Whom an erasure is about, so that they can be found but not read. */
export interface ErasedMark {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  platform: string | null;
  salt: string;
  digest: string;
}

export interface Erasure extends ErasedMark {
  counts: ErasedCounts;
  /** When the last row was gone; null while it goes on. */
  erased_at: number | null;
  /** When nothing of it was left between the rows and in the copies. */
  swept_at: number | null;
}

type ErasureRow = Omit<Erasure, 'counts'> & { seq: number; counts: string; person: string | null };

/** Hex. Capital letters count as small ones, as in the ids of senders. */
export const digestOfPerson = (salt: string, person: string): string =>
  sha256(`${salt}\n${asKey(person)}`).toString('hex');

/** As SQLite's NOCASE has it: letters of ASCII alone. */
const asKey = (person: string): string => person.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export function erasureOps(db: Database.Database) {
  const insert = db.prepare(
    `INSERT INTO erasures(id, at, platform, salt, digest, person, counts)
     VALUES (@id, @at, @platform, @salt, @digest, @person, @counts) ON CONFLICT (id) DO UPDATE
     SET person = excluded.person, erased_at = NULL, swept_at = NULL`,
  );
  const unfinished = db.prepare<[], ErasureRow>('SELECT * FROM erasures WHERE erased_at IS NULL ORDER BY seq');
  const byId = db.prepare<[string], ErasureRow>('SELECT * FROM erasures WHERE id = ?');
  const finish = db.prepare('UPDATE erasures SET person = NULL, erased_at = ?, swept_at = ? WHERE id = ?');
  const insertKnown = db.prepare(
    `INSERT INTO erasures(id, at, platform, salt, digest, counts, erased_at, swept_at)
     VALUES (@id, @at, @platform, @salt, @digest, @counts, @now, @now) ON CONFLICT DO NOTHING`,
  );
  const unswept = db
    .prepare<[], string>('SELECT id FROM erasures WHERE erased_at IS NOT NULL AND swept_at IS NULL ORDER BY seq')
    .pluck();
  const noteSwept = db.prepare('UPDATE erasures SET swept_at = ? WHERE id IN (SELECT value FROM json_each(?))');
  const page = db.prepare<[number, number], ErasureRow>(
    'SELECT * FROM erasures WHERE seq < ? ORDER BY seq DESC LIMIT ?',
  );
  const marks = db.prepare<[], ErasedMark>('SELECT id, at, platform, salt, digest FROM erasures ORDER BY seq');
  const subjects = db
    .prepare<[string], string>('SELECT DISTINCT subject FROM memories WHERE subject = ? COLLATE NOCASE')
    .pluck();
  const people = db
    .prepare<[], string>(
      `SELECT DISTINCT subject FROM memories WHERE subject IS NOT NULL
       UNION SELECT DISTINCT sender_id FROM memories WHERE sender_id IS NOT NULL
       UNION SELECT DISTINCT sender_id FROM messages WHERE direction = 'in'`,
    )
    .pluck();
  const mergeIndex = db.prepare(`INSERT INTO memory_fts (memory_fts) VALUES ('optimize')`);
  const noteCovered = db.prepare(
    `INSERT INTO meta(key, value) VALUES ('covered_at', CAST(unixepoch('subsec') * 1000 AS INTEGER))
     ON CONFLICT(key) DO UPDATE SET value = excluded.value`,
  );

  return {
    /** Writes down that a person is to be erased, before anything is; one that is known begins again. */
    'erasures.begin': write((mark: ErasedMark & { person: string }): void => {
      insert.run({ ...mark, counts: JSON.stringify(nothingErased()) });
    }),
    /** Erasures that were begun and not ended, with whom they are about. */
    'erasures.unfinished': read((): (ErasedMark & { person: string })[] =>
      unfinished
        .all()
        .flatMap(({ id, at, platform, salt, digest, person }) =>
          person === null ? [] : [{ id, at, platform, salt, digest, person }],
        ),
    ),
    /** In how many ways of writing them a person is what memories are about. */
    'erasures.subjects': read(({ person }: { person: string }): string[] => subjects.all(person)),
    /**
     * Ends it: from here on nobody can read who it was. A deletion only marks the index of text; merging drops it. Where
     * nothing was there, nothing is left to be swept either.
     */
    'erasures.finish': write(({ id, now }: { id: string; now: number }): Erasure | null => {
      const row = byId.get(id);
      if (!row) return null;
      const isEmpty = Object.values(JSON.parse(row.counts) as ErasedCounts).every((count) => count === 0);
      if (!isEmpty) {
        mergeIndex.run();
        noteCovered.run();
      }
      finish.run(now, isEmpty ? now : null, id);
      return erasureOf({ ...row, erased_at: now, swept_at: isEmpty ? now : null });
    }),
    /** Takes over a mark of which nothing is here. */
    'erasures.know': write(({ mark, now }: { mark: ErasedMark; now: number }): void => {
      insertKnown.run({ ...mark, counts: JSON.stringify(nothingErased()), now });
    }),
    /** Erasures that are over, and of which something may still be between the rows or in a copy. */
    'erasures.unswept': read((): string[] => unswept.all()),
    'erasures.swept': write(({ ids, now }: { ids: readonly string[]; now: number }): void => {
      noteSwept.run(now, JSON.stringify(ids));
    }),
    'erasures.list': read(
      ({ cursor, limit }: { cursor: number; limit: number }): PageOf<Erasure> =>
        pageOf(page.all(cursor, limit + 1), limit, erasureOf),
    ),
    'erasures.get': read(({ id }: { id: string }): Erasure | null => {
      const row = byId.get(id);
      return row ? erasureOf(row) : null;
    }),
    'erasures.marks': read((): ErasedMark[] => marks.all()),
    /** Whom in this database marks of another one are about; null where nobody. */
    'erasures.match': read((known: readonly ErasedMark[]): { mark: ErasedMark; person: string | null }[] => {
      const there = people.all();
      return known.map((mark) => ({
        mark,
        person: there.find((person) => hexDigestsEqual(digestOfPerson(mark.salt, person), mark.digest)) ?? null,
      }));
    }),
  };
}

const erasureOf = ({ id, at, platform, salt, digest, counts, erased_at, swept_at }: ErasureRow): Erasure => ({
  id,
  at,
  platform,
  salt,
  digest,
  counts: JSON.parse(counts) as ErasedCounts,
  erased_at,
  swept_at,
});
