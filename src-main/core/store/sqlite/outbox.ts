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

const takeWindow = 256;

export function outboxOps(db: Database.Database, messages: MessageStatements) {
  const open = db.prepare<[number], OutboxRow>(
    "SELECT * FROM outbox WHERE state IN ('pending', 'sending') ORDER BY seq LIMIT ?",
  );
  const bySeq = db.prepare<[number], OutboxRow>('SELECT * FROM outbox WHERE seq = ?');
  const take = db.prepare("UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_at = ? WHERE seq = ?");
  const settle = db.prepare(
    'UPDATE outbox SET state = ?, not_before = ?, last_error = ?, updated_at = ? WHERE seq = ?',
  );
  const untake = db.prepare(
    "UPDATE outbox SET state = 'pending', attempts = attempts - 1, updated_at = ? WHERE seq = ? AND state = 'sending'",
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
      const blocked = new Set(busy);
      const items: OutboxItem[] = [];
      for (const row of open.all(takeWindow)) {
        const key = conversationKey(row.channel, row.conversation_id);
        if (blocked.has(key) || items.length >= limit) continue;
        blocked.add(key);
        if (row.state === 'sending' || row.not_before > now) continue;
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

    /** Gives back what was taken and certainly not sent. */
    'outbox.release': write(({ seq, now }: { seq: number; now: number }): void => void untake.run(now, seq)),

    /** After a start: a delivery that was under way may or may not have arrived, and is never sent again by itself. */
    'outbox.recover': write(({ now }: { now: number }): number => {
      const rows = interrupted.all();
      for (const row of rows) settleRow(row.seq, 'unknown', 0, 'the product stopped while sending', now);
      return rows.length;
    }),

    /** When the next delivery is due, ms; null when none waits. */
    'outbox.nextDue': read((): number | null => {
      const rows = open.all(takeWindow).filter((row) => row.state === 'pending');
      return rows.length === 0 ? null : Math.min(...rows.map((row) => row.not_before));
    }),
  };
}
