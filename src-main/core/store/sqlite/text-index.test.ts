import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defineRowSums } from './row-sums.ts';
import { migrate } from './schema.ts';
import { mendFromFront, mendTextIndex, plus, remakeTextIndex, textIndexDrift, textIndexIsTrue } from './text-index.ts';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  defineRowSums(db);
  migrate(db, ':memory:');
});
afterEach(() => db.close());

const memories = 12_000;

function fill(): void {
  const memory = db.prepare("INSERT INTO memories(id, kind, content, created_at) VALUES (?, 'note', ?, 1)");
  const entry = db.prepare("INSERT INTO memory_fts(rowid, words, grams) VALUES (?, ?, '')");
  db.transaction(() => {
    for (let at = 0; at < memories; at++)
      entry.run(memory.run(`m${at}`, `kettle number ${at}`).lastInsertRowid, `kettle number ${at}`);
  })();
}

test('a round over many memories takes out what has none and adds what is missing, a little at each step', () => {
  fill();
  db.exec('DELETE FROM memory_fts WHERE rowid % 7 = 0');
  db.exec('UPDATE memories SET forgotten_at = 1 WHERE seq % 1000 = 1');
  db.exec(
    "INSERT INTO memory_fts(rowid, words, grams) VALUES (-5, 'lost', ''), (90000, 'lost', ''), (90001, 'lost', '')",
  );
  const { missing, extra } = textIndexDrift(db);
  expect([missing, extra]).toEqual([Math.floor(memories / 7) - 2, 10 + 3]);

  let changed = 0;
  let steps = 0;
  for (let after: number | null = mendFromFront; after !== null; steps++) {
    const step = mendTextIndex(db, { after, limit: 100, anew: false });
    expect(step.changed).toBeLessThanOrEqual(100 + extra);
    changed += step.changed;
    after = step.next;
  }
  expect(textIndexDrift(db)).toEqual({ missing: 0, extra: 0 });
  expect(changed).toBe(missing + extra);
  expect(steps).toBeLessThan(missing / 100 + 6);
  expect(db.prepare("SELECT count(*) FROM memory_fts WHERE memory_fts MATCH 'kettle'").pluck().get()).toBe(
    memories - 12,
  );
});

test('an index that is whole costs a round a few steps, and one that is made anew is true', () => {
  fill();
  let steps = 0;
  for (let after: number | null = mendFromFront; after !== null; steps++)
    after = mendTextIndex(db, { after, limit: 100, anew: false }).next;
  expect(steps).toBeLessThanOrEqual(3);
  remakeTextIndex(db);
  expect(textIndexDrift(db)).toEqual({ missing: 0, extra: 0 });
  expect(textIndexIsTrue(db)).toBe(true);
  db.exec(
    "DELETE FROM memory_fts WHERE rowid = 3; INSERT INTO memory_fts(rowid, words, grams) VALUES (3, 'other', '')",
  );
  expect(textIndexIsTrue(db)).toBe(false);
});

test('what is added up comes to the same in any order, however much it is', () => {
  const many = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 2, maxLength: 60 });
  const start = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(start, many, (from, parts) => {
      const forward = parts.reduce(plus, plus(0, from));
      const backward = plus(parts.toReversed().reduce(plus, 0), from);
      expect(forward).toBe(backward);
      const exact = (BigInt(from) + parts.reduce((sum, part) => sum + BigInt(part), 0n)) % BigInt(2 ** 48);
      expect(BigInt(forward)).toBe(exact);
    }),
    { numRuns: 500 },
  );
});
