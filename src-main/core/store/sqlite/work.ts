import type Database from 'better-sqlite3';
import type { MemoryRow } from './memories.ts';
import { conversationKey, type MessageRow, type MessageStatements, type NewMessage } from './messages.ts';
import { read, write } from './op.ts';
import type { NewTask, TaskStatements } from './tasks.ts';

/** A message handed out to be worked, valid until `lease_until`. `attempts` counts this one. */
export interface Lease {
  message: MessageRow;
  attempts: number;
}

/** Everything that working one message changes; kept in one transaction or not at all. */
export interface Effects {
  message_seq: number;
  /** The attempt that did the work: an older one that comes late changes nothing. */
  attempts: number;
  routed_at: number;
  route: string;
  reply: (NewMessage & { deliver: boolean }) | null;
  tasks: NewTask[];
  memories: MemoryRow[];
  /** Ids of memories to forget, asked for by a command. */
  forget: string[];
  /** Ids of memories that the reply quotes. */
  sources: string[];
}

export interface Finished {
  done: boolean;
  message_id: string;
  conversation: string;
  reply_id: string | null;
  task_ids: string[];
  memory_ids: string[];
}

/** How many messages wait to be worked, kept in step with the inbox table. */
export interface Queue {
  waiting: number;
}

export interface WorkDeps {
  queue: Queue;
  messages: MessageStatements;
  tasks: TaskStatements;
  memories: { insert(rows: MemoryRow[]): unknown; forget(id: string, now: number): unknown };
}

interface InboxRow {
  message_seq: number;
  attempts: number;
}

const isPutOff = (notBefore: number, now: number): boolean => notBefore > now && notBefore <= now + longestWaitMs;

/** A lease looks at the queue in windows of this many rows, and at so many windows, to find conversations that are free. */
const leaseWindow = 512;
const leaseWindows = 16;
/** Its conversation goes on, and the message can be tried again when the key is here. */
const lockedReason = 'what it says is sealed, and the key of sensitive memories is not here';
/** Longer than any message waits for its next attempt: what waits longer was put off by a clock that has gone back since. */
const longestWaitMs = 10 * 60_000;

export function workOps(db: Database.Database, { queue, messages, tasks, memories }: WorkDeps) {
  const candidates = db.prepare<
    [number, number],
    InboxRow & { channel: string; conversation_id: string; not_before: number; state: string }
  >(`
    SELECT i.message_seq, i.attempts, i.state, i.not_before, m.channel, m.conversation_id
    FROM inbox i JOIN messages m ON m.seq = i.message_seq
    WHERE i.message_seq > ? ORDER BY i.message_seq LIMIT ?`);
  const lease = db.prepare(
    "UPDATE inbox SET state = 'leased', attempts = attempts + 1, lease_until = ? WHERE message_seq = ?",
  );
  const release = db.prepare(
    "UPDATE inbox SET state = 'queued', attempts = ?, not_before = ?, lease_until = 0 WHERE message_seq = ?",
  );
  const releaseAll = db.prepare("UPDATE inbox SET state = 'queued', lease_until = 0 WHERE state = 'leased'");
  const reclaim = db.prepare(
    `UPDATE inbox SET state = 'queued', lease_until = 0, attempts = attempts - 1
     WHERE state = 'leased' AND message_seq NOT IN (SELECT value FROM json_each(?))`,
  );
  const expire = db.prepare(
    "UPDATE inbox SET state = 'queued', lease_until = 0 WHERE state = 'leased' AND lease_until <= ?",
  );
  const held = db.prepare<[number, number], InboxRow>(
    "SELECT message_seq, attempts FROM inbox WHERE message_seq = ? AND attempts = ? AND state = 'leased'",
  );
  const remove = db.prepare('DELETE FROM inbox WHERE message_seq = ?');
  const bury = db.prepare('INSERT INTO dead_letters(message_seq, attempts, reason, dead_at) VALUES (?, ?, ?, ?)');
  const addSource = db.prepare('INSERT OR IGNORE INTO message_sources(message_seq, memory_id) VALUES (?, ?)');
  const send = db.prepare(`
    INSERT INTO outbox(idempotency_key, message_seq, channel, conversation_id, recipient_id, created_at, updated_at, not_before)
    VALUES (@key, @seq, @channel, @conversation_id, @recipient, @now, @now, coalesce((SELECT max(not_before) FROM outbox
      WHERE channel = @channel AND conversation_id = @conversation_id AND state IN ('pending', 'sending')), 0))`);
  const countDone = db.prepare(
    "UPDATE meta SET value = CAST(value AS INTEGER) + CAST(? AS INTEGER) WHERE key = 'messages_done'",
  );
  const nextDue = db.prepare<[], { at: number | null }>(
    "SELECT min(not_before) AS at FROM inbox WHERE not_before > 0 AND state = 'queued'",
  );

  /** Ends one message's work: all effects, or none when another attempt holds the lease. */
  function finish(given: Effects, now: number): Finished {
    const row = messages.bySeq(given.message_seq);
    if (!row) throw new Error(`message ${given.message_seq} is not there`);
    const conversation = conversationKey(row.channel, row.conversation_id);
    const none = { done: false, message_id: row.id, conversation, reply_id: null, task_ids: [], memory_ids: [] };
    if (!held.get(given.message_seq, given.attempts)) return none;
    const effects = messages.covered.settle(row, given);

    remove.run(row.seq);
    queue.waiting--;
    messages.touchConversation(row);
    messages.addEvent(row.seq, effects.routed_at, 'routed', effects.route);
    memories.insert(effects.memories);
    for (const id of effects.forget) memories.forget(id, now);
    const taskIds = effects.tasks.map((task) => tasks.insert(task, now));
    const reply = effects.reply ? answer(row, effects.reply, now) : null;
    for (const id of effects.sources) addSource.run((reply ?? row).seq, id);
    messages.setState(row.seq, 'answered');
    messages.addEvent(row.seq, now, 'answered', reply ? null : 'no reply needed');
    return {
      done: true,
      message_id: row.id,
      conversation,
      reply_id: reply?.id ?? null,
      task_ids: taskIds,
      memory_ids: effects.memories.map(({ id }) => id),
    };
  }

  function answer(question: MessageRow, reply: NewMessage & { deliver: boolean }, now: number): MessageRow {
    const row = messages.insertReply({ ...reply, in_reply_to: question.id, state: 'stored' }, now);
    messages.touchConversation(row);
    if (reply.deliver) {
      const { channel, conversation_id } = row;
      send.run({
        key: `reply:${question.id}`,
        seq: row.seq,
        channel,
        conversation_id,
        recipient: question.sender_id,
        now,
      });
    }
    return row;
  }

  function setAside(row: MessageRow, attempts: number, reason: string, now: number): void {
    remove.run(row.seq);
    queue.waiting--;
    messages.touchConversation(row);
    bury.run(row.seq, attempts, reason, now);
    messages.setState(row.seq, 'failed');
    messages.addEvent(row.seq, now, 'failed', reason);
  }

  return {
    /**
     * Hands out up to `limit` messages, oldest first. Conversations named in `busy` are left alone, and a message that
     * waits for its next attempt holds back the later ones of its conversation, so each is served in order.
     */
    'work.lease': write(
      ({ limit, now, leaseMs, busy }: { limit: number; now: number; leaseMs: number; busy: string[] }): Lease[] => {
        expire.run(now);
        const blocked = new Set(busy);
        const leases: Lease[] = [];
        let after = 0;
        for (let window = 0; window < leaseWindows && leases.length < limit; window++) {
          const rows = candidates.all(after, leaseWindow);
          for (const row of rows) {
            after = row.message_seq;
            const key = conversationKey(row.channel, row.conversation_id);
            if (row.state === 'leased' || isPutOff(row.not_before, now)) blocked.add(key);
            if (blocked.has(key) || leases.length >= limit) continue;
            const message = messages.bySeq(row.message_seq);
            const said = message && messages.covered.asSaid(message);
            if (message && !said) {
              setAside(message, row.attempts, lockedReason, now);
              continue;
            }
            lease.run(now + leaseMs, row.message_seq);
            if (said) leases.push({ message: said, attempts: row.attempts + 1 });
          }
          if (rows.length < leaseWindow) break;
        }
        return leases;
      },
    ),

    'work.finish': write(({ effects, now }: { effects: Effects[]; now: number }): Finished[] => {
      const finished = effects.map((one) => finish(one, now));
      countDone.run(finished.filter(({ done }) => done).length);
      return finished;
    }),

    /** Gives a message back. `counts` false takes the attempt back too: it was not tried. */
    'work.release': write(
      ({
        message_seq,
        attempts,
        counts,
        not_before,
        detail,
        now,
      }: {
        message_seq: number;
        attempts: number;
        counts: boolean;
        not_before: number;
        detail: string | null;
        now: number;
      }): boolean => {
        if (!held.get(message_seq, attempts)) return false;
        release.run(counts ? attempts : attempts - 1, not_before, message_seq);
        if (detail !== null) messages.addEvent(message_seq, now, 'retrying', detail);
        return true;
      },
    ),

    /** Sets a message aside for a person to look at. */
    'work.bury': write(
      ({
        message_seq,
        attempts,
        reason,
        now,
      }: {
        message_seq: number;
        attempts: number;
        reason: string;
        now: number;
      }): boolean => {
        const row = messages.bySeq(message_seq);
        if (!row || !held.get(message_seq, attempts)) return false;
        setAside(row, attempts, reason, now);
        return true;
      },
    ),

    /** Takes back, untried, what nobody holds: the outcome of a commit that handed it out or ended it was not known. */
    'work.reclaim': write(({ held }: { held: number[] }): number => reclaim.run(JSON.stringify(held)).changes),

    /** After a start: whoever held a lease is gone, since only one process owns the folder. */
    'work.recover': write((): number => releaseAll.run().changes),

    /** When the next message waiting for another attempt is due, ms; null when none waits. */
    'work.nextDue': read((): number | null => nextDue.get()?.at ?? null),
  };
}
