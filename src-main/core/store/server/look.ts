import { sql } from 'kysely';
import { AppError } from '../../foundation/app-error.ts';
import { parseAddress } from './address.ts';
import { openSession, withinTime } from './connection.ts';
import { asServerFault } from './faults.ts';
import { readStateIfThere } from './state.ts';

/** What a database server says of itself to who only looks. */
export interface ServerLook {
  name: string;
  /** Commits so far; null while there is nothing of ours. */
  batch: number | null;
  /** False while the first copy is under way. */
  complete: boolean;
  /** Whether it waits for its disk at each commit. */
  durable: boolean;
}

/** Asks a server without taking anything, also beside the product that uses it. @throws AppError STORE_UNAVAILABLE */
export async function lookAtServer(url: string): Promise<ServerLook> {
  const address = parseAddress(url);
  const { db, end } = await openSession(address);
  try {
    const state = await withinTime(readStateIfThere(db));
    const asked =
      address.kind === 'postgresql'
        ? sql<{ durable: unknown }>`SELECT current_setting('fsync') = 'on' AS durable`
        : sql<{ durable: unknown }>`SELECT @@innodb_flush_log_at_trx_commit = 1 AS durable`;
    const { rows } = await withinTime(asked.execute(db));
    return {
      name: address.name,
      batch: state?.batch ?? null,
      complete: state?.complete === 1,
      durable: Boolean(rows[0]?.durable),
    };
  } catch (error) {
    const fault = asServerFault(error, address);
    throw fault instanceof AppError ? fault : error;
  } finally {
    await end();
  }
}
