import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { checkThoroughly, isIndexSound, isSound } from '../../src-main/core/store/sqlite/check.ts';
import { listCopies } from '../../src-main/core/store/sqlite/copies.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { prepareDatabase } from '../../src-main/core/store/sqlite/prepare.ts';
import { defineRowSums, type SummedTable, sumOfRow } from '../../src-main/core/store/sqlite/row-sums.ts';
import { migrate, schemaVersion, summedIn } from '../../src-main/core/store/sqlite/schema.ts';

const fixture = fileURLToPath(new URL('../fixtures/migrate-until.ts', import.meta.url));
const run = promisify(execFile);
const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-migration-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const messages = 40;

/** A database as an earlier version wrote it. */
function ofVersion(version: number, file: string): void {
  const db = openDatabase(file, 'full');
  migrate(db, file, { upTo: version });
  const message = db.prepare(`
    INSERT INTO messages(id, platform, channel, external_id, conversation_id, sender_id, content, timestamp, attachments,
                         metadata, direction, state, received_at, stored_at)
    VALUES (@id, 'webhook', 'webhook', @id, 'room', 'ana', '请在周五之前发送报告', 1, '[]', '{}', 'in', 'answered', 1, 1)`);
  const memory = db.prepare(`
    INSERT INTO memories(seq, id, kind, content, created_at) VALUES (@seq, @id, 'note', 'keep the receipt', 1)`);
  const entry = db.prepare("INSERT INTO memory_fts(rowid, words, grams) VALUES (?, 'keep the receipt', '')");
  for (let seq = 1; seq <= messages; seq++) {
    message.run({ id: `m${seq}` });
    memory.run({ seq, id: `r${seq}` });
    entry.run(seq);
  }
  // Whoever writes messages brings their sums along, from the version on that has them.
  const [sums] = summedIn(version).filter(({ name }) => name === 'messages');
  const setSum = sums && db.prepare('UPDATE messages SET sum = ? WHERE seq = ?');
  for (const row of sums ? db.prepare<[], Record<string, unknown>>('SELECT * FROM messages').all() : [])
    setSum?.run(sumOfRow(sums as SummedTable, row), row['seq']);
  db.close();
}

const copyDatabase = (from: string, to: string): void => {
  for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, to + end);
};

const definitionsIn = (db: Database.Database): unknown =>
  db.prepare('SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema ORDER BY name)').pluck().get();
const whole = new Database(':memory:');
defineRowSums(whole);
migrate(whole, ':memory:');

function stateOf(file: string) {
  const db = new Database(file, { readonly: true });
  try {
    return {
      version: db.pragma('user_version', { simple: true }),
      isNew: definitionsIn(db) === definitionsIn(whole),
      rows: db.prepare('SELECT count(*) FROM messages').pluck().get(),
    };
  } finally {
    db.close();
  }
}

/** What is wrong with a database whose migration ended somewhere, after the next start has been over it; null when nothing. */
function faultIn(file: string): unknown {
  const state = stateOf(file);
  const db = openDatabase(file, 'full');
  migrate(db, file);
  const findings = checkThoroughly(db);
  db.close();
  const isOldOrNew = state.rows === messages && state.isNew === (state.version === schemaVersion);
  return isOldOrNew && isSound(findings) ? null : { file, state, findings };
}

test('cut off before any statement of a migration, the schema is the old one or the new one, and the next start ends it', () => {
  const folder = newFolder();
  const whole = join(folder, 'whole.db');
  ofVersion(1, whole);
  const cuts: string[] = [];
  const db = openDatabase(whole, 'full');
  migrate(db, whole, {
    beforeStatement() {
      // What lies on the disk at this moment is what an end of the process leaves.
      const cut = join(folder, `${cuts.length}.db`);
      copyDatabase(whole, cut);
      cuts.push(cut);
    },
  });
  db.close();
  expect(cuts.length).toBeGreaterThan(30);
  expect(stateOf(whole)).toEqual({ version: schemaVersion, isNew: true, rows: messages });
  expect(cuts.map(faultIn).filter((fault) => fault !== null)).toEqual([]);
}, 180_000);

test.each([2, 9, 20, 33])('killed for good before statement %i, the same holds', async (last) => {
  const file = join(newFolder(), 'memory.db');
  ofVersion(1, file);
  const ended = await run(process.execPath, [fixture, file, String(last)]).catch((error: unknown) => error);
  expect(ended).toMatchObject({ signal: 'SIGKILL' });
  expect(faultIn(file)).toBe(null);
});

const earlier = Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1);

test.each(earlier)(
  'before a migration from version %i a copy of the database as it was is made, and the checksums come with the migration',
  async (version) => {
    const folder = newFolder();
    const file = join(folder, 'memory.db');
    ofVersion(version, file);
    const copies = join(folder, 'backups');
    const prepared = await prepareDatabase({ file, copies, repair: true, now: Date.UTC(2026, 5, 1) });
    expect(prepared.salvage).toBe(null);
    const [copy] = listCopies(copies);
    expect(copy).toMatchObject({ reason: 'migration' });
    expect(stateOf(copy?.path ?? '')).toEqual({ version, isNew: false, rows: messages });

    const db = openDatabase(file, 'full');
    migrate(db, file);
    const findings = checkThoroughly(db);
    expect(isSound(findings) && isIndexSound(findings)).toBe(true);
    db.exec("UPDATE messages SET state = 'sent' WHERE seq = 3");
    expect(isSound(checkThoroughly(db))).toBe(true);
    // A change beside the triggers, as damage is.
    db.exec("DROP TRIGGER messages_sum_update; UPDATE messages SET state = 'failed' WHERE seq = 5");
    expect(checkThoroughly(db).rows).toEqual([{ table: 'messages', count: 1, keys: ['5'] }]);
    db.close();
  },
);

test('a database of an older version that is damaged is salvaged without its checksums', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  ofVersion(1, file);
  const db = openDatabase(file, 'full');
  const page =
    db.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'memories_created_at'").pluck().get() ?? 0;
  db.close();
  const bytes = readFileSync(file);
  bytes.fill(9, (page - 1) * 4096, page * 4096);
  writeFileSync(file, bytes);
  const { salvage } = await prepareDatabase({
    file,
    copies: join(folder, 'backups'),
    repair: true,
    now: Date.UTC(2026, 5, 1),
  });
  expect(salvage?.tables.find(({ table }) => table === 'messages')).toMatchObject({ saved: messages, missing: 0 });
  expect(stateOf(file)).toEqual({ version: schemaVersion, isNew: true, rows: messages });
});

test('a database of a newer version is refused and not a byte of it is changed', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  ofVersion(1, file);
  const db = new Database(file);
  db.pragma(`user_version = ${schemaVersion + 1}`);
  db.close();
  const before = readFileSync(file);
  const options = { file, copies: join(folder, 'backups'), repair: true, now: 0 };
  await expect(prepareDatabase(options)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(listCopies(options.copies)).toEqual([]);
});
