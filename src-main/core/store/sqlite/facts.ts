import type Database from 'better-sqlite3';
import type { Fact, FactName } from '../../../../src-shared/schema/fact.ts';
import type { MemoryConflict } from '../../../../src-shared/schema/memory.ts';
import { isoTime } from '../../foundation/clock.ts';
import { read, write } from './op.ts';
import { forgottenFactTables, sumStatements } from './row-sums.ts';

/**
 * What people said of themselves, read out of their memories: it can be read out again at any time and carries no sums. A
 * fact goes with its memory, and with the text that it was read from. That one was forgotten is somebody's wish, kept by
 * the memory's id: the same message does not teach it again.
 */
export const factSchema: readonly string[] = [
  `CREATE TABLE facts(
     seq INTEGER PRIMARY KEY,
     memory_seq INTEGER NOT NULL,
     person TEXT NOT NULL,
     slot TEXT NOT NULL,
     single INTEGER NOT NULL,
     value TEXT NOT NULL,
     value_key TEXT NOT NULL,
     negated INTEGER NOT NULL,
     said_at INTEGER NOT NULL,
     UNIQUE (memory_seq, slot, value_key)
   ) STRICT`,
  'CREATE INDEX facts_of_person ON facts(person, slot, said_at)',
  `CREATE TABLE facts_state(
     id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, upto INTEGER NOT NULL, change INTEGER NOT NULL
   ) STRICT`,
  `INSERT INTO facts_state (id, version, upto, change) VALUES (1, '', 0, 0)`,
  `CREATE TABLE forgotten_facts(
     memory_id TEXT NOT NULL, slot TEXT NOT NULL, value_key TEXT NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (memory_id, slot, value_key)
   ) STRICT, WITHOUT ROWID`,
  ...sumStatements(forgottenFactTables),
  `CREATE VIEW known_facts AS SELECT f.*, m.id AS memory_id FROM facts f JOIN memories m ON m.seq = f.memory_seq
   WHERE m.forgotten_at IS NULL AND m.sensitive = 0 AND NOT EXISTS (
     SELECT 1 FROM forgotten_facts x WHERE x.memory_id = m.id AND x.slot = f.slot AND x.value_key = f.value_key)`,
  `CREATE TRIGGER memories_facts_changed AFTER UPDATE OF content, sensitive ON memories BEGIN
     DELETE FROM facts WHERE memory_seq = new.seq; END`,
  `CREATE TRIGGER memories_facts_erased AFTER DELETE ON memories BEGIN
     DELETE FROM facts WHERE memory_seq = old.seq; DELETE FROM forgotten_facts WHERE memory_id = old.id; END`,
];

/** A fact as it was read out of a memory. */
export interface LearnedFact {
  memory_seq: number;
  /** Told apart from a later memory with the same number. */
  memory_id: string;
  person: string;
  slot: string;
  single: boolean;
  value: string;
  /** Two values that are equal here are the same. */
  value_key: string;
  negated: boolean;
  said_at: number;
}

/** How far memories were read for facts: by which reading, up to which memory, and with which change. */
export interface FactsState {
  version: string;
  upto: number;
  change: number;
}

/** One step of reading memories for facts. It counts only from the state in which it was begun. */
export interface Lesson {
  from: FactsState;
  to: FactsState;
  /** Memories that were read again: what was known from them goes. */
  again: readonly number[];
  facts: readonly LearnedFact[];
}

export interface FactQuery {
  person?: string | undefined;
  slot?: string | undefined;
  /** Only those that something said later ends. */
  superseded: boolean;
  limit: number;
  /** As many are left out. */
  offset: number;
}

/** Whether the fact `n`, said later, ends the fact `f`: the opposite of any, another value of a single one. */
export const ends = `((n.value_key = f.value_key AND n.negated <> f.negated)
  OR (f.single = 1 AND n.value_key <> f.value_key AND n.negated = 0 AND f.negated = 0))`;

interface FactRow {
  person: string;
  slot: string;
  value: string;
  negated: number;
  said_at: number;
  first_said_at: number;
  times: number;
  memory_id: string;
  later: string | null;
}

interface ConflictRow {
  slot: string;
  value: string;
  negated: number;
  memory_id: string;
  other_value: string;
  other_negated: number;
  said_at: number;
  is_later: number;
}

const maxConflicts = 20;

/** What other memories say against what one tells: said later it ends it, said before it was ended by it. */
export function conflictsIn(db: Database.Database): (memorySeq: number) => MemoryConflict[] {
  const conflicts = db.prepare<[number], ConflictRow>(
    `SELECT f.slot, f.value, f.negated, n.memory_id, n.value AS other_value, n.negated AS other_negated, n.said_at,
       (n.said_at, n.memory_seq) > (f.said_at, f.memory_seq) AS is_later
     FROM known_facts f JOIN known_facts n ON n.person = f.person AND n.slot = f.slot AND n.memory_seq <> f.memory_seq
     WHERE f.memory_seq = ? AND ${ends} ORDER BY n.said_at DESC, n.memory_seq DESC LIMIT ${maxConflicts}`,
  );
  return (memorySeq) =>
    conflicts.all(memorySeq).map((row) => ({
      slot: row.slot,
      value: row.value,
      negated: row.negated === 1,
      other: {
        memory_id: row.memory_id,
        value: row.other_value,
        negated: row.other_negated === 1,
        said_at: isoTime(row.said_at),
      },
      is_later: row.is_later === 1,
    }));
}

export function factOps(db: Database.Database) {
  const state = db.prepare<[], FactsState>('SELECT version, upto, change FROM facts_state');
  const setState = db.prepare<[FactsState]>(
    'UPDATE facts_state SET version = @version, upto = @upto, change = @change',
  );
  const clear = db.prepare('DELETE FROM facts');
  const clearMemory = db.prepare<[number]>('DELETE FROM facts WHERE memory_seq = ?');
  const insert = db.prepare(
    `INSERT INTO facts (memory_seq, person, slot, single, value, value_key, negated, said_at)
     SELECT seq, @person, @slot, @single, @value, @value_key, @negated, @said_at FROM memories
     WHERE seq = @memory_seq AND id = @memory_id AND sensitive = 0
     ON CONFLICT DO NOTHING`,
  );
  const list = db.prepare<[object], FactRow>(
    `WITH said AS (
       SELECT person, slot, single, value, value_key, negated, max(said_at) AS said_at, min(said_at) AS first_said_at,
         count(*) AS times, memory_id, memory_seq
       FROM known_facts WHERE (@person IS NULL OR person = @person) AND (@slot IS NULL OR slot = @slot)
       GROUP BY person, slot, value_key, negated)
     SELECT f.*, (
       SELECT json_object('value', n.value, 'negated', n.negated, 'said_at', n.said_at, 'memory_id', n.memory_id)
       FROM known_facts n WHERE n.person = f.person AND n.slot = f.slot
         AND (n.said_at, n.memory_seq) > (f.said_at, f.memory_seq) AND ${ends}
       ORDER BY n.said_at DESC, n.memory_seq DESC LIMIT 1) AS later
     FROM said f WHERE @superseded = 0 OR later IS NOT NULL
     ORDER BY f.person, f.slot, f.said_at DESC, f.memory_seq DESC LIMIT @limit OFFSET @offset`,
  );
  const forget = db.prepare(
    `INSERT INTO forgotten_facts (memory_id, slot, value_key, at)
     SELECT memory_id, slot, value_key, @now FROM known_facts
     WHERE person = @person AND slot = @slot AND (value = @value OR value_key = @value)`,
  );
  const restore = db.prepare(
    `DELETE FROM forgotten_facts WHERE slot = @slot AND (memory_id, value_key) IN (
       SELECT m.id, f.value_key FROM facts f JOIN memories m ON m.seq = f.memory_seq
       WHERE f.person = @person AND f.slot = @slot AND (f.value = @value OR f.value_key = @value))`,
  );

  return {
    /** Takes in what was read out of memories; false where something else was meanwhile. */
    'facts.learn': write(({ from, to, again, facts }: Lesson): boolean => {
      const now = state.get();
      if (!now || now.version !== from.version || now.upto !== from.upto || now.change !== from.change) return false;
      if (from.version !== to.version) clear.run();
      for (const seq of again) clearMemory.run(seq);
      for (const fact of facts) insert.run({ ...fact, single: fact.single ? 1 : 0, negated: fact.negated ? 1 : 0 });
      setState.run(to);
      return true;
    }),
    /** By person and kind, the latest first, each with what ended it. */
    'facts.list': read(({ person, slot, superseded, limit, offset }: FactQuery): { items: Fact[]; more: boolean } => {
      const rows = list.all({
        person: person ?? null,
        slot: slot ?? null,
        superseded: superseded ? 1 : 0,
        limit: limit + 1,
        offset,
      });
      return { items: rows.slice(0, limit).map(factOf), more: rows.length > limit };
    }),
    /** Forgets a fact, however often it was said; how often that was. The memories stay. */
    'facts.forget': write(
      ({ now, ...name }: FactName & { now: number }): number => forget.run({ ...name, now }).changes,
    ),
    'facts.restore': write((name: FactName): number => restore.run({ ...name }).changes),
  };
}

function factOf({ person, slot, value, negated, said_at, first_said_at, times, memory_id, later }: FactRow): Fact {
  const ended = later === null ? null : (JSON.parse(later) as Record<string, never>);
  return {
    person,
    slot,
    value,
    negated: negated === 1,
    said_at: isoTime(said_at),
    first_said_at: isoTime(first_said_at),
    times,
    memory_id,
    superseded_by: ended && {
      value: ended['value'] ?? '',
      negated: ended['negated'] === 1,
      said_at: isoTime(ended['said_at'] ?? 0),
      memory_id: ended['memory_id'] ?? '',
    },
  };
}
