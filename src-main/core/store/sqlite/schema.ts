import type Database from 'better-sqlite3';
import { AppError } from '../../foundation/app-error.ts';
import { erasureSchema, erasureTables } from './erasing/erasures.ts';
import { factSchema } from './facts.ts';
import { importSchema } from './imports.ts';
import { memorySchema } from './memories.ts';
import { memoryIndexSchema } from './memory-index.ts';
import { markSchema } from './memory-marks.ts';
import { memoryVectorSchema } from './memory-vectors.ts';
import {
  firstSummedTables,
  forgottenFactTables,
  importTables,
  markTables,
  type SummedTable,
  sumStatements,
} from './row-sums.ts';

import { sealSchema, sealTables } from './sealing/memory-keys.ts';
import { deviceSchema, tokenSchema } from './tokens.ts';

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

/**
 * From here on rows have checksums. The list of their columns is the one that the program checks by: who adds a column or
 * a table adds a migration that sums anew, and keeps this one as it was released.
 */
const sumSchema = sumStatements(firstSummedTables);

/**
 * Each entry brings the schema from its index to the next version, statement by statement. Entries are only ever added;
 * a test holds each to what it was.
 */
export const migrations: readonly (readonly string[])[] = [
  statementsOf(messageSchema + taskSchema + memorySchema + tokenSchema),
  statementsOf(doneSchema),
  statementsOf(deviceSchema),
  sumSchema,
  statementsOf(memoryIndexSchema),
  importSchema,
  factSchema,
  sealSchema,
  statementsOf(memoryVectorSchema),
  markSchema,
  erasureSchema,
];

/** The tables whose rows carry sums in a database of this version. */
export const summedIn = (version: number): readonly SummedTable[] => [
  ...(version > migrations.indexOf(sumSchema) ? firstSummedTables : []),
  ...(version > migrations.indexOf(importSchema) ? importTables : []),
  ...(version > migrations.indexOf(factSchema) ? forgottenFactTables : []),
  ...(version > migrations.indexOf(sealSchema) ? sealTables : []),
  ...(version > migrations.indexOf(markSchema) ? markTables : []),
  ...(version > migrations.indexOf(erasureSchema) ? erasureTables : []),
];

export const schemaVersion = migrations.length;

/** Each statement of the texts above ends with a semicolon at the end of a line, and nothing else does. */
function statementsOf(text: string): string[] {
  return text.split(/;\n/).filter((statement) => statement.trim() !== '');
}

export const readSchemaVersion = (db: Database.Database): number =>
  db.pragma('user_version', { simple: true }) as number;

/** @throws AppError DATABASE_NEWER for a database that this version does not know. */
export function refuseNewer(db: Database.Database, file: string): void {
  const version = readSchemaVersion(db);
  if (version <= schemaVersion) return;
  throw new AppError(
    'DATABASE_NEWER',
    `${file} was written by a newer version of Clawdbot (schema ${version}, this one knows ${schemaVersion}). Install the newer version again, or choose another data folder`,
    { file, found: version, known: schemaVersion },
  );
}

interface MigrateOptions {
  /** The version to stop at, for a test that needs a database of an older one. */
  upTo?: number;
  /** Called before each statement, so that a test can end the process at any of them. */
  beforeStatement?(): void;
}

/** Brings the schema up to date; each version in one transaction, so a crash leaves the old one or the new one. */
export function migrate(
  db: Database.Database,
  file: string,
  { upTo = schemaVersion, beforeStatement = () => {} }: MigrateOptions = {},
): void {
  refuseNewer(db, file);
  for (let version = readSchemaVersion(db); version < upTo; version++) {
    const statements = migrations[version] ?? [];
    db.transaction(() => {
      for (const statement of [...statements, `PRAGMA user_version = ${version + 1}`]) {
        beforeStatement();
        db.exec(statement);
      }
      beforeStatement();
    }).immediate();
  }
}
