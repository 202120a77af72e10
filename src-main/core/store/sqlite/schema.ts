import type Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { memorySchema } from './memories.ts';
import { tokenSchema } from './tokens.ts';

/** Times are milliseconds since the epoch; `timestamp` alone is the unified message's Unix seconds. */
const messageSchema = `
  CREATE TABLE messages(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL,
    channel TEXT NOT NULL,
    external_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    content TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    attachments TEXT NOT NULL,
    metadata TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    in_reply_to TEXT,
    state TEXT NOT NULL CHECK (state IN ('stored', 'routed', 'answered', 'sent', 'failed')),
    received_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    UNIQUE (platform, channel, external_id)
  ) STRICT;
  CREATE INDEX messages_by_conversation ON messages(channel, conversation_id, seq);
  CREATE UNIQUE INDEX messages_by_question ON messages(in_reply_to) WHERE in_reply_to IS NOT NULL;

  CREATE TABLE message_events(
    seq INTEGER PRIMARY KEY,
    message_seq INTEGER NOT NULL REFERENCES messages(seq),
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT
  ) STRICT;
  CREATE INDEX message_events_by_message ON message_events(message_seq, seq);

  CREATE TABLE message_sources(
    message_seq INTEGER NOT NULL REFERENCES messages(seq),
    memory_id TEXT NOT NULL,
    PRIMARY KEY (message_seq, memory_id)
  ) STRICT, WITHOUT ROWID;

  -- What still has to be worked. A row goes in the transaction that keeps the work's effects.
  CREATE TABLE inbox(
    message_seq INTEGER PRIMARY KEY REFERENCES messages(seq),
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'leased')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX inbox_leased ON inbox(lease_until) WHERE state = 'leased';
  CREATE INDEX inbox_delayed ON inbox(not_before) WHERE not_before > 0;

  CREATE TABLE dead_letters(
    message_seq INTEGER PRIMARY KEY REFERENCES messages(seq),
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    dead_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE conversations(
    channel TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    message_count INTEGER NOT NULL,
    last_message TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (channel, conversation_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conversations_latest ON conversations(last_seq);

  CREATE TABLE outbox(
    seq INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL UNIQUE,
    message_seq INTEGER NOT NULL REFERENCES messages(seq),
    channel TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown')),
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_open ON outbox(channel, conversation_id, seq) WHERE state IN ('pending', 'sending');
  CREATE INDEX outbox_due ON outbox(not_before, seq) WHERE state = 'pending';
  CREATE INDEX outbox_sending ON outbox(seq) WHERE state = 'sending';

  CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

const taskSchema = `
  CREATE TABLE tasks(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('suggested', 'todo', 'doing', 'waiting', 'done')),
    due TEXT,
    due_granularity TEXT CHECK (due_granularity IN ('date', 'datetime')),
    rrule TEXT,
    assignee TEXT,
    priority TEXT NOT NULL DEFAULT 'normal',
    labels TEXT NOT NULL DEFAULT '[]',
    progress REAL NOT NULL DEFAULT 0,
    confidence REAL,
    why TEXT NOT NULL DEFAULT '[]',
    source_message_id TEXT,
    source_start INTEGER,
    source_end INTEGER,
    source_quote TEXT,
    source_sender_id TEXT,
    source_conversation TEXT,
    source_at INTEGER,
    position REAL NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    done_at INTEGER,
    removed_at INTEGER
  ) STRICT;
  -- The same words of the same message make one card, however often they are worked.
  CREATE UNIQUE INDEX tasks_by_source ON tasks(source_message_id, source_start) WHERE source_message_id IS NOT NULL;
  CREATE INDEX tasks_by_column ON tasks(status, position) WHERE removed_at IS NULL;
`;

/**
 * How many messages are done, counted in the transaction that ends their work: a second book beside the tables, which
 * costs a row and not a look at all of them. Accepted is done, queued or dead; test/integration/conservation holds it so.
 */
const doneSchema = `
  INSERT INTO meta(key, value) SELECT 'messages_done', count(*) FROM messages m WHERE direction = 'in'
    AND NOT EXISTS (SELECT 1 FROM inbox WHERE message_seq = m.seq)
    AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq);
`;

/** Each entry brings the schema from its index to the next version. Entries are only ever added. */
const migrations: readonly string[] = [messageSchema + taskSchema + memorySchema + tokenSchema, doneSchema];

export const schemaVersion = migrations.length;

/** Brings the schema up to date; each step in one transaction, so a crash leaves the old version or the new one. */
export function migrate(db: Database.Database, file: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > schemaVersion) {
    throw new AppError(
      'DATABASE_NEWER',
      `${file} was written by a newer version of Clawdbot (schema ${version}, this one knows ${schemaVersion}). Install the newer version again, or choose another data folder`,
      { file, found: version, known: schemaVersion },
    );
  }
  for (let next = version; next < schemaVersion; next++) {
    const step = migrations[next];
    if (step === undefined) continue;
    db.transaction(() => {
      db.exec(step);
      db.pragma(`user_version = ${next + 1}`);
    }).immediate();
  }
}
