import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from './client.ts';
import { acceptRow, type NewMessage } from './messages.ts';
import { openDatabase, readSettings } from './open.ts';
import { openReader } from './reader.ts';
import { migrate, schemaVersion } from './schema.ts';
import { testMessage } from './test-messages.ts';

let folder: string;
let file: string;
let store: Store | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-store-'));
  file = join(folder, 'memory.db');
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const open = async (durability: 'full' | 'normal' = 'full') => {
  store = await openStore({ file, durability, onFailure: (error) => expect.fail(String(error)) });
  return store;
};

const now = 1_700_000_000_500;
async function accept(to: Store, one: NewMessage): Promise<{ id: string; duplicate: boolean }> {
  const known = await to.call('messages.accept', acceptRow(one, now));
  return { id: known ?? one.id, duplicate: known !== null };
}

test.each(['full', 'normal'] as const)(
  'at %s durability every open of the database, new or not, has the settings it needs',
  (durability) => {
    const wanted = { synchronous: durability === 'full' ? 2 : 1, journal_mode: 'wal', foreign_keys: 1 };
    for (const attempt of ['new', 'reopened', 'reopened again']) {
      const db = openDatabase(file, durability);
      expect({ attempt, ...readSettings(db) }).toEqual({ attempt, ...wanted });
      db.exec('CREATE TABLE IF NOT EXISTS t(a)');
      db.close();
    }
  },
);

test('without our setting a reopened database would be less durable than a new one', () => {
  // The trap of this build of SQLite that the settings above close; if it goes away, the comment in open.ts is stale.
  const fresh = new Database(file);
  fresh.pragma('journal_mode = WAL');
  expect(fresh.pragma('synchronous', { simple: true })).toBe(2);
  fresh.exec('CREATE TABLE t(a)');
  fresh.close();
  const reopened = new Database(file);
  expect(reopened.pragma('synchronous', { simple: true })).toBe(1);
  reopened.close();
});

test('the store opens at FULL, also the second time', async () => {
  expect((await open()).opened).toMatchObject({ synchronous: 2, journal_mode: 'wal', foreign_keys: 1 });
  await store?.close();
  expect((await open()).opened).toMatchObject({ synchronous: 2, journal_mode: 'wal', foreign_keys: 1 });
});

test('a database from before messages were counted as done is counted once, when it is opened', async () => {
  const db = openDatabase(file, 'full');
  migrate(db, file, { upTo: 1 });
  const insert = db.prepare(`
    INSERT INTO messages(id, platform, channel, external_id, conversation_id, sender_id, content, timestamp, attachments,
                         metadata, direction, state, received_at, stored_at)
    VALUES (@id, 'webhook', 'webhook', @id, @id, 'ana', 'hello', 1, '[]', '{}', 'in', 'stored', 1, 1)`);
  for (const id of ['queued', 'worked', 'dead']) insert.run({ id });
  db.exec("INSERT INTO inbox(message_seq) SELECT seq FROM messages WHERE id = 'queued'");
  db.exec("INSERT INTO dead_letters SELECT seq, 8, 'cannot be read', 1 FROM messages WHERE id = 'dead'");
  db.close();

  const again = await open();
  expect(await again.call('store.totals', null)).toMatchObject({ messages_in: 3, done: 1, dead: 1, queued: 1 });
});

test('a database of a newer version is refused with what to do', async () => {
  await (await open()).close();
  const db = new Database(file);
  db.pragma(`user_version = ${schemaVersion + 1}`);
  db.close();
  await expect(open()).rejects.toMatchObject({
    code: 'DATABASE_NEWER',
    message: expect.stringContaining('newer version'),
  });
});

test('a file that is no database is refused and left as it is', async () => {
  writeFileSync(file, 'not a database, but somebody keeps it here '.repeat(50));
  await expect(open()).rejects.toMatchObject({ code: 'DATABASE_CORRUPT', message: expect.stringContaining(file) });
});

test('a reader sees what the store has committed and cannot write', async () => {
  await accept(await open(), testMessage({ content: 'visible' }));
  const reader = openReader(file);
  expect(reader.get<{ content: string }>('SELECT content FROM messages')?.content).toBe('visible');
  expect(() => reader.all('DELETE FROM messages RETURNING id')).toThrow(/readonly/i);
  reader.close();
});
