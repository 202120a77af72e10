import type Database from 'better-sqlite3';
import { read } from './op.ts';

/** Where everything stands, counted in the database itself. */
export interface Totals {
  messages_in: number;
  queued: number;
  working: number;
  dead: number;
  done: number;
  oldest_received_at: number | null;
  /** Of the message stored last, which is not always the largest. */
  newest_received_at: number | null;
  outbox_pending: number;
  outbox_failed: number;
  outbox_unknown: number;
  memories: number;
  tasks: number;
  database_bytes: number;
}

export function totalOps(db: Database.Database) {
  const one = db.prepare<[], Omit<Totals, 'database_bytes'>>(`
    SELECT
      -- Both counts run over an index, some 20 ms per million rows.
      (SELECT count(*) FROM messages) - (SELECT count(*) FROM messages WHERE in_reply_to IS NOT NULL) AS messages_in,
      (SELECT count(*) FROM inbox WHERE state = 'queued') AS queued,
      (SELECT count(*) FROM inbox WHERE state = 'leased') AS working,
      (SELECT count(*) FROM dead_letters) AS dead,
      (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'messages_done') AS done,
      (SELECT m.received_at FROM inbox i JOIN messages m ON m.seq = i.message_seq ORDER BY i.message_seq LIMIT 1) AS oldest_received_at,
      (SELECT received_at FROM messages ORDER BY seq DESC LIMIT 1) AS newest_received_at,
      (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')) AS outbox_pending,
      (SELECT count(*) FROM outbox WHERE state = 'failed') AS outbox_failed,
      (SELECT count(*) FROM outbox WHERE state = 'unknown') AS outbox_unknown,
      (SELECT count(*) FROM memories WHERE forgotten_at IS NULL) AS memories,
      (SELECT count(*) FROM tasks WHERE removed_at IS NULL) AS tasks`);

  return {
    'store.totals': read((): Totals => {
      const found = one.get();
      if (!found) throw new Error('SQLite answered no row to a query that always has one');
      const pages = db.pragma('page_count', { simple: true }) as number;
      return { ...found, database_bytes: pages * (db.pragma('page_size', { simple: true }) as number) };
    }),
  };
}
