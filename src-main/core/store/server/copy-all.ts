import type Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { differences } from './compare.ts';
import type { Connection } from './connection.ts';
import { asNextCommit, putRows, removeRows } from './push.ts';
import type { KeptTable, Shape } from './tables.ts';

/** How far a copy of everything is. */
export interface CopyProgress {
  table: KeptTable;
  /** Rows looked at so far, of all tables. */
  looked: number;
  /** Rows that were sent, and rows that were taken away. */
  sent: number;
  removed: number;
}

export interface CopyOptions {
  db: Database.Database;
  connection: Connection;
  shapes: readonly Shape[];
  epoch: number;
  onStep?: ((progress: CopyProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Makes the server's tables what the working copy's are. Whatever is the same already is left alone, so a copy that ended
 * in the middle is carried on by the next.
 */
export async function copyAll({ db, connection, shapes, epoch, onStep, signal }: CopyOptions): Promise<CopyProgress> {
  const progress: CopyProgress = { table: 'meta', looked: 0, sent: 0, removed: 0 };
  const { kind, db: server } = connection;
  for (const shape of shapes) {
    progress.table = shape.name;
    for await (const { rows, gone, looked } of differences(db, server, shape)) {
      signal?.throwIfAborted();
      if (rows.length > 0 || gone.length > 0) {
        await asNextCommit(connection, epoch, async (trx, batch) => {
          await putRows(trx, kind, shape, rows, batch);
          await removeRows(trx, kind, shape, gone, batch);
        });
      }
      progress.looked += looked;
      progress.sent += rows.length;
      progress.removed += gone.length;
      onStep?.(progress);
    }
  }
  return progress;
}

export interface Verified {
  /** Rows of the working copy, by table. */
  rows: Partial<Record<KeptTable, number>>;
  total: number;
}

/** Reads everything back and compares it cell by cell. @throws AppError CONFLICT with what differs */
export async function verifyAll({ db, connection, shapes, onStep, signal }: CopyOptions): Promise<Verified> {
  const verified: Verified = { rows: {}, total: 0 };
  for (const shape of shapes) {
    let differ = 0;
    let count = 0;
    for await (const { rows, gone, looked } of differences(db, connection.db, shape)) {
      signal?.throwIfAborted();
      differ += rows.length + gone.length;
      count += looked;
      onStep?.({ table: shape.name, looked: verified.total + count, sent: 0, removed: 0 });
    }
    if (differ > 0) {
      throw new AppError(
        'CONFLICT',
        `${differ} rows of ${shape.name} on ${connection.name} are not what they are here. Run it again; if this comes back, keep the database here and report it`,
        { table: shape.name, differ },
      );
    }
    verified.rows[shape.name] = count;
    verified.total += count;
  }
  return verified;
}
