import type Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { schemaVersion } from '../sqlite/schema.ts';
import type { ServerAddress } from './address.ts';
import { beginCapture, clearChanges, clearTarget, hasUnsent, type Link, readChanges, writeLink } from './capture.ts';
import { type Connection, connect, keepPlace, withinTime } from './connection.ts';
import { copyAll } from './copy-all.ts';
import { asServerFault, isBroken, speakingOf } from './faults.ts';
import { folderOf } from './local-copy.ts';
import { catchUp } from './pull.ts';
import { asNextCommit, pushChanges } from './push.ts';
import type { Settled } from './settle.ts';
import { prepareTables, readState, writeState } from './state.ts';
import { type Shape, shapesOf } from './tables.ts';

/** The server's side of every transaction of the working copy. */
export interface Replica {
  readonly name: string;
  /** Before a transaction begins. Answers whether rows came from the server. @throws AppError STORE_UNAVAILABLE */
  ready(): Promise<boolean>;
  /** Within it, at its end: what changed is on the server when this resolves. @throws AppError STORE_UNAVAILABLE, STORE_FULL */
  send(): Promise<void>;
  /** The transaction was committed here, too. */
  kept(): void;
  /** It was not. */
  undone(): void;
  /** Whether rows wait to be sent that came here by another way than a transaction of this store. */
  hasUnsent(): boolean;
  /** Asks the server for a sign of life. @throws AppError STORE_UNAVAILABLE */
  ping(): Promise<void>;
  /** Goes on with the file opened anew. */
  reopened(db: Database.Database): void;
  close(): Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Ties the open working copy to the server, and sends there what it lacks. */
export async function beginReplica(
  db: Database.Database,
  address: ServerAddress,
  { connection, state, plan }: Settled,
): Promise<Replica> {
  const shapes = shapesOf(db);
  await speakingOf(connection, prepareTables(connection, shapes));
  const isCopied = plan === 'copy' || state.schema_version < schemaVersion;
  const link: Link = {
    server_id: state.server_id,
    batch: state.batch,
    epoch: state.epoch,
    restored: isCopied ? 1 : 0,
    folder: folderOf(db.name),
  };
  db.transaction(() => {
    beginCapture(db, shapes);
    // Everything is compared.
    if (isCopied) clearChanges(db);
    writeLink(db, link);
  }).immediate();
  if (isCopied) {
    const work = copyAll({ db, connection, shapes, epoch: state.epoch });
    await speakingOf(connection, work);
    link.batch = await speakingOf(connection, markComplete(connection, state.epoch));
    link.restored = 0;
    db.transaction(() => {
      writeLink(db, link);
      clearTarget(db);
    }).immediate();
  }
  await speakingOf(connection, keepPlace(connection, 'running'));
  return createReplica(db, shapes, address, connection, link);
}

export const markComplete = (connection: Connection, epoch: number): Promise<number> =>
  asNextCommit(connection, epoch, (trx) => writeState(trx, { complete: 1, schema_version: schemaVersion }));

function createReplica(
  opened: Database.Database,
  shapes: readonly Shape[],
  address: ServerAddress,
  first: Connection,
  begun: Link,
): Replica {
  let db = opened;
  let link = begun;
  let connection: Connection | null = first;
  /** The commit that the server has and the file has not yet. */
  let sent: number | null = null;
  /** The server may have commits that the file does not. */
  let isBehind = false;
  let refusal: { error: unknown; pauseMs: number; until: number } | null = null;

  async function leave(lost: Connection | null): Promise<void> {
    connection = null;
    // The server may have taken what it did not answer to.
    isBehind = true;
    await lost?.close();
  }

  async function drop(error: unknown): Promise<void> {
    const pauseMs = refusal ? Math.min(longestPauseMs, refusal.pauseMs * 2) : firstPauseMs;
    refusal = { error: asServerFault(error, address), pauseMs, until: performance.now() + pauseMs };
    await leave(connection);
  }

  async function reconnect(): Promise<Connection> {
    if (connection && !connection.isLost()) return connection;
    if (connection) await leave(connection);
    if (refusal && performance.now() < refusal.until) throw refusal.error;
    try {
      connection = await connect(address);
      return connection;
    } catch (error) {
      await drop(error);
      throw error;
    }
  }

  /** Runs something on the server; a session that broke is dropped. */
  async function onServer<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const current = await reconnect();
    try {
      const result = await withinTime(work(current));
      refusal = null;
      return result;
    } catch (error) {
      if (isBroken(error)) await drop(error);
      throw asServerFault(error, address);
    }
  }

  async function ready(): Promise<boolean> {
    if (connection && !connection.isLost() && !isBehind) return false;
    return onServer(async (current) => {
      const state = await readState(current.db);
      const isOurs = state?.server_id === link.server_id && state.epoch === link.epoch;
      // A server that was put back to an earlier hour is told everything anew at the next start.
      if (!isOurs || state.batch < link.batch) throw replaced(current);
      const isMissing = state.batch > link.batch;
      if (isMissing) await catchUp(db, current, shapes, link, state);
      link = { ...link, batch: state.batch };
      isBehind = false;
      return isMissing;
    });
  }

  /** The answer to a commit may be lost with the session; the server's own count tells what became of it. */
  async function send(): Promise<void> {
    if (!hasUnsent(db)) return;
    const changes = readChanges(db, shapes);
    const target = link.batch + 1;
    const attempt = () =>
      onServer((current) =>
        asNextCommit(current, link.epoch, async (trx, batch) => {
          if (batch !== target) throw replaced(current);
          await pushChanges(trx, current.kind, changes, batch);
        }),
      );
    try {
      await attempt();
    } catch (error) {
      if (connection) throw error;
      await afterLoss(target, attempt, error);
    }
    sent = target;
    clearChanges(db);
    writeLink(db, { ...link, batch: target });
  }

  async function afterLoss(target: number, attempt: () => Promise<number>, error: unknown): Promise<void> {
    refusal = null;
    const state = await onServer(({ db: server }) => readState(server)).catch(() => {
      throw error;
    });
    if (state?.epoch === link.epoch && state.batch === target) return;
    await attempt();
  }

  return {
    name: address.name,
    ready,
    send,
    kept() {
      if (sent === null) return;
      link = { ...link, batch: sent };
      sent = null;
      isBehind = false;
    },
    undone() {
      if (sent !== null) isBehind = true;
      sent = null;
    },
    hasUnsent: () => hasUnsent(db),
    async ping() {
      await ready();
      await onServer(({ db: server }) => readState(server));
    },
    reopened(next) {
      db = next;
    },
    async close() {
      await connection?.close();
    },
  };
}

const replaced = ({ name }: Connection): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    `The database ${name} was written or replaced by somebody else. Restart Clawdbot: it looks at what is there`,
    { reason: 'replaced', server: name },
  );
