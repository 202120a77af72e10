import type Database from 'better-sqlite3';
import { read, write } from '../op.ts';
import { createBlindIndex } from './blind-index.ts';
import type { CoveredMessages } from './covered-messages.ts';
import { versionOf } from './field-cipher.ts';
import { isSealed, marks, type SealedCells, sealedCells, textsOf } from './memory-cells.ts';
import type { Sealing } from './sealing.ts';

/** Where a round stands: it goes over marked and sealed memories, then over what is sealed of messages. */
export interface TendPlace {
  part: 'memories' | 'messages';
  after: number;
}

export interface Tended {
  /** Where the next step begins; null at the end of the round. */
  next: TendPlace | null;
  /** What this step sealed, sealed anew, or gave its words back. */
  changed: number;
  /** What it could not open. */
  locked: number;
  /** Versions that nothing used any more at the end of the round. */
  retired: number[];
}

interface SealedRow extends SealedCells {
  seq: number;
  id: string;
  message_id: string | null;
}

/**
 * Brings every sensitive memory under the newest key, step by step: marked ones are sealed, those of an older key sealed
 * anew, and words that were lost made again. Each step is whole in itself and what is done is passed over, so that a round
 * may end anywhere and begin from the front. A version retires in the step that sees nothing left of it.
 */
export function tendOps(db: Database.Database, sealing: Sealing, covered: CoveredMessages) {
  const blind = createBlindIndex(db, sealing);
  const memories = db.prepare<[number, number], SealedRow>(
    `SELECT seq, id, message_id, content, metadata, sensitive FROM memories
     WHERE sensitive > 0 AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const boxes = db.prepare<[number, number], { seq: number; id: string; box: string; isDone: number }>(
    `SELECT m.seq, m.id, s.box, NOT EXISTS (SELECT 1 FROM inbox WHERE message_seq = m.seq)
       AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE message_seq = m.seq) AS isDone
     FROM message_seals s JOIN messages m ON m.seq = s.message_seq WHERE m.seq > ? ORDER BY m.seq LIMIT ?`,
  );
  const setCells = db.prepare(
    'UPDATE memories SET content = @content, metadata = @metadata, sensitive = @sensitive WHERE seq = @seq',
  );
  const setBox = db.prepare('UPDATE message_seals SET box = ? WHERE message_seq = ?');
  const dropBox = db.prepare('DELETE FROM message_seals WHERE message_seq = ?');
  const hasWords = db.prepare<[number], number>('SELECT 1 FROM memory_words WHERE memory_seq = ? LIMIT 1').pluck();
  const older = db
    .prepare<[number], number>('SELECT version FROM memory_keys WHERE retired_at IS NULL AND version < ?')
    .pluck();
  const isUsed = db
    .prepare<[{ form: string; quoted: string }], number>(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM memories WHERE ${isSealed}
           AND (content GLOB @form OR metadata GLOB @quoted))
         OR EXISTS (SELECT 1 FROM message_seals WHERE box GLOB @form)`,
    )
    .pluck();
  const retire = db.prepare('UPDATE memory_keys SET retired_at = ? WHERE version = ?');
  const forget = forgetWords(db);
  const timeOf = db.prepare<[string], number>('SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?').pluck();
  const noteTime = db.prepare(timeNoted);

  function tendMemory(row: SealedRow, current: number): 'done' | 'changed' | 'locked' {
    const isCurrent = row.sensitive === marks.sealed && versionOf(row.content) === current;
    if (isCurrent && hasWords.get(row.seq)) return 'done';
    const texts = textsOf(sealing, row.id, row);
    if (texts.locked) return 'locked';
    if (isCurrent) {
      blind.put(row.seq, texts.content);
      return hasWords.get(row.seq) ? 'changed' : 'done';
    }
    const wasOpen = row.sensitive !== marks.sealed;
    setCells.run({ ...sealedCells(sealing, row.id, texts), seq: row.seq });
    blind.put(row.seq, texts.content);
    if (wasOpen) {
      forget.of(row.seq);
      covered.coverSource(row);
    }
    return 'changed';
  }

  function tendBox(
    { seq, id, box, isDone }: { seq: number; id: string; box: string; isDone: number },
    current: number,
  ) {
    if (isDone) {
      dropBox.run(seq);
      return 'changed';
    }
    if (versionOf(box) === current) return 'done';
    const place = { table: 'messages', row: id, field: 'text' } as const;
    const said = sealing.open(place, box);
    if ('locked' in said) return 'locked';
    setBox.run(sealing.seal(place, said.text), seq);
    return 'changed';
  }

  function retireUnused(current: number, now: number): number[] {
    const unused = older.all(current).filter((version) => {
      const form = `${version}.*`;
      return isUsed.get({ form, quoted: `"${form}` }) === undefined;
    });
    for (const version of unused) retire.run(now, version);
    return unused;
  }

  return {
    /** When something that was in the open was covered last, in milliseconds; null for never. */
    'sealing.coveredAt': read((): number | null => timeOf.get('covered_at') ?? null),

    /**
     * Writes the whole file anew where something was covered since that was done last, and cuts the log: what a page lost to
     * its neighbour when it was split stays in it as it was, also with `secure_delete`. It takes as long as a copy of the
     * database does and cannot be a part of a transaction, so it counts as a read.
     */
    'sealing.sweep': read((): boolean => {
      if ((timeOf.get('covered_at') ?? 0) <= (timeOf.get('swept_at') ?? 0)) return false;
      db.exec('VACUUM');
      noteTime.run('swept_at');
      sealing.vault.noteCovered();
      return true;
    }),

    /** One step of a round, of at most `limit` rows. Does nothing while the newest key is not here. */
    'sealing.tend': write(({ at, limit, now }: { at: TendPlace; limit: number; now: number }): Tended => {
      const current = sealing.current();
      const done: Tended = { next: null, changed: 0, locked: 0, retired: [] };
      if (!sealing.vault.keysOf(current)) return done;
      const rows = at.part === 'memories' ? memories.all(at.after, limit) : boxes.all(at.after, limit);
      for (const row of rows) {
        const outcome = 'box' in row ? tendBox(row, current) : tendMemory(row, current);
        if (outcome !== 'done') done[outcome]++;
      }
      if (forget.isDue()) {
        forget.now();
        sealing.vault.noteCovered();
      }
      const last = rows.at(-1)?.seq ?? at.after;
      if (rows.length === limit) return { ...done, next: { part: at.part, after: last } };
      if (at.part === 'memories') return { ...done, next: { part: 'messages', after: 0 } };
      return { ...done, retired: retireUnused(current, now) };
    }),
  };
}

/** Milliseconds, as SQLite has them. */
const timeNoted = `INSERT INTO meta(key, value) VALUES (?, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  ON CONFLICT(key) DO UPDATE SET value = excluded.value`;

/** Takes the words of memories that were in the open out of every index that the database keeps. */
export function forgetWords(db: Database.Database) {
  const remove = db.prepare('DELETE FROM memory_fts WHERE rowid = ?');
  const merge = db.prepare(`INSERT INTO memory_fts (memory_fts) VALUES ('optimize')`);
  const dropImage = db.prepare('DELETE FROM memory_index WHERE after < @seq AND upto >= @seq');
  const note = db.prepare(timeNoted);
  let isDue = false;
  return {
    of(seq: number): void {
      remove.run(seq);
      dropImage.run({ seq });
      isDue = true;
    },
    isDue: () => isDue,
    /** A deletion only marks the entry; merging all segments drops what is marked. Copies from before hold it still. */
    now(): void {
      merge.run();
      note.run('covered_at');
      isDue = false;
    },
  };
}
