import type Database from 'better-sqlite3';
import { maskAll } from '../../../language/index.ts';
import type { AcceptRow, MessageRow } from '../messages.ts';
import { type Cells, rowRewriter } from '../rewrite-row.ts';
import type { Effects } from '../work.ts';
import type { Sealing } from './sealing.ts';
import { without } from './sensitivity.ts';

const place = (id: string) => ({ table: 'messages', row: id, field: 'text' }) as const;

/** Where they stand in `AcceptRow`. */
const at = { id: 1, conversation: 5, sender: 6, content: 7, metadata: 10 } as const;

/** What of a message is covered from the moment it is stored, and sealed for whoever works it. */
interface Covered {
  content: string;
  metadata: string;
}

export type CoveredMessages = ReturnType<typeof createCoveredMessages>;

/**
 * A message with a secret in it is stored with signs where the secret stood. What it said is sealed beside it until it was
 * worked; then the memory that came from it has it, sealed as well.
 */
export function createCoveredMessages(db: Database.Database, sealing: Sealing) {
  const { sensitivity } = sealing;
  const keep = db.prepare('INSERT INTO message_seals(message_seq, box) VALUES (?, ?)');
  const kept = db.prepare<[number], string>('SELECT box FROM message_seals WHERE message_seq = ?').pluck();
  const drop = db.prepare('DELETE FROM message_seals WHERE message_seq = ?');
  const byId = db.prepare<[string], MessageRow>('SELECT * FROM messages WHERE id = ?');
  const repliesAbout = db
    .prepare<[string, string], string>(
      `SELECT id FROM messages WHERE in_reply_to = ?
       UNION SELECT m.id FROM message_sources s JOIN messages m ON m.seq = s.message_seq
         WHERE s.memory_id = ? AND m.direction = 'out'`,
    )
    .pluck();
  const rewriteMessage = rowRewriter(db, 'messages');
  const setPreview = db.prepare('UPDATE conversations SET last_message = substr(?, 1, 200) WHERE last_seq = ?');
  const quotes = db.prepare<[string], Cells>(
    'SELECT * FROM tasks WHERE source_message_id = ? AND source_quote IS NOT NULL',
  );
  const rewriteTask = rowRewriter(db, 'tasks');

  const opened = (row: MessageRow): Covered | 'locked' | null => {
    const box = kept.get(row.seq);
    if (box === undefined) return null;
    const found = sealing.open(place(row.id), box);
    return 'locked' in found ? 'locked' : (JSON.parse(found.text) as Covered);
  };

  const coverWhole = (id: string): void => {
    const row = byId.get(id);
    if (!row) return;
    const content = maskAll(row.content);
    rewriteMessage({ ...row }, { content });
    setPreview.run(content, row.seq);
  };

  return {
    /**
     * The row to be stored and, where something in it is covered, the box to be kept beside it.
     *
     * @throws AppError MEMORY_LOCKED, before anything is written
     */
    atTheDoor(row: AcceptRow): { row: AcceptRow; box: string | null } {
      const said = { content: row[at.content], sender_id: row[at.sender], conversation_id: row[at.conversation] };
      const content = sensitivity.cover(said);
      const metadata = sensitivity.coverJson(row[at.metadata], coveredIn(said.content, content) ?? []);
      if (content === row[at.content] && metadata === row[at.metadata]) return { row, box: null };
      const open: Covered = { content: row[at.content], metadata: row[at.metadata] };
      const covered = [...row] as { -readonly [K in keyof AcceptRow]: AcceptRow[K] };
      covered[at.content] = content;
      covered[at.metadata] = metadata;
      return { row: covered, box: sealing.seal(place(row[at.id]), JSON.stringify(open)) };
    },

    keep: (seq: number | bigint, box: string) => void keep.run(seq, box),

    /** The message as it was said, for whoever works it; null where it is locked. */
    asSaid(row: MessageRow): MessageRow | null {
      const said = opened(row);
      return said === 'locked' ? null : { ...row, ...said };
    },

    /** Effects in which nothing of a secret is told outside of sealed memories. The box of the message goes. */
    settle(row: MessageRow, effects: Effects): Effects {
      const said = opened(row);
      if (said === null) return effects;
      drop.run(row.seq);
      const cover = said === 'locked' ? maskAll : coverOf(said.content, row.content);
      return {
        ...effects,
        reply: effects.reply && { ...effects.reply, content: cover(effects.reply.content) },
        tasks: effects.tasks.map((task) => ({
          ...task,
          title: cover(task.title),
          assignee: task.assignee && cover(task.assignee),
          labels: task.labels.map(cover),
          source: task.source && { ...task.source, quote: cover(task.source.quote) },
        })),
        memories: effects.memories.map((memory) => ({ ...memory, sensitive: true })),
      };
    },

    /** Covers the whole of what a memory came from, and what quotes it, for a memory that a person marked. */
    coverSource({ id, message_id }: { id: string; message_id: string | null }): void {
      if (message_id !== null) {
        coverWhole(message_id);
        for (const task of quotes.all(message_id))
          rewriteTask(task, { source_quote: maskAll(String(task['source_quote'])) });
      }
      for (const reply of repliesAbout.all(message_id ?? '', id)) coverWhole(reply);
    },
  };

  /** Covers what was covered in the message wherever else it is told, and secrets that only show there. */
  function coverOf(said: string, covered: string): (text: string) => string {
    const secrets = coveredIn(said, covered);
    if (secrets === null) return maskAll;
    return (text) => sensitivity.cover({ content: without(text, secrets), sender_id: null, conversation_id: null });
  }
}

/** The stretches that were covered; null where that is all of it. Units keep their places, so the two lie side by side. */
function coveredIn(said: string, covered: string): string[] | null {
  if (covered === maskAll(said)) return null;
  return [...covered.matchAll(/•+/g)]
    .map(({ 0: signs, index }) => said.slice(index, index + signs.length))
    .filter((stretch) => maskAll(stretch) !== stretch && stretch.trim().length >= 3);
}
