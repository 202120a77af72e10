import type Database from 'better-sqlite3';
import { readLink } from '../server/capture.ts';
import { messageStatements } from './messages.ts';
import { createCoveredMessages } from './sealing/covered-messages.ts';
import { createSealing, openDeps } from './sealing/sealing.ts';

/** What was set aside because nobody can tell what became of it after the backup was made. */
export interface Settlement {
  replies_unknown: number;
  messages_set_aside: number;
  tokens_revoked: number;
}

const reason = 'restored from a backup; it may have been answered since';
const replyReason = 'restored from a backup; it may have been sent since';

/**
 * Makes a database of an earlier day harmless. A reply that waited may have been sent since, and one too many cannot be
 * taken back; a message that waited may have been answered. Whoever was revoked since would be let in again, so
 * everybody pairs anew. One transaction.
 */
export function settleAfterRestore(db: Database.Database, now: number): Settlement {
  return db
    .transaction(() => {
      const settlement = {
        replies_unknown: settleReplies(db, now),
        messages_set_aside: setAside(db, now),
        tokens_revoked: db.prepare('UPDATE tokens SET revoked_at = ? WHERE revoked_at IS NULL').run(now).changes,
      };
      db.exec('DELETE FROM pairing_codes');
      // A database server is told at the next start that this goes before what it holds.
      if (readLink(db)) db.exec('UPDATE server_link SET restored = 1 WHERE id = 1');
      return settlement;
    })
    .immediate();
}

/** Nothing is read or written here that could be sealed. */
const statementsFor = (db: Database.Database) =>
  messageStatements(db, { waiting: 0 }, createCoveredMessages(db, createSealing(db, openDeps())));

function settleReplies(db: Database.Database, now: number): number {
  const messages = statementsFor(db);
  const open = db
    .prepare<[], { seq: number; message_seq: number }>(
      "SELECT seq, message_seq FROM outbox WHERE state IN ('pending', 'sending')",
    )
    .all();
  const settle = db.prepare("UPDATE outbox SET state = 'unknown', not_before = 0, last_error = ? WHERE seq = ?");
  for (const { seq, message_seq } of open) {
    settle.run(replyReason, seq);
    const reply = messages.bySeq(message_seq);
    const question = reply?.in_reply_to ? messages.byId(reply.in_reply_to) : undefined;
    for (const message of [reply, question]) {
      if (!message) continue;
      messages.setState(message.seq, 'failed');
      messages.addEvent(message.seq, now, 'failed', `unknown after send: ${replyReason}`);
    }
  }
  return open.length;
}

/** As the work loop sets a message aside that it cannot work. */
function setAside(db: Database.Database, now: number): number {
  const messages = statementsFor(db);
  const waiting = db
    .prepare<[], { message_seq: number; attempts: number }>('SELECT message_seq, attempts FROM inbox ORDER BY 1')
    .all();
  const bury = db.prepare('INSERT INTO dead_letters(message_seq, attempts, reason, dead_at) VALUES (?, ?, ?, ?)');
  for (const { message_seq, attempts } of waiting) {
    const message = messages.bySeq(message_seq);
    if (!message) continue;
    messages.touchConversation(message);
    bury.run(message_seq, attempts, reason, now);
    messages.setState(message_seq, 'failed');
    messages.addEvent(message_seq, now, 'failed', reason);
  }
  db.exec('DELETE FROM inbox');
  return waiting.length;
}
