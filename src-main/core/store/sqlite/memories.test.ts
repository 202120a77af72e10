import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eraseFromFront } from './erasing/erase-steps.ts';
import type { MemoryRow } from './memories.ts';
import { createOps, type StoreOps } from './ops.ts';
import { defineRowSums } from './row-sums.ts';
import { migrate } from './schema.ts';
import { addKey, sealDeps } from './sealing/test-sealing.ts';

let folder: string;
let file: string;
let db: Database.Database;
let ops: StoreOps;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-memories-'));
  file = join(folder, 'memory.db');
  db = new Database(file);
  db.pragma('journal_mode = WAL');
  defineRowSums(db);
  migrate(db, file);
  const seals = sealDeps();
  addKey(db, seals);
  ops = createOps(db, { waiting: 0 }, seals);
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** Everything about a person, and the words of it in the text index. */
function erase(person: string) {
  const whom = { person, subjects: [person], platform: null };
  const id = 'an erasure';
  ops['erasures.begin'].run({ id, at: 1, platform: null, salt: 's', digest: 'd', person });
  const { counts } = ops['erasures.step'].run({ id, whom, at: eraseFromFront, limit: 1000 });
  ops['erasures.finish'].run({ id, now: 1 });
  return counts;
}

const row = (id: string, content: string, more: Partial<MemoryRow> = {}): MemoryRow => ({
  id,
  external_id: null,
  kind: 'note',
  content,
  created_at: Date.UTC(2024, 0, 1),
  sender_id: null,
  conversation_id: null,
  platform: null,
  subject: null,
  message_id: null,
  metadata: {},
  sensitive: false,
  ...more,
});
const insert = (...rows: MemoryRow[]) => ops['memories.insert'].run({ rows });
const found = (q: string) => ops['memories.list'].run({ limit: 50, q }).items.map(({ id }) => id);
const indexed = () => (db.prepare('SELECT count(*) AS n FROM memory_fts').get() as { n: number }).n;

test('a memory comes back as it was given, with its time in UTC', () => {
  insert(row('a', '发票在抽屉里', { metadata: { page: [1, 2] }, sensitive: true, subject: 'Ann' }));

  expect(ops['memories.get'].run({ id: 'a' })).toEqual({
    ...row('a', '发票在抽屉里', { metadata: { page: [1, 2] }, sensitive: true, subject: 'Ann' }),
    created_at: '2024-01-01T00:00:00.000Z',
    pinned: false,
    never_use: false,
    forgotten_at: null,
    used: 0,
  });
  expect(ops['memories.get'].run({ id: 'b' })).toBeNull();
});

test('importing the same external_id again changes nothing and answers the id it has', () => {
  insert(row('a', 'first', { external_id: 'x1' }));

  expect(insert(row('b', 'second', { external_id: 'x1' }), row('c', 'third'))).toEqual([
    { id: 'a', created: false },
    { id: 'c', created: true },
  ]);
  expect(ops['memories.get'].run({ id: 'a' })?.content).toBe('first');
  expect(ops['memories.count'].run({})).toBe(2);
});

test('the same external_id twice in one import is one memory', () => {
  expect(insert(row('a', 'one', { external_id: 'x' }), row('b', 'two', { external_id: 'x' }))).toEqual([
    { id: 'a', created: true },
    { id: 'a', created: false },
  ]);
});

test('a forgotten message is not learned again when the message is worked again', () => {
  insert(row('a', '密码是 1234', { kind: 'message', message_id: 'm1' }));
  ops['memories.forget'].run({ id: 'a', now: 1 });

  expect(insert(row('b', '密码是 1234', { kind: 'message', message_id: 'm1' }))).toEqual([{ id: 'a', created: false }]);
  expect(found('密码')).toEqual([]);
  expect(ops['memories.count'].run({})).toBe(0);
});

test('a note made from a message stands beside the memory of the message itself', () => {
  insert(row('a', 'buy milk', { kind: 'message', message_id: 'm1' }));

  expect(insert(row('b', 'milk', { message_id: 'm1' }))).toEqual([{ id: 'b', created: true }]);
});

test('forgetting hides a memory everywhere and restoring brings it back', () => {
  insert(row('a', 'the blue umbrella'));

  expect(ops['memories.forget'].run({ id: 'a', now: 1 })).toBe(true);
  expect(ops['memories.forget'].run({ id: 'a', now: 2 })).toBe(false);
  expect([found('umbrella'), ops['memories.get'].run({ id: 'a' }), indexed()]).toEqual([[], null, 0]);

  expect(ops['memories.restore'].run({ id: 'a' })?.id).toBe('a');
  expect(ops['memories.restore'].run({ id: 'a' })?.id).toBe('a');
  expect([found('umbrella'), indexed()]).toEqual([['a'], 1]);
  expect(ops['memories.restore'].run({ id: 'nobody' })).toBeNull();
});

test('a corrected memory is found by its new words only', () => {
  insert(row('a', '周三开会', { subject: 'Ann', metadata: { by: 'me' } }));

  const after = ops['memories.update'].run({ id: 'a', patch: { content: '周四聚餐', subject: null } });

  expect(after).toMatchObject({ content: '周四聚餐', subject: null, metadata: { by: 'me' } });
  expect([found('开会'), found('聚餐')]).toEqual([[], ['a']]);
  expect(ops['memories.update'].run({ id: 'b', patch: { sensitive: true } })).toBeNull();
});

test('pages go from the latest to the first without gap or repetition, also among equal times', () => {
  insert(...Array.from({ length: 7 }, (_, index) => row(`m${index}`, 'note', { created_at: index < 4 ? 1000 : 2000 })));

  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = ops['memories.list'].run({ limit: 3, cursor });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);

  expect(seen).toEqual(['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0']);
});

test('a list is narrowed by words and by time', () => {
  insert(
    row('a', 'Running in the park', { created_at: Date.UTC(2024, 0, 1) }),
    row('b', 'She runs every day', { created_at: Date.UTC(2024, 1, 1) }),
    row('c', 'Tea', { created_at: Date.UTC(2024, 2, 1) }),
  );
  const ids = (from?: string, to?: string, q?: string) =>
    ops['memories.list'].run({ limit: 9, from, to, q }).items.map(({ id }) => id);

  expect(ids(undefined, undefined, 'run')).toEqual(['b', 'a']);
  expect(ids('2024-02-01T00:00:00Z')).toEqual(['c', 'b']);
  expect(ids('2024-01-01T08:00:00+08:00', '2024-01-31T00:00:00Z')).toEqual(['a']);
  expect(ids(undefined, undefined, '?!')).toEqual([]);
});

test('a cursor that no page gave is refused with the remedy', () => {
  expect(() => ops['memories.list'].run({ limit: 1, cursor: "1.1' OR 1" })).toThrow(/start without cursor/);
});

test('erasing a person leaves no word of theirs in the database file', () => {
  const secret = 'zanzibarquartz';
  insert(
    ...Array.from({ length: 200 }, (_, index) => row(`e${index}`, `${secret} ${index} 紫水晶项链`, { subject: 'Ann' })),
    row('keep', '别人的 amethyst', { subject: 'Bob' }),
  );
  ops['memories.forget'].run({ id: 'e0', now: 1 });

  expect(db.transaction(() => erase('Ann'))().memories).toBe(200);
  db.pragma('wal_checkpoint(TRUNCATE)');

  const bytes = readFileSync(file);
  expect(bytes.includes(secret)).toBe(false);
  expect(bytes.includes('紫水晶')).toBe(false);
  expect([found('amethyst'), found(secret)]).toEqual([['keep'], []]);
  expect(erase('Ann').memories).toBe(0);
});

test('marks are kept beside a memory, go with it, and never pass to the one that gets its number', () => {
  insert(row('a', 'first', { subject: 'Ann' }), row('b', 'second'));

  ops['memories.update'].run({ id: 'a', patch: { pinned: true } });
  ops['memories.update'].run({ id: 'a', patch: { never_use: true } });
  expect(ops['memories.get'].run({ id: 'a' })).toMatchObject({ pinned: true, never_use: true, content: 'first' });
  expect(ops['memories.list'].run({ limit: 5, pinned: true }).items.map(({ id }) => id)).toEqual(['a']);
  expect(ops['memories.list'].run({ limit: 5, never_use: false }).items.map(({ id }) => id)).toEqual(['b']);

  ops['memories.update'].run({ id: 'b', patch: { pinned: true } });
  ops['memories.update'].run({ id: 'b', patch: { pinned: false } });
  erase('Ann');
  expect(db.prepare('SELECT count(*) AS n FROM memory_marks').get()).toEqual({ n: 0 });
});
