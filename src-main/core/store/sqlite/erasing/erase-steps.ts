import type Database from 'better-sqlite3';
import type { MessageRow } from '../messages.ts';
import { read, write } from '../op.ts';
import type { Queue } from '../work.ts';
import {
  createEraseTexts,
  type ErasedCounts,
  type MemorySource,
  nothingErased,
  StillSending,
  sumOfErased,
} from './erase-texts.ts';

/** Whom to erase. On one platform only where it is named. */
export interface WhomToErase {
  person: string;
  /** How `person` is written where memories are about them. */
  subjects: readonly string[];
  platform: string | null;
}

export interface ErasePlace {
  part: 'memories' | 'messages' | 'todos';
  /** The number of the last message looked at. */
  after: number;
}

export interface ErasedStep {
  counts: ErasedCounts;
  /** Where the next step begins; null at the end. */
  next: ErasePlace | null;
  /** An answer is being sent: the next step, from the same place, should wait a moment. */
  isWaiting: boolean;
}

export const eraseFromFront: ErasePlace = { part: 'memories', after: 0 };

type MemoryPlace = MemorySource & { seq: number };

/** A step looks at so many messages for each that it may empty: nothing tells quickly which are of one sender. */
const lookedAtForEach = 20;

const ofPerson = `(sender_id = @person OR subject IN (SELECT value FROM json_each(@subjects)))
  AND (@platform IS NULL OR platform = @platform)`;
const saidBy = `direction = 'in' AND sender_id = @person COLLATE NOCASE AND (@platform IS NULL OR platform = @platform)`;

export function eraseOps(db: Database.Database, queue: Queue) {
  const texts = createEraseTexts(db, queue);
  const countsOf = db.prepare<[string], string>('SELECT counts FROM erasures WHERE id = ?').pluck();
  const setCounts = db.prepare('UPDATE erasures SET counts = ? WHERE id = ?');
  const memoriesOf = db.prepare<[object], MemoryPlace>(
    `SELECT seq, id, message_id FROM memories WHERE ${ofPerson} ORDER BY seq LIMIT @limit`,
  );
  const memoryById = db.prepare<[string], MemoryPlace>('SELECT seq, id, message_id FROM memories WHERE id = ?');
  const knownAmong = db
    .prepare<[string], string>('SELECT id FROM memories WHERE id IN (SELECT value FROM json_each(?))')
    .pluck();
  const countMemories = db.prepare<[object], number>(`SELECT count(*) FROM memories WHERE ${ofPerson}`).pluck();
  const messagesOf = db.prepare<[object], MessageRow>(
    `SELECT * FROM messages WHERE seq > @after AND seq <= @upto AND ${saidBy} ORDER BY seq LIMIT @limit`,
  );
  const countMessages = db
    .prepare<[object], number>(
      `SELECT count(*) FROM messages WHERE seq > @after AND seq <= @upto AND ${saidBy} AND content <> ''`,
    )
    .pluck();
  const countTodos = db
    .prepare<[object], number>(
      `SELECT count(*) FROM tasks WHERE source_sender_id = @person COLLATE NOCASE OR assignee = @person COLLATE NOCASE`,
    )
    .pluck();
  const lastMessage = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM messages').pluck();
  const others = db
    .prepare<[object], number>(
      `SELECT 1 FROM messages WHERE channel = @channel AND conversation_id = @conversation_id AND direction = 'in'
       AND sender_id <> @person COLLATE NOCASE LIMIT 1`,
    )
    .pluck();
  const deleteMemory = db.prepare<[number]>('DELETE FROM memories WHERE seq = ?');
  const deleteIndex = db.prepare<[number]>('DELETE FROM memory_fts WHERE rowid = ?');
  const expired = db.prepare<[object], MemoryPlace>(
    `SELECT seq, id, message_id FROM memories m
     WHERE created_at < @before AND (@kind IS NULL OR kind = @kind) AND (@platform IS NULL OR platform = @platform)
       AND NOT EXISTS (SELECT 1 FROM memory_marks k WHERE k.memory_seq = m.seq AND k.pinned = 1)
     ORDER BY created_at LIMIT @limit`,
  );
  const lookedAt = db
    .prepare<[], number>("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'retention_looked_at'")
    .pluck();
  const noteLooked = db.prepare(
    `INSERT INTO meta(key, value) VALUES ('retention_looked_at', CAST(? AS INTEGER))
     ON CONFLICT(key) DO UPDATE SET value = excluded.value`,
  );
  const longForgotten = db.prepare<[number, number], MemoryPlace>(
    `SELECT seq, id, message_id FROM memories WHERE forgotten_at IS NOT NULL AND forgotten_at < ?
     ORDER BY created_at LIMIT ?`,
  );

  const bound = ({ person, subjects, platform }: WhomToErase) => ({
    person,
    subjects: JSON.stringify(subjects),
    platform,
  });

  /** The row and its words in the text index; triggers take vectors, facts, marks and parts of the index along. */
  function deleteRow({ seq }: MemoryPlace, counts: ErasedCounts): void {
    deleteMemory.run(seq);
    deleteIndex.run(seq);
    counts.memories++;
  }

  function eraseMemory(memory: MemoryPlace, counts: ErasedCounts, person: string | null = null): void {
    texts.eraseAround(memory, counts, person);
    deleteRow(memory, counts);
  }

  /** False where something is being sent. */
  function unlessSending(erase: () => void): boolean {
    try {
      erase();
      return true;
    } catch (error) {
      if (error instanceof StillSending) return false;
      throw error;
    }
  }

  function stepOverMemories(whom: WhomToErase, limit: number): ErasedStep {
    const counts = nothingErased();
    const rows = memoriesOf.all({ ...bound(whom), limit });
    const isWaiting = !rows.every((row) => unlessSending(() => eraseMemory(row, counts, whom.person)));
    const next: ErasePlace = isWaiting || rows.length === limit ? eraseFromFront : { part: 'messages', after: 0 };
    return { counts, next, isWaiting };
  }

  function stepOverMessages(whom: WhomToErase, after: number, limit: number): ErasedStep {
    const counts = nothingErased();
    const end = lastMessage.get() ?? 0;
    const upto = Math.min(after + limit * lookedAtForEach, end);
    const rows = messagesOf.all({ ...bound(whom), after, upto, limit });
    const alone = new Map<string, boolean>();
    const isAlone = ({ channel, conversation_id }: MessageRow): boolean => {
      const key = `${channel}:${conversation_id}`;
      let found = alone.get(key);
      if (found === undefined) {
        found = others.get({ channel, conversation_id, person: whom.person }) === undefined;
        alone.set(key, found);
      }
      return found;
    };
    for (const row of rows) {
      const author = { person: whom.person, isTheirs: true, isAlone: isAlone(row) };
      if (unlessSending(() => texts.eraseMessage(row, counts, author))) continue;
      return { counts, next: { part: 'messages', after: row.seq - 1 }, isWaiting: true };
    }
    const reached = rows.length === limit ? (rows.at(-1)?.seq ?? upto) : upto;
    const next: ErasePlace = reached >= end ? { part: 'todos', after: 0 } : { part: 'messages', after: reached };
    return { counts, next, isWaiting: false };
  }

  function stepOver(whom: WhomToErase, at: ErasePlace, limit: number): ErasedStep {
    if (at.part === 'memories') return stepOverMemories(whom, limit);
    if (at.part === 'messages') return stepOverMessages(whom, at.after, limit);
    const counts = nothingErased();
    texts.eraseTodosOf(whom.person, counts);
    return { counts, next: null, isWaiting: false };
  }

  function eraseAll(rows: readonly MemoryPlace[], erase: typeof eraseMemory): ErasedCounts {
    const counts = nothingErased();
    // What is just being sent goes next time.
    for (const row of rows) unlessSending(() => erase(row, counts));
    return counts;
  }

  return {
    /**
     * One step of erasing a person, of at most `limit` rows; what it took is added to the erasure `id` in the same commit.
     * Whoever is erased twice loses nothing twice.
     */
    'erasures.step': write(
      ({ id, whom, at, limit }: { id: string; whom: WhomToErase; at: ErasePlace; limit: number }): ErasedStep => {
        const step = stepOver(whom, at, limit);
        const counted = countsOf.get(id);
        if (counted !== undefined)
          setCounts.run(JSON.stringify(sumOfErased(JSON.parse(counted) as ErasedCounts, step.counts)), id);
        return step;
      },
    ),
    /** One step of counting what that would take; todos of both kinds are counted as `todos_unlinked`. */
    'erasures.look': read(({ whom, at, limit }: { whom: WhomToErase; at: ErasePlace; limit: number }): ErasedStep => {
      const counts = nothingErased();
      if (at.part === 'memories') {
        counts.memories = countMemories.get(bound(whom)) ?? 0;
        return { counts, next: { part: 'messages', after: 0 }, isWaiting: false };
      }
      if (at.part === 'messages') {
        const end = lastMessage.get() ?? 0;
        const upto = Math.min(at.after + limit * lookedAtForEach, end);
        counts.messages = countMessages.get({ ...bound(whom), after: at.after, upto }) ?? 0;
        return {
          counts,
          next: upto >= end ? { part: 'todos', after: 0 } : { part: 'messages', after: upto },
          isWaiting: false,
        };
      }
      counts.todos_unlinked = countTodos.get({ person: whom.person }) ?? 0;
      return { counts, next: null, isWaiting: false };
    }),
    /** Erases one memory with what it came from and the answers that quote it; null where it is not there. */
    'memories.erase': write(({ id }: { id: string }): ErasedCounts | null => {
      const row = memoryById.get(id);
      return row ? eraseAll([row], eraseMemory) : null;
    }),
    /** Which of these memories are here. */
    'memories.knownAmong': read(({ ids }: { ids: readonly string[] }): string[] => knownAmong.all(JSON.stringify(ids))),
    /** Erases some of the memories that are older than a moment, with what they came from; pinned ones stay. */
    'memories.expire': write(
      (rule: { before: number; kind: string | null; platform: string | null; limit: number }): ErasedCounts =>
        eraseAll(expired.all(rule), eraseMemory),
    ),
    /** When things were looked at that are too old, before this time, in milliseconds; null for never. */
    'retention.begin': write(({ now }: { now: number }): number | null => {
      const before = lookedAt.get() ?? null;
      noteLooked.run(now);
      return before;
    }),
    /** Erases some of the memories that were forgotten before a moment. */
    'memories.eraseForgotten': write(
      ({ before, limit }: { before: number; limit: number }): number =>
        eraseAll(longForgotten.all(before, limit), deleteRow).memories,
    ),
  };
}
