import type Database from 'better-sqlite3';
import type {
  Attachment,
  Conversation,
  DeadLetter,
  Message,
  MessageState,
  TimelineEntry,
} from '../../../../src-shared/schema/message.ts';
import { isoTime } from '../../foundation/clock.ts';
import { read, write } from './op.ts';
import { changingSum, fixedSum, rowSum } from './row-sums.ts';
import type { CoveredMessages } from './sealing/covered-messages.ts';
import type { Queue } from './work.ts';

/** A message to be stored for the first time. `received_at` in ms. */
export interface NewMessage {
  id: string;
  platform: string;
  channel: string;
  external_id: string;
  conversation_id: string;
  sender_id: string;
  content: string;
  timestamp: number;
  /** JSON texts, so that the hot path crosses the thread as plain strings. */
  attachments: string;
  metadata: string;
  received_at: number;
}

/** A new message and the time it is stored, as a plain list: the hot path crosses the thread at half the cost of an object. */
export type AcceptRow = readonly [
  now: number,
  id: string,
  platform: string,
  channel: string,
  external_id: string,
  conversation_id: string,
  sender_id: string,
  content: string,
  timestamp: number,
  attachments: string,
  metadata: string,
  received_at: number,
];

export const acceptRow = (message: NewMessage, now: number): AcceptRow => [
  now,
  message.id,
  message.platform,
  message.channel,
  message.external_id,
  message.conversation_id,
  message.sender_id,
  message.content,
  message.timestamp,
  message.attachments,
  message.metadata,
  message.received_at,
];

export interface MessageRow {
  seq: number;
  id: string;
  platform: string;
  channel: string;
  external_id: string;
  conversation_id: string;
  sender_id: string;
  content: string;
  timestamp: number;
  attachments: string;
  metadata: string;
  direction: 'in' | 'out';
  in_reply_to: string | null;
  state: MessageState;
  received_at: number;
  stored_at: number;
}

export type PageOf<T> = { items: T[]; next_cursor: string | null };

/** The conversation's own id. Channel names never hold a colon, so the first one parts the two. */
export const conversationKey = (channel: string, conversationId: string): string => `${channel}:${conversationId}`;

const previewLength = 200;

export function messageStatements(db: Database.Database, queue: Queue, covered: CoveredMessages) {
  const insert = db.prepare(`
    INSERT INTO messages(id, platform, channel, external_id, conversation_id, sender_id, content, timestamp,
                         attachments, metadata, direction, in_reply_to, received_at, stored_at, state, sum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (platform, channel, external_id) DO NOTHING`);
  const insertIncoming = db.prepare(`
    INSERT INTO messages(id, platform, channel, external_id, conversation_id, sender_id, content, timestamp,
                         attachments, metadata, direction, in_reply_to, state, received_at, stored_at, sum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'in', NULL, 'stored', ?, ?, ?)
    ON CONFLICT (platform, channel, external_id) DO NOTHING`);
  const findByKey = db.prepare<[string, string, string], { id: string }>(
    'SELECT id FROM messages WHERE platform = ? AND channel = ? AND external_id = ?',
  );
  const enqueue = db.prepare('INSERT INTO inbox(message_seq) VALUES (?)');
  const bySeq = db.prepare<[number], MessageRow>('SELECT * FROM messages WHERE seq = ?');
  const byId = db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE id = ?');
  const replyTo = db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE in_reply_to = ?');
  const events = db.prepare<[number], { at: number; state: TimelineEntry['state']; detail: string | null }>(
    'SELECT at, state, detail FROM message_events WHERE message_seq = ? ORDER BY seq',
  );
  const addEvent = db.prepare('INSERT INTO message_events(message_seq, at, state, detail, sum) VALUES (?, ?, ?, ?, ?)');
  const setState = db.prepare('UPDATE messages SET state = ? WHERE seq = ?');
  const taskIds = db.prepare<[string], { id: string }>(
    'SELECT id FROM tasks WHERE source_message_id = ? AND removed_at IS NULL ORDER BY source_start',
  );
  const sourceIds = db.prepare<[number], { memory_id: string }>(
    'SELECT memory_id FROM message_sources WHERE message_seq = ?',
  );
  const touchConversation = db.prepare(`
    INSERT INTO conversations(channel, conversation_id, platform, message_count, last_message, last_seq, last_at)
    VALUES (?, ?, ?, 1, ?, ?, ?)
    ON CONFLICT (channel, conversation_id) DO UPDATE SET
      message_count = message_count + 1, last_message = excluded.last_message,
      last_seq = max(last_seq, excluded.last_seq), last_at = max(last_at, excluded.last_at)`);

  return {
    covered,
    bySeq: (seq: number) => bySeq.get(seq),
    byId: (id: string) => byId.get(id),
    replyTo: (id: string) => replyTo.get(id),
    setState: (seq: number, state: MessageState) => setState.run(state, seq),
    addEvent: (seq: number, at: number, state: TimelineEntry['state'], detail: string | null = null) =>
      addEvent.run(seq, at, state, detail, rowSum('message_events', [seq, at, state, detail])),

    /** Stores what came in and queues it. A key that is there already changes nothing: answers that message's id, else null. */
    accept(given: AcceptRow): string | null {
      const { row, box } = covered.atTheDoor(given);
      const [now, id, platform, channel, externalId, ...rest] = row;
      const [conversationId, senderId, content, timestamp, attachments, metadata, receivedAt] = rest;
      const done = insertIncoming.run(
        id,
        platform,
        channel,
        externalId,
        conversationId,
        senderId,
        content,
        timestamp,
        attachments,
        metadata,
        receivedAt,
        now,
        incomingSum(row),
      );
      if (done.changes === 0) {
        const known = findByKey.get(platform, channel, externalId);
        if (!known) throw new Error('a unique key refused a message that is not there');
        return known.id;
      }
      if (box !== null) covered.keep(done.lastInsertRowid, box);
      enqueue.run(done.lastInsertRowid);
      queue.waiting++;
      return null;
    },

    /** Stores a message of ours; answers its row. */
    insertReply(reply: NewMessage & { in_reply_to: string; state: MessageState }, now: number): MessageRow {
      const fixed = [
        reply.id,
        reply.platform,
        reply.channel,
        reply.external_id,
        reply.conversation_id,
        reply.sender_id,
        reply.content,
        reply.timestamp,
        reply.attachments,
        reply.metadata,
        'out',
        reply.in_reply_to,
        reply.received_at,
        now,
      ];
      const done = insert.run(...fixed, reply.state, rowSum('messages', fixed, [reply.state]));
      const row = bySeq.get(Number(done.lastInsertRowid));
      if (done.changes !== 1 || !row) throw new Error('a reply with this key is there already');
      return row;
    },

    touchConversation(row: MessageRow): void {
      touchConversation.run(
        row.channel,
        row.conversation_id,
        row.platform,
        row.content.slice(0, previewLength),
        row.seq,
        row.stored_at,
      );
    },

    /** The row as the outside sees it, with its time line. */
    describe(row: MessageRow): Message {
      return {
        id: row.id,
        platform: row.platform,
        sender_id: row.sender_id,
        content: row.content,
        timestamp: row.timestamp,
        attachments: JSON.parse(row.attachments) as Attachment[],
        external_id: row.external_id,
        conversation_id: row.conversation_id,
        channel: row.channel,
        metadata: JSON.parse(row.metadata) as Message['metadata'],
        direction: row.direction,
        in_reply_to: row.in_reply_to,
        state: row.state,
        received_at: isoTime(row.received_at),
        timeline: [
          ...(row.direction === 'in' ? [{ state: 'received' as const, at: isoTime(row.received_at) }] : []),
          { state: 'stored' as const, at: isoTime(row.stored_at) },
          ...events
            .all(row.seq)
            .map(({ at, state, detail }) => ({ state, at: isoTime(at), ...(detail === null ? {} : { detail }) })),
        ],
        task_ids: taskIds.all(row.id).map(({ id }) => id),
        memory_ids: sourceIds.all(row.seq).map(({ memory_id }) => memory_id),
      };
    },
  };
}

/** What a message begins with in the column that changes. */
const storedSum = changingSum(['stored']);

/** In the order in which `firstSummedTables` has the columns. */
const incomingSum = (row: AcceptRow): number =>
  fixedSum('messages', [
    row[1],
    row[2],
    row[3],
    row[4],
    row[5],
    row[6],
    row[7],
    row[8],
    row[9],
    row[10],
    'in',
    null,
    row[11],
    row[0],
  ]) + storedSum;

export type MessageStatements = ReturnType<typeof messageStatements>;

export function messageOps(db: Database.Database, messages: MessageStatements, queue: Queue) {
  const page = db.prepare<[string, string, number, number], MessageRow>(
    'SELECT * FROM messages WHERE channel = ? AND conversation_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?',
  );
  const conversations = db.prepare<
    [number, number],
    Omit<Conversation, 'id' | 'last_at'> & { last_seq: number; last_at: number }
  >(
    `SELECT channel, platform, conversation_id, message_count, last_message, last_seq, last_at
     FROM conversations WHERE last_seq < ? ORDER BY last_seq DESC LIMIT ?`,
  );
  const conversationExists = db.prepare<[string, string], { found: 1 }>(
    'SELECT 1 AS found FROM messages WHERE channel = ? AND conversation_id = ? LIMIT 1',
  );
  const channelsOf = db.prepare<[string], { channel: string }>(
    'SELECT channel FROM conversations WHERE conversation_id = ? LIMIT 2',
  );
  const deadPage = db.prepare<
    [number, number],
    {
      seq: number;
      id: string;
      channel: string;
      conversation_id: string;
      sender_id: string;
      content: string;
      attempts: number;
      reason: string;
      dead_at: number;
    }
  >(
    `SELECT m.seq, m.id, m.channel, m.conversation_id, m.sender_id, m.content, d.attempts, d.reason, d.dead_at
     FROM dead_letters d JOIN messages m ON m.seq = d.message_seq WHERE d.message_seq < ? ORDER BY d.message_seq DESC LIMIT ?`,
  );
  const bury = db.prepare('DELETE FROM dead_letters WHERE message_seq = ?');
  const requeue = db.prepare('INSERT INTO inbox(message_seq) VALUES (?)');

  /** A full id is `channel:conversation_id`; a bare conversation_id will do while only one channel has it. */
  function resolve(id: string): { channel: string; conversation_id: string } | null {
    const colon = id.indexOf(':');
    const full = { channel: id.slice(0, colon), conversation_id: id.slice(colon + 1) };
    if (colon > 0 && conversationExists.get(full.channel, full.conversation_id)) return full;
    const [only, another] = channelsOf.all(id);
    return only && !another ? { channel: only.channel, conversation_id: id } : null;
  }

  return {
    'messages.accept': write((row: AcceptRow) => messages.accept(row)),

    'messages.get': read(({ id }: { id: string }): Message | null => {
      const row = messages.byId(id);
      return row ? messages.describe(row) : null;
    }),

    'messages.replyTo': read(({ id }: { id: string }): Message | null => {
      const row = messages.replyTo(id);
      return row ? messages.describe(row) : null;
    }),

    'messages.ofConversation': read(
      ({ id, cursor, limit }: { id: string; cursor: number; limit: number }): PageOf<Message> | null => {
        const found = resolve(id);
        if (!found) return null;
        const rows = page.all(found.channel, found.conversation_id, cursor, limit + 1);
        return pageOf(rows, limit, (row) => messages.describe(row));
      },
    ),

    /** The full id of a conversation that is named in full or by its own part; null where there is none, or more than one. */
    'conversations.resolve': read(({ id }: { id: string }): string | null => {
      const found = resolve(id);
      return found && conversationKey(found.channel, found.conversation_id);
    }),

    'conversations.list': read(({ cursor, limit }: { cursor: number; limit: number }): PageOf<Conversation> => {
      const rows = conversations.all(cursor, limit + 1);
      return pageOf(
        rows.map((row) => ({ ...row, seq: row.last_seq })),
        limit,
        ({ seq: _seq, last_seq: _last, ...row }) => ({
          ...row,
          id: conversationKey(row.channel, row.conversation_id),
          last_at: isoTime(row.last_at),
        }),
      );
    }),

    'deadLetters.list': read(
      ({ cursor, limit }: { cursor: number; limit: number }): PageOf<DeadLetter> =>
        pageOf(deadPage.all(cursor, limit + 1), limit, (row) => ({
          message_id: row.id,
          conversation: conversationKey(row.channel, row.conversation_id),
          sender_id: row.sender_id,
          content: row.content.slice(0, previewLength),
          attempts: row.attempts,
          reason: row.reason,
          dead_at: isoTime(row.dead_at),
        })),
    ),

    'deadLetters.retry': write(({ id, now }: { id: string; now: number }): Message | null => {
      const row = messages.byId(id);
      if (!row || bury.run(row.seq).changes === 0) return null;
      requeue.run(row.seq);
      queue.waiting++;
      messages.setState(row.seq, 'stored');
      messages.addEvent(row.seq, now, 'retrying', 'by hand');
      return messages.describe({ ...row, state: 'stored' });
    }),
  };
}

/** Rows were fetched one beyond `limit`; the extra one tells whether there is a next page. */
export function pageOf<R extends { seq: number }, T>(rows: R[], limit: number, describe: (row: R) => T): PageOf<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(describe), next_cursor: rows.length > limit && last ? String(last.seq) : null };
}
