import type Database from 'better-sqlite3';
import { type Cell, firstSummedTables, fixedSum } from './row-sums.ts';

export type Cells = Readonly<Record<string, Cell>>;

/**
 * Writes a row anew in columns that otherwise never change, and gives it the checksum that goes with them: a row that was
 * damaged before stays so. `row` is the whole row as read; columns that may change keep their part of the sum by a trigger.
 */
export function rowRewriter(db: Database.Database, table: 'messages' | 'tasks' | 'outbox') {
  const fixed = firstSummedTables.find(({ name }) => name === table)?.fixed ?? [];
  const statements = new Map<string, Database.Statement<[Record<string, Cell>]>>();

  const sumOf = (row: Cells): number =>
    fixedSum(
      table,
      fixed.map((column) => row[column] ?? null),
    );

  function statementFor(columns: readonly string[]): Database.Statement<[Record<string, Cell>]> {
    const key = columns.join();
    let found = statements.get(key);
    if (!found) {
      const assigned = columns.map((column) => `${column} = @${column}`).join(', ');
      found = db.prepare(`UPDATE ${table} SET ${assigned}, sum = sum - @before + @after WHERE seq = @seq`);
      statements.set(key, found);
    }
    return found;
  }

  return (row: Cells, changes: Cells): void => {
    statementFor(Object.keys(changes)).run({
      ...changes,
      before: sumOf(row),
      after: sumOf({ ...row, ...changes }),
      seq: row['seq'] ?? null,
    });
  };
}
