import type Database from 'better-sqlite3';
import type { Message } from '../../../../src-shared/schema/message.ts';
import { conversationKey, type MessageStatements } from './messages.ts';
import { read, write } from './op.ts';

/** One delivery taken from the outbox; the intent is on disk before anything is sent. */
export interface OutboxItem {
  seq: number;
  idempotency_key: string;
  channel: string;
  conversation_id: string;
  recipient_id: string;
  attempts: number;
  created_at: number;
  message: Message;
  in_reply_to: { id: string; external_id: string };
}

interface OutboxRow {
  seq: number;
  idempotency_key: string;
  message_seq: number;
  channel: string;
  conversation_id: string;
  recipient_id: string;
  state: string;
  attempts: number;
  not_before: number;
  created_at: number;
}

export function outboxOps(db: Database.Database, messages: MessageStatements) {
  const due = db.prepare<[number, number], OutboxRow>(`
    SELECT * FROM outbox o WHERE state = 'pending' AND not_before <= ?
      AND NOT EXISTS (SELECT 1 FROM outbox earlier WHERE earlier.channel = o.channel AND earlier.conversation_id = o.conversation_id
                      AND earlier.seq < o.seq AND earlier.state IN ('pending', 'sending'))
    ORDER BY not_before, seq LIMIT ?`);
  const nextDue = db.prepare<[], { at: number | null }>(
    "SELECT min(not_before) AS at FROM outbox WHERE state = 'pending'",
  );
  // What stands behind a delivery that has to wait waits with it, so that looking for what is due stays cheap.
  const postpone = db.prepare(
    "UPDATE outbox SET not_before = ? WHERE channel = ? AND conversation_id = ? AND state = 'pending'",
  );
  const hurry = db.prepare(
    "UPDATE outbox SET not_before = 0 WHERE channel = ? AND state = 'pending' AND not_before > 0",
  );
  // What was put off by a clock that has gone back since would wait for days. The first look is for one that went back
  // while the product was not there.
  const makeDue = db.prepare("UPDATE outbox SET not_before = 0 WHERE state = 'pending' AND not_before > ?");
  const makeEarlierDue = db.prepare("UPDATE outbox SET not_before = 0 WHERE state = 'pending' AND updated_at > ?");
  let lookedAt: number | null = null;
  const bySeq = db.prepare<[number], OutboxRow>('SELECT * FROM outbox WHERE seq = ?');
  const take = db.prepare("UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_at = ? WHERE seq = ?");
  const settle = db.prepare(
    'UPDATE outbox SET state = ?, not_before = ?, last_error = ?, updated_at = ? WHERE seq = ?',
  );
  const interrupted = db.prepare<[], OutboxRow>("SELECT * FROM outbox WHERE state = 'sending'");

  function settleRow(
    seq: number,
    state: 'pending' | 'sent' | 'failed' | 'unknown',
    notBefore: number,
    error: string | null,
    now: number,
  ): void {
    const row = bySeq.get(seq);
    if (!row || row.state !== 'sending') return;
    settle.run(state, notBefore, error, now, seq);
    if (state === 'pending') postpone.run(notBefore, row.channel, row.conversation_id);
    const reply = messages.bySeq(row.message_seq);
    const question = reply?.in_reply_to ? messages.byId(reply.in_reply_to) : undefined;
    for (const message of [reply, question]) {
      if (!message) continue;
      if (state === 'sent') {
        messages.setState(message.seq, 'sent');
        messages.addEvent(message.seq, now, 'sent');
      } else if (state === 'pending') {
        messages.addEvent(message.seq, now, 'retrying', error);
      } else {
        messages.setState(message.seq, 'failed');
        messages.addEvent(message.seq, now, 'failed', state === 'unknown' ? `unknown after send: ${error}` : error);
      }
    }
  }

  return {
    /** Takes up to `limit` deliveries, one of each conversation, in order; the rest of a conversation waits for it. */
    'outbox.take': write(({ limit, now, busy }: { limit: number; now: number; busy: string[] }): OutboxItem[] => {
      if (lookedAt === null) makeEarlierDue.run(now);
      else if (now < lookedAt) makeDue.run(now);
      lookedAt = now;
      const blocked = new Set(busy);
      const items: OutboxItem[] = [];
      for (const row of due.all(now, limit + blocked.size)) {
        if (items.length >= limit || blocked.has(conversationKey(row.channel, row.conversation_id))) continue;
        const message = messages.bySeq(row.message_seq);
        const question = message?.in_reply_to ? messages.byId(message.in_reply_to) : undefined;
        if (!message || !question) throw new Error(`outbox row ${row.seq} has no message`);
        take.run(now, row.seq);
        items.push({
          seq: row.seq,
          idempotency_key: row.idempotency_key,
          channel: row.channel,
          conversation_id: row.conversation_id,
          recipient_id: row.recipient_id,
          attempts: row.attempts + 1,
          created_at: row.created_at,
          message: messages.describe(message),
          in_reply_to: { id: question.id, external_id: question.external_id },
        });
      }
      return items;
    }),

    'outbox.settle': write(
      ({
        seq,
        state,
        not_before,
        error,
        now,
      }: {
        seq: number;
        state: 'pending' | 'sent' | 'failed' | 'unknown';
        not_before: number;
        error: string | null;
        now: number;
      }): void => settleRow(seq, state, not_before, error, now),
    ),

    /** After a start: a delivery that was under way may or may not have arrived, and is never sent again by itself. */
    'outbox.recover': write(({ now }: { now: number }): number => {
      const rows = interrupted.all();
      for (const row of rows) settleRow(row.seq, 'unknown', 0, 'the product stopped while sending', now);
      return rows.length;
    }),

    /** Makes what waits on a channel due at once: whoever it is for has come back. */
    'outbox.hurry': write(({ channel }: { channel: string }): void => void hurry.run(channel)),

    /** When the next delivery is due, ms; null when none waits. */
    'outbox.nextDue': read((): number | null => nextDue.get()?.at ?? null),
  };
}
