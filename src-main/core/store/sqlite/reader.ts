import Database from 'better-sqlite3';

/** A read-only connection for a worker thread that searches; synchronous, so never for the main thread. */
export interface Reader {
  all<T>(sql: string, ...params: unknown[]): T[];
  get<T>(sql: string, ...params: unknown[]): T | undefined;
  /** Runs reads that all see the same state of the database. */
  snapshot<T>(read: () => T): T;
  close(): void;
}

/** Opens the database at `file`, which the store has already created and migrated. */
export function openReader(file: string): Reader {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  const statements = new Map<string, Database.Statement>();
  const prepare = (sql: string): Database.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    all: <T>(sql: string, ...params: unknown[]) => prepare(sql).all(...params) as T[],
    get: <T>(sql: string, ...params: unknown[]) => prepare(sql).get(...params) as T | undefined,
    snapshot: (read) => db.transaction(read)(),
    close: () => db.close(),
  };
}
