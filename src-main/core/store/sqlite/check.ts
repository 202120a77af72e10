import Database from 'better-sqlite3';
import { sqliteCode } from './open.ts';
import { defineRowSums, isIntact, type SummedTable } from './row-sums.ts';
import { migrate, readSchemaVersion, schemaVersion, summedIn } from './schema.ts';
import { type TextIndexDrift, textIndexDrift, textIndexIsTrue } from './text-index.ts';

/** What a thorough look at a database came to. */
export interface Findings {
  /** What SQLite says of pages, indexes and references; empty when it finds nothing. */
  structure: string[];
  /** Rows that are not what was written. `keys` names some of them. */
  rows: { table: string; count: number; keys: string[] }[];
  index: TextIndexDrift & { untrue: boolean };
}

/** So many things of one kind are named; the rest is counted. */
const named = 20;
const step = 1_000;

export const isSound = ({ structure, rows }: Findings): boolean => structure.length === 0 && rows.length === 0;

export const isIndexSound = ({ index }: Findings): boolean => !index.untrue && index.missing === 0 && index.extra === 0;

export const damagedRows = ({ rows }: Findings): number => rows.reduce((total, { count }) => total + count, 0);

/**
 * Looks at everything: the shape of every page, the checksum of every row, every word of the text index. It reads the
 * whole file, so it runs over a copy in a thread that nobody waits for; `pause` is called now and then.
 */
export function checkThoroughly(db: Database.Database, pause: () => void = () => {}): Findings {
  const structure = attempt(() => structureOf(db)) ?? ['the file cannot be read'];
  const summed = attempt(() => summedIn(readSchemaVersion(db))) ?? [];
  const rows = summed.flatMap((table) => damagedIn(db, table, structure, pause));
  const sound = structure.length === 0 && rows.length === 0;
  return { structure, rows, index: sound ? indexOf(db, pause) : { missing: 0, extra: 0, untrue: false } };
}

/** Only for rows that are what was written: from others nothing can be said of the index, and it will be made anew. */
function indexOf(db: Database.Database, pause: () => void): Findings['index'] {
  const drift = attempt(() => textIndexDrift(db));
  const isTrue = attempt(() => textIndexIsTrue(db, pause));
  return { ...(drift ?? { missing: 0, extra: 0 }), untrue: drift === null || !isTrue };
}

function structureOf(db: Database.Database): string[] {
  const shape = db.prepare<[], string>(`PRAGMA integrity_check(${named})`).pluck().all();
  const orphans = db
    .prepare<[], { table: string; parent: string }>(
      `SELECT "table", parent FROM pragma_foreign_key_check LIMIT ${named}`,
    )
    .all();
  return [
    ...shape.filter((found) => found !== 'ok').map((found) => found.replace(/\s+/g, ' ').slice(0, 200)),
    ...alteredDefinitions(db),
    ...orphans.map(({ table, parent }) => `a row of ${table} is about a row of ${parent} that is not there`),
  ];
}

/** The tables and triggers are text in the file, too; what it should be the migrations say. */
function alteredDefinitions(db: Database.Database): string[] {
  if (readSchemaVersion(db) !== schemaVersion) return [];
  const made = new Database(':memory:');
  try {
    defineRowSums(made);
    migrate(made, ':memory:');
    const found = definitionsOf(db);
    const altered = [...definitionsOf(made)].filter(([name, definition]) => found.get(name) !== definition);
    return altered.map(([name]) => `the definition of ${name} is not what was written`).slice(0, named);
  } finally {
    made.close();
  }
}

function definitionsOf(db: Database.Database): Map<string, string> {
  const rows = db
    .prepare<[], [string, string, string, string]>(
      // The tables inside the text index are written by SQLite, and may differ from one version of it to the next.
      "SELECT name, type, tbl_name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'memory_fts_%'",
    )
    .raw();
  return new Map(rows.all().map(([name, ...definition]) => [name, definition.join(' ')]));
}

function damagedIn(db: Database.Database, table: SummedTable, structure: string[], pause: () => void) {
  const keys: string[] = [];
  let count = 0;
  let seen = 0;
  try {
    for (const row of db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table.name}`).iterate()) {
      if (++seen % step === 0) pause();
      if (isIntact(table, row)) continue;
      count++;
      if (keys.length < named) keys.push(table.key.map((column) => String(row[column])).join(' '));
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    structure.push(`${table.name} cannot be read to its end (${sqliteCode(error)})`);
  }
  return count > 0 ? [{ table: table.name, count, keys }] : [];
}

/** Runs a look that damage may end; null where it did. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return null;
  }
}

/** What a damaged file makes SQLite say: a page it cannot read, or a schema it cannot make sense of. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_ERROR';
}
