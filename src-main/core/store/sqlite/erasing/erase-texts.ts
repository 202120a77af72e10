import type Database from 'better-sqlite3';
import type { MessageRow } from '../messages.ts';
import { type Cells, rowRewriter } from '../rewrite-row.ts';
import type { Queue } from '../work.ts';

/** What an erasure took away, or would. */
export interface ErasedCounts {
  memories: number;
  /** Messages whose text went; the row stays, so that the same message sent again is not taken for a new one. */
  messages: number;
  /** Answers that went with them: to those messages, or quoting those memories. */
  replies: number;
  /** Suggested and removed todos that went. */
  todos_removed: number;
  /** Todos that somebody took on: they stay, without the words and the person they came from. */
  todos_unlinked: number;
}

export const nothingErased = (): ErasedCounts => ({
  memories: 0,
  messages: 0,
  replies: 0,
  todos_removed: 0,
  todos_unlinked: 0,
});

export const sumOfErased = (one: ErasedCounts, other: ErasedCounts): ErasedCounts => ({
  memories: one.memories + other.memories,
  messages: one.messages + other.messages,
  replies: one.replies + other.replies,
  todos_removed: one.todos_removed + other.todos_removed,
  todos_unlinked: one.todos_unlinked + other.todos_unlinked,
});

/** In the place of a person, and of the conversation that only they were in. */
export const erasedName = 'erased';

/** What a memory came from. */
export interface MemorySource {
  id: string;
  message_id: string | null;
}

/** Whose message it is. */
interface Author {
  /** Who is being erased; null where that is nobody in particular. */
  person: string | null;
  /** They sent it. */
  isTheirs: boolean;
  /** And nobody else wrote in its conversation. */
  isAlone: boolean;
}

const unknownAuthor: Author = { person: null, isTheirs: false, isAlone: false };

/** A reply of it is being sent: nobody can say yet what becomes of it. */
export class StillSending extends Error {
  override name = 'StillSending';
}

export type EraseTexts = ReturnType<typeof createEraseTexts>;

/** Takes what was said out of messages, answers and todos. One row after the other, within the caller's transaction. */
export function createEraseTexts(db: Database.Database, queue: Queue) {
  const byId = db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE id = ?');
  const repliesTo = db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE in_reply_to = ?');
  const repliesQuoting = db.prepare<[string], MessageRow>(
    `SELECT m.* FROM message_sources s JOIN messages m ON m.seq = s.message_seq
     WHERE s.memory_id = ? AND m.direction = 'out'`,
  );
  const dropSources = db.prepare('DELETE FROM message_sources WHERE memory_id = ?');
  const rewriteMessage = rowRewriter(db, 'messages');
  const setState = db.prepare("UPDATE messages SET state = 'failed' WHERE seq = ?");
  const leave = db.prepare('DELETE FROM inbox WHERE message_seq = ?');
  const unbury = db.prepare('DELETE FROM dead_letters WHERE message_seq = ?');
  const dropSeal = db.prepare('DELETE FROM message_seals WHERE message_seq = ?');
  const countDone = db.prepare("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'messages_done'");
  const deliveries = db.prepare<[string], Cells>('SELECT * FROM outbox WHERE idempotency_key = ?');
  const rewriteDelivery = rowRewriter(db, 'outbox');
  const stopDelivery = db.prepare(
    `UPDATE outbox SET state = 'failed', not_before = 0, last_error = 'erased' WHERE seq = ? AND state = 'pending'`,
  );
  const emptyPreview = db.prepare(
    "UPDATE conversations SET last_message = '' WHERE channel = ? AND conversation_id = ? AND last_seq = ?",
  );
  const shrink = db.prepare(
    'UPDATE conversations SET message_count = message_count - 1 WHERE channel = ? AND conversation_id = ?',
  );
  const dropConversation = db.prepare(
    'DELETE FROM conversations WHERE channel = ? AND conversation_id = ? AND message_count <= 0',
  );
  const todosOf = db.prepare<[string], Cells>('SELECT * FROM tasks WHERE source_message_id = ?');
  const todosFrom = db.prepare<[string], Cells>('SELECT * FROM tasks WHERE source_sender_id = ? COLLATE NOCASE');
  const unassignAll = db.prepare('UPDATE tasks SET assignee = NULL WHERE assignee = ? COLLATE NOCASE');
  const removeTodo = db.prepare('DELETE FROM tasks WHERE seq = ?');
  const unassign = db.prepare('UPDATE tasks SET assignee = NULL WHERE seq = ? AND assignee = ? COLLATE NOCASE');
  const rewriteTodo = rowRewriter(db, 'tasks');

  const isErased = (row: MessageRow): boolean => row.content === '' && row.metadata === emptied.metadata;

  /** @throws StillSending before anything was changed */
  function expectSent(questionId: string): Cells | undefined {
    const delivery = deliveries.get(`reply:${questionId}`);
    if (delivery?.['state'] === 'sending') throw new StillSending();
    return delivery;
  }

  /** Takes it off every list of what is still to be done; it counts as done. */
  function endWork(seq: number): boolean {
    const left = leave.run(seq).changes;
    queue.waiting -= left;
    if (left + unbury.run(seq).changes === 0) return false;
    countDone.run();
    setState.run(seq);
    return left > 0;
  }

  function empty(row: MessageRow, { isTheirs, isAlone }: Author, neverShown: boolean): void {
    rewriteMessage(
      { ...row },
      {
        ...emptied,
        ...(isTheirs ? { sender_id: erasedName } : {}),
        ...(isAlone ? { conversation_id: erasedName } : {}),
      },
    );
    emptyPreview.run(row.channel, row.conversation_id, row.seq);
    if (!isAlone || neverShown) return;
    shrink.run(row.channel, row.conversation_id);
    dropConversation.run(row.channel, row.conversation_id);
  }

  function eraseReply(row: MessageRow, isAlone: boolean): number {
    const wasErased = isErased(row);
    if (wasErased && (!isAlone || row.conversation_id === erasedName)) return 0;
    empty(row, { ...unknownAuthor, isAlone }, false);
    return wasErased ? 0 : 1;
  }

  function eraseTodos(todos: readonly Cells[], person: string | null, counts: ErasedCounts): void {
    for (const todo of todos) {
      const seq = Number(todo['seq']);
      if (todo['status'] === 'suggested' || todo['removed_at'] !== null) {
        removeTodo.run(seq);
        counts.todos_removed++;
        continue;
      }
      rewriteTodo(todo, unlinked);
      if (person !== null) unassign.run(seq, person);
      counts.todos_unlinked++;
    }
  }

  /**
   * Empties a message, the answer to it and what todos quote of it. Where it is theirs it loses its sender, too, and where
   * nobody else wrote in its conversation that as well.
   *
   * @throws StillSending while an answer to it is on its way
   */
  function eraseMessage(row: MessageRow, counts: ErasedCounts, author: Author = unknownAuthor): void {
    const { person, isTheirs, isAlone } = author;
    if (row.direction === 'out') {
      counts.replies += eraseReply(row, isAlone);
      return;
    }
    const delivery = expectSent(row.id);
    const wasWaiting = endWork(row.seq);
    dropSeal.run(row.seq);
    if (delivery) endDelivery(delivery, author);
    for (const reply of repliesTo.all(row.id)) counts.replies += eraseReply(reply, isAlone);
    eraseTodos(todosOf.all(row.id), person, counts);
    const wasErased = isErased(row);
    if (!wasErased) counts.messages++;
    if (!wasErased || (isTheirs && row.sender_id !== erasedName)) empty(row, author, wasWaiting);
  }

  function endDelivery(delivery: Cells, { isTheirs, isAlone }: Author): void {
    if (delivery['state'] === 'pending') {
      stopDelivery.run(delivery['seq']);
      setState.run(delivery['message_seq']);
    }
    if (!isTheirs) return;
    rewriteDelivery(delivery, {
      recipient_id: erasedName,
      ...(isAlone ? { conversation_id: erasedName } : {}),
    });
  }

  return {
    eraseMessage,
    /** What a memory came from, and the answers that quote it. @throws StillSending */
    eraseAround({ id, message_id }: MemorySource, counts: ErasedCounts, person: string | null = null): void {
      const source = message_id === null ? undefined : byId.get(message_id);
      if (source) eraseMessage(source, counts, { ...unknownAuthor, person });
      for (const reply of repliesQuoting.all(id)) {
        if (reply.in_reply_to !== null) expectSent(reply.in_reply_to);
        counts.replies += eraseReply(reply, false);
      }
      dropSources.run(id);
    },
    /** Todos that name a person although no message of theirs is left. */
    eraseTodosOf(person: string, counts: ErasedCounts): void {
      eraseTodos(todosFrom.all(person), person, counts);
      counts.todos_unlinked += unassignAll.run(person).changes;
    },
  };
}

/** JSON texts, as the columns have them. */
const emptied = { content: '', attachments: '[]', metadata: '{"erased":true}' } as const;

const unlinked = {
  why: '[]',
  source_message_id: null,
  source_start: null,
  source_end: null,
  source_quote: null,
  source_sender_id: null,
  source_conversation: null,
  source_at: null,
} as const;
