import Database from 'better-sqlite3';
import { isDamage } from './check.ts';
import { isIntact, type SummedTable } from './row-sums.ts';

export type Row = Record<string, string | number | null>;

/** Keys of rows that could not be read, both ends inclusive. `to` is Infinity where nobody knows how far it goes. */
export interface Gap {
  from: number;
  to: number;
}

/** What a damaged table still gives. */
export interface TableReader {
  /** Hands over every row that can be read, whole or not; answers the keys that could not. */
  read(take: (row: Row, intact: boolean) => void): Gap[];
  /** The rows of one gap, for a source that is whole. */
  between(gap: Gap): Row[];
  isIntact(row: Row): boolean;
  /** The last key that anything knows of; null where nothing does. */
  readonly end: number | null;
}

/** A table that is read by ranges of its first key column, a whole number. Without columns its rows carry no sum. */
export type NumberedTable = Pick<SummedTable, 'name' | 'key'> & Partial<Pick<SummedTable, 'fixed' | 'changing'>>;

/** Beyond so many reads that fail, what is left of a table counts as one gap: its root is gone, not a page here and there. */
const mostFailures = 50_000;

/** Opens a database to read what can be read, without changing a byte of it; null where nothing can. */
export function openDamaged(file: string): Database.Database | null {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
    // Takes of the schema what can be read of it, in place of nothing.
    db.unsafeMode(true);
    db.pragma('writable_schema = ON');
    db.pragma('user_version');
    return db;
  } catch (error) {
    db?.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

/** Reads one table around what is destroyed; null where the table itself cannot be found. `knownTo`: a key it once had. */
export function tableReader(db: Database.Database, table: NumberedTable, knownTo: number | null): TableReader | null {
  const key = table.key[0] ?? 'seq';
  const { fixed, changing } = table;
  try {
    const ranged = db.prepare<[number, number], Row>(
      `SELECT * FROM ${table.name} WHERE ${key} BETWEEN ? AND ? ORDER BY ${key}`,
    );
    const keys = keysByIndex(db, table.name, key);
    const ends = [endOf(db, table.name, key), knownTo, keys.reduce((most, one) => Math.max(most, one), 0)];
    const end = Math.max(...ends.map((one) => one ?? 0));
    const isWhole = (row: Row) =>
      !fixed || !changing || !('sum' in row) || isIntact({ ...table, fixed, changing }, row);
    return {
      read: (take) => readAround(ranged, key, keys, end, (row) => take(row, isWhole(row))),
      between: ({ from, to }) => ranged.all(from, Math.min(to, Number.MAX_SAFE_INTEGER)),
      isIntact: isWhole,
      end: end > 0 ? end : null,
    };
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

function readAround(
  ranged: Database.Statement<[number, number], Row>,
  key: string,
  keys: readonly number[],
  end: number,
  take: (row: Row) => void,
): Gap[] {
  const gaps: Gap[] = [];
  const seen = new Set<number>();
  let failures = 0;

  /** Reads on to the first page that cannot be read; answers the last key before it, or null at the end. */
  function readOn(from: number, to: number): number | null {
    let last = from - 1;
    try {
      for (const row of ranged.iterate(from, to)) {
        last = Number(row[key]);
        seen.add(last);
        take(row);
      }
      return null;
    } catch (error) {
      if (!isDamage(error)) throw error;
      failures++;
      return last;
    }
  }

  function read(from: number, to: number): void {
    const last = failures < mostFailures ? readOn(from, to) : from - 1;
    if (last === null || last >= to) return;
    const next = last + 1;
    if (next === to || failures >= mostFailures) {
      addGap(gaps, next, to);
      return;
    }
    const middle = Math.floor((next + to) / 2);
    read(next, middle);
    read(middle + 1, to);
  }

  if (end > 0) read(0, end);
  // A row that an index knows and the table does not give went with a page that looks whole and is another.
  const lost = keys.filter((one) => !seen.has(one) && !isIn(gaps, one)).sort((one, other) => one - other);
  for (const one of lost) addGap(gaps, one, one);
  if (readOn(end + 1, Number.MAX_SAFE_INTEGER) !== null) addGap(gaps, end + 1, Number.POSITIVE_INFINITY);
  return gaps;
}

const isIn = (gaps: readonly Gap[], key: number): boolean => gaps.some(({ from, to }) => from <= key && key <= to);

function addGap(gaps: Gap[], from: number, to: number): void {
  const last = gaps.at(-1);
  if (last && last.to + 1 === from) last.to = to;
  else gaps.push({ from, to });
}

function endOf(db: Database.Database, name: string, key: string): number | null {
  try {
    return db.prepare<[], number | null>(`SELECT max(${key}) FROM ${name}`).pluck().get() ?? null;
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** The keys that the index over `id` knows, as far as it can be read: it lies on other pages than the rows. */
function keysByIndex(db: Database.Database, name: string, key: string): number[] {
  const keys: number[] = [];
  if (!['messages', 'tasks', 'memories'].includes(name)) return keys;
  for (const order of ['ASC', 'DESC']) {
    try {
      const statement = db.prepare<[], number>(`SELECT ${key} FROM ${name} ORDER BY id ${order}`).pluck();
      for (const one of statement.iterate()) keys.push(one);
      return keys;
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return [...new Set(keys)];
}
