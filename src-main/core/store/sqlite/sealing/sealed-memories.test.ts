import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkThoroughly, isIndexSound, isSound } from '../check.ts';
import { eraseFromFront } from '../erasing/erase-steps.ts';
import type { MemoryRow } from '../memories.ts';
import { openDatabase } from '../open.ts';
import { createOps, type StoreOps } from '../ops.ts';
import { migrate } from '../schema.ts';
import type { SealDeps } from './sealing.ts';
import type { TendPlace } from './tend.ts';
import { addKey, newRoot, sealDeps } from './test-sealing.ts';

let folder: string;
let file: string;
let db: Database.Database;
let deps: SealDeps;
let ops: StoreOps;
const root = newRoot();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-sealed-'));
  file = join(folder, 'memory.db');
  open();
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** The database as a process finds it that brings this key; none for null. */
function open(with_: Uint8Array | null = root, rules: Parameters<typeof sealDeps>[0] = {}): void {
  if (db?.open) db.close();
  db = openDatabase(file, 'full');
  migrate(db, file);
  deps = sealDeps(rules);
  ops = createOps(db, { waiting: 0 }, deps);
  if (ops['memoryKeys.list'].run(null).length === 0) addKey(db, deps, root);
  else ops['memoryKeys.unlock'].run({ roots: with_ ? [{ version: 1, by: 'stored', root: with_ }] : [] });
}

const row = (id: string, content: string, more: Partial<MemoryRow> = {}): MemoryRow => ({
  id,
  external_id: null,
  kind: 'note',
  content,
  created_at: Date.UTC(2026, 0, 1),
  sender_id: 'ana',
  conversation_id: 'chat:room',
  platform: null,
  subject: null,
  message_id: null,
  metadata: {},
  sensitive: false,
  ...more,
});
const insert = (...rows: MemoryRow[]) => ops['memories.insert'].run({ rows });
const get = (id: string) => ops['memories.get'].run({ id });
const found = (query: string) => ops['memories.findSealed'].run({ query, limit: 10 }).map(({ id }) => id);
const listed = (q?: string) => ops['memories.list'].run({ limit: 50, q }).items.map(({ id }) => id);

/** Every file of the folder as it lies on the disk now, for words that must be in none. */
function leaked(...words: string[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name));
    return words.filter((word) => bytes.includes(word)).map((word) => `${word} in ${name}`);
  });
}
const words = ['zebracorn', '斑马角兽', 'Zebracorn'];
const text = 'the Zebracorn sleeps behind the third door, 斑马角兽';

/** A whole round, a few rows at a time; answers what it did. */
function tend(limit = 3, now = 5) {
  const total = { changed: 0, locked: 0, retired: [] as number[], steps: 0 };
  for (let at: TendPlace | null = { part: 'memories', after: 0 }; at; ) {
    const step = db.transaction((from: TendPlace) => ops['sealing.tend'].run({ at: from, limit, now })).immediate(at);
    total.changed += step.changed;
    total.locked += step.locked;
    total.retired.push(...step.retired);
    total.steps++;
    at = step.next;
  }
  deps.vault.cutLog(() => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    return true;
  });
  return total;
}

describe('a sensitive memory', () => {
  test('is whole for whoever has the key and nowhere to be read without it', () => {
    const metadata = { page: 'zebracorn 7' };
    insert(row('m1', text, { sensitive: true, metadata }), row('m2', 'the door is green'));
    expect(get('m1')).toMatchObject({ content: text, metadata, sensitive: true });
    expect(get('m1')).not.toHaveProperty('locked');
    expect(listed()).toEqual(['m2', 'm1']);
    expect(leaked(...words)).toEqual([]);
    const findings = checkThoroughly(db);
    expect([isSound(findings), isIndexSound(findings)]).toEqual([true, true]);
    // The same bytes in the open are seen by the same look.
    insert(row('m3', 'zebracorn'));
    expect(leaked(...words).length).toBeGreaterThan(0);
  });

  test('is found by exact words, by all of a filter, and by no pieces of words', () => {
    insert(
      row('m1', text, { sensitive: true }),
      row('m2', '保险柜密码是 qwer1234', { sender_id: 'ben' }),
      row('m3', 'third door'),
    );
    expect(found('zebracorn')).toEqual(['m1']);
    expect(found('Where is the ZEBRACORN door?')).toEqual(['m1']);
    expect(found('保险柜的密码')).toEqual(['m2']);
    expect(found('qwer1234')).toEqual(['m2']);
    for (const other of ['zebra', 'zebracorns', '险柜的', '柜密']) expect(found(other)).toEqual([]);
    expect(listed('third door')).toEqual(['m3', 'm1']);
    expect(listed('third window')).toEqual([]);
    const query = { query: 'zebracorn 保险柜', limit: 10 };
    expect(ops['memories.findSealed'].run({ ...query, filter: { sender_id: 'ben' } }).map(({ id }) => id)).toEqual([
      'm2',
    ]);
    expect(ops['memories.findSealed'].run({ ...query, from: '2027-01-01T00:00:00Z' })).toEqual([]);
  });

  test('is one by detection, by rule and by the person, and what is none stays in the open', () => {
    open(root, { words: ['Project Heron'], senders: ['Doctor'], conversations: ['room9'] });
    insert(
      row('card', 'card 4111 1111 1111 1111'),
      row('word', 'notes on PROJECT HERON'),
      row('sender', 'come at nine', { sender_id: 'doctor' }),
      row('where', 'hello there', { conversation_id: 'webhook:room9' }),
      row('none', 'hello there too'),
    );
    const states = db.prepare('SELECT id, sensitive FROM memories ORDER BY seq').raw().all();
    expect(states).toEqual([
      ['card', 2],
      ['word', 2],
      ['sender', 2],
      ['where', 2],
      ['none', 0],
    ]);
  });

  test('can be corrected, opened for good and sealed again, and each index follows', () => {
    insert(row('m1', text, { sensitive: true }));
    ops['memories.update'].run({ id: 'm1', patch: { content: 'the Unihorse sleeps' } });
    expect([found('zebracorn'), found('unihorse')]).toEqual([[], ['m1']]);
    expect(ops['memories.update'].run({ id: 'm1', patch: { sensitive: false } })).toMatchObject({ sensitive: false });
    expect([found('unihorse'), listed('unihorse')]).toEqual([[], ['m1']]);
    db.transaction(() => ops['memories.update'].run({ id: 'm1', patch: { sensitive: true } }))();
    expect([found('unihorse'), listed('unihorse')]).toEqual([['m1'], ['m1']]);
    deps.vault.cutLog(() => Boolean(db.pragma('wal_checkpoint(TRUNCATE)')));
    expect(leaked('nihorse')).toEqual([]);
    ops['memories.update'].run({ id: 'm1', patch: { sensitive: false, content: 'my password is hunter2' } });
    expect(get('m1')?.sensitive).toBe(false);
    ops['memories.update'].run({ id: 'm1', patch: { content: 'my password is hunter3' } });
    expect(get('m1')?.sensitive).toBe(true);
    expect(isIndexSound(checkThoroughly(db))).toBe(true);
  });

  test('is forgotten, brought back and erased like any other, and its words go with it', () => {
    insert(row('m1', text, { sensitive: true, subject: 'Ann' }));
    ops['memories.forget'].run({ id: 'm1', now: 9 });
    expect([get('m1'), found('zebracorn')]).toEqual([null, []]);
    expect(ops['memories.restore'].run({ id: 'm1' })).toMatchObject({ content: text });
    expect(found('zebracorn')).toEqual(['m1']);
    const whom = { person: 'Ann', subjects: ['Ann'], platform: null };
    ops['erasures.step'].run({ id: '', whom, at: eraseFromFront, limit: 9 });
    expect(db.prepare('SELECT count(*) FROM memory_words').pluck().get()).toBe(0);
  });
});

describe('without the right key', () => {
  beforeEach(() => insert(row('m1', text, { sensitive: true, subject: 'Ann' }), row('m2', 'in the open')));

  test.each([
    ['no_key', null],
    ['wrong_key', newRoot()],
  ])('a memory is listed as locked (%s), is not changed, and comes back with the key', (why, given) => {
    open(given);
    expect(get('m1')).toMatchObject({
      id: 'm1',
      content: '',
      metadata: {},
      sensitive: true,
      locked: why,
      subject: 'Ann',
    });
    expect([listed(), found('zebracorn')]).toEqual([['m2', 'm1'], []]);
    const before = db.prepare('SELECT * FROM memories').all();
    for (const patch of [{ content: 'gone' }, { sensitive: false }, { metadata: {} }])
      expect(() => ops['memories.update'].run({ id: 'm1', patch })).toThrow(
        expect.objectContaining({ code: 'MEMORY_LOCKED', data: { why } }),
      );
    expect(tend()).toMatchObject({ changed: 0, retired: [] });
    expect(db.prepare('SELECT * FROM memories').all()).toEqual(before);
    ops['memories.forget'].run({ id: 'm1', now: 9 });
    ops['memories.restore'].run({ id: 'm1' });
    open();
    expect(get('m1')).toMatchObject({ content: text });
    expect(found('zebracorn')).toEqual(['m1']);
  });

  test('nothing sensitive is written, and the rest goes on', () => {
    open(null);
    expect(() => insert(row('m3', text, { sensitive: true }))).toThrow(
      expect.objectContaining({ code: 'MEMORY_LOCKED' }),
    );
    expect(() => ops['memories.update'].run({ id: 'm2', patch: { sensitive: true } })).toThrow(
      expect.objectContaining({ code: 'MEMORY_LOCKED' }),
    );
    expect(get('m2')).toMatchObject({ content: 'in the open' });
    insert(row('m4', 'fine'));
    expect(listed()).toEqual(['m4', 'm2', 'm1']);
  });

  test('damage is told from a wrong key, and costs one memory', () => {
    insert(row('m3', 'another sealed one', { sensitive: true }));
    db.prepare(
      "UPDATE memories SET content = substr(content, 1, 9) || 'AAAA' || substr(content, 14) WHERE id = 'm1'",
    ).run();
    expect(get('m1')).toMatchObject({ content: '', locked: 'damaged' });
    expect(get('m3')).toMatchObject({ content: 'another sealed one' });
    // A sealed text that was moved from one row to the other is none.
    db.prepare("UPDATE memories SET content = (SELECT content FROM memories WHERE id = 'm1') WHERE id = 'm3'").run();
    expect(get('m3')).toMatchObject({ locked: 'damaged' });
  });
});

describe('a round of the keys', () => {
  const plainRow = (id: string, content: string) =>
    db
      .prepare(
        "INSERT INTO memories(id, kind, content, created_at, sensitive, metadata) VALUES (?, 'note', ?, 1, 1, ?)",
      )
      .run(id, content, '{"m":"zebracorn"}');

  test('seals what was marked before there was a key, and takes its words out of every index', () => {
    for (let at = 0; at < 8; at++) {
      const { lastInsertRowid } = plainRow(`m${at}`, `${text} ${at}`);
      db.prepare('INSERT INTO memory_fts(rowid, words, grams) VALUES (?, ?, ?)').run(lastInsertRowid, 'zebracorn', '');
    }
    const image = Buffer.from('zebracorn');
    db.prepare("INSERT INTO memory_index(after, upto, format, as_of, image) VALUES (0, 8, 'x', 0, ?)").run(image);
    expect(leaked(...words).length).toBeGreaterThan(0);
    expect(tend()).toMatchObject({ changed: 8, locked: 0 });
    expect(leaked(...words)).toEqual([]);
    expect(get('m3')).toMatchObject({ content: `${text} 3`, metadata: { m: 'zebracorn' } });
    expect(found('zebracorn')).toHaveLength(8);
    expect(tend()).toMatchObject({ changed: 0 });
    const findings = checkThoroughly(db);
    expect([isSound(findings), isIndexSound(findings)]).toEqual([true, true]);
  });

  test('brings everything under a new key, wherever it is broken off, and retires the old one last', () => {
    for (let at = 0; at < 10; at++) insert(row(`m${at}`, `${text} ${at}`, { sensitive: true }));
    const second = newRoot();
    addKey(db, deps, second);
    const versions = () => db.prepare('SELECT DISTINCT substr(content, 1, 2) FROM memories ORDER BY 1').pluck().all();
    const isRetired = () => ops['memoryKeys.list'].run(null)[0]?.retired_at !== null;
    let rounds = 0;
    // Each time a little further than the last, and then the process is gone.
    for (let steps = 1; versions().includes('1.'); steps++) {
      let at: TendPlace | null = { part: 'memories', after: 0 };
      for (let step = 0; step < steps && at; step++)
        at = db
          .transaction((from: TendPlace) => ops['sealing.tend'].run({ at: from, limit: 2, now: 5 }))
          .immediate(at).next;
      expect(isRetired()).toBe(false);
      open();
      ops['memoryKeys.unlock'].run({
        roots: [
          { version: 1, by: 'stored', root },
          { version: 2, by: 'stored', root: second },
        ],
      });
      expect(listed('zebracorn')).toHaveLength(10);
      expect(found('zebracorn')).toHaveLength(10);
      rounds++;
    }
    expect(rounds).toBeGreaterThan(3);
    expect(versions()).toEqual(['2.']);
    expect(tend()).toMatchObject({ changed: 0, locked: 0, retired: [1] });
    expect(isRetired()).toBe(true);
    // The old key is not needed any more.
    open();
    ops['memoryKeys.unlock'].run({ roots: [{ version: 2, by: 'stored', root: second }] });
    expect(get('m7')).toMatchObject({ content: `${text} 7` });
    expect(found('zebracorn')).toHaveLength(10);
    expect(isSound(checkThoroughly(db))).toBe(true);
  });

  test('keeps the old key for as long as one memory needs it', () => {
    insert(row('m1', text, { sensitive: true }), row('m2', text, { sensitive: true }));
    const second = newRoot();
    addKey(db, deps, second);
    open(null);
    ops['memoryKeys.unlock'].run({ roots: [{ version: 2, by: 'stored', root: second }] });
    expect(tend()).toMatchObject({ changed: 0, locked: 2, retired: [] });
    expect(get('m1')).toMatchObject({ locked: 'no_key' });
    ops['memoryKeys.unlock'].run({
      roots: [
        { version: 1, by: 'stored', root },
        { version: 2, by: 'stored', root: second },
      ],
    });
    expect(tend()).toMatchObject({ changed: 2, locked: 0, retired: [1] });
  });

  test('gives a memory its words back where they are lost', () => {
    insert(row('m1', text, { sensitive: true }));
    db.exec('DELETE FROM memory_words');
    expect(found('zebracorn')).toEqual([]);
    expect(tend()).toMatchObject({ changed: 1 });
    expect(found('zebracorn')).toEqual(['m1']);
  });
});
