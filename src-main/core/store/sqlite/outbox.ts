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

/** What became of one delivery. */
export interface Settled {
  seq: number;
  state: 'pending' | 'sent' | 'failed' | 'unknown';
  /** Steady time, like `steady`: what is due is judged by a clock that nothing moves. */
  not_before: number;
  error: string | null;
  /** Wall time, for people to read. */
  now: number;
  steady: number;
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

/** No receiver may ask for more: what waits longer was put off by another clock. */
const longestWaitMs = 24 * 60 * 60_000;

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
  // What was put off before the clock went back would wait for days in a process that begins after it.
  const makeEarlierDue = db.prepare(
    "UPDATE outbox SET not_before = 0 WHERE state = 'pending' AND (updated_at > @now OR not_before > @now + @longest)",
  );
  let isLookedAt = false;
  const bySeq = db.prepare<[number], OutboxRow>('SELECT * FROM outbox WHERE seq = ?');
  const take = db.prepare("UPDATE outbox SET state = 'sending', attempts = attempts + 1, updated_at = ? WHERE seq = ?");
  const reclaim = db.prepare(
    `UPDATE outbox SET state = 'pending', attempts = attempts - 1
     WHERE state = 'sending' AND seq NOT IN (SELECT value FROM json_each(?))`,
  );
  const settle = db.prepare(
    'UPDATE outbox SET state = ?, not_before = ?, last_error = ?, updated_at = ? WHERE seq = ?',
  );
  const interrupted = db.prepare<[], OutboxRow>("SELECT * FROM outbox WHERE state = 'sending'");

  function settleRow({ seq, state, not_before: notBefore, error, now, steady }: Settled): void {
    const row = bySeq.get(seq);
    if (!row || row.state !== 'sending') return;
    settle.run(state, notBefore, error, steady, seq);
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
    /**
     * Takes up to `limit` deliveries, one of each conversation, in order; the rest of a conversation waits for it. `now`
     * is steady time, as in `not_before`.
     */
    'outbox.take': write(({ limit, now, busy }: { limit: number; now: number; busy: string[] }): OutboxItem[] => {
      if (!isLookedAt) makeEarlierDue.run({ now, longest: longestWaitMs });
      isLookedAt = true;
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

    'outbox.settle': write((settled: Settled): void => settleRow(settled)),

    /** Takes back, untried, what nobody sends: the outcome of the commit that handed it out was not known. */
    'outbox.reclaim': write(({ held }: { held: number[] }): number => reclaim.run(JSON.stringify(held)).changes),

    /** After a start: a delivery that was under way may or may not have arrived, and is never sent again by itself. */
    'outbox.recover': write(({ now }: { now: number }): number => {
      const rows = interrupted.all();
      for (const { seq } of rows)
        settleRow({
          seq,
          state: 'unknown',
          not_before: 0,
          error: 'the product stopped while sending',
          now,
          steady: now,
        });
      return rows.length;
    }),

    /** Makes what waits on a channel due at once: whoever it is for has come back. */
    'outbox.hurry': write(({ channel }: { channel: string }): void => void hurry.run(channel)),

    /** When the next delivery is due, ms; null when none waits. */
    'outbox.nextDue': read((): number | null => nextDue.get()?.at ?? null),
  };
}
