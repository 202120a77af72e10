import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readBackup } from '../../src-main/core/backup/read-backup.ts';
import { holdForRestore } from '../../src-main/core/backup/restore-backup.ts';
import { verifyBackup } from '../../src-main/core/backup/verify-backup.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { migrate, schemaVersion } from '../../src-main/core/store/sqlite/schema.ts';
import {
  backUp,
  filesBelow,
  leaveWaiting,
  livedInFolder,
  never,
  newFolder,
  onStep,
  open,
  sealInto,
  version,
} from '../fakes/backup-rig.ts';
import { rowsOf } from '../fakes/lived-in-database.ts';

const day = Date.UTC(2026, 5, 2);
/** Made by whoever holds or works in a folder, and no part of the data. */
const without = ['lock.db', 'lock.db-journal', 'lock.json', 'before-restore'];

function going(folder: string): string {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function restoreInto(dataDir: string, path: string) {
  const { container, unlocked } = await open(path);
  const held = await holdForRestore(dataDir, { createParents: false });
  try {
    return await held.restore({ container, unlocked, now: day, signal: never, onStep });
  } finally {
    held.release();
    await container.close();
  }
}

async function verify(path: string, dataDir: string) {
  const { container, unlocked } = await open(path);
  try {
    return await verifyBackup({ container, unlocked, dataDir, signal: never, onStep });
  } finally {
    await container.close();
  }
}

async function namesIn(path: string): Promise<string[]> {
  const { container, unlocked } = await open(path);
  const { files } = await readBackup({ container, unlocked, signal: never, onStep, sinkOf: async () => null });
  await container.close();
  return files.map((file) => file.path).toSorted();
}

function rows(file: string): Map<string, string> {
  const db = new Database(file, { readonly: true });
  try {
    return rowsOf(db);
  } finally {
    db.close();
  }
}

function ask<T>(file: string, sql: string): T[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare<[], T>(sql).pluck().all();
  } finally {
    db.close();
  }
}

describe('what was backed up', () => {
  test('comes back into an empty folder: settings, keys, and every row', async () => {
    const [dataDir, other] = [going(livedInFolder()), going(newFolder('other'))];
    mkdirSync(join(dataDir, 'tls'));
    writeFileSync(join(dataDir, 'tls', '证书.pem'), 'certificate');
    writeFileSync(join(dataDir, '.env'), '');
    const before = filesBelow(dataDir, { without });
    const made = await backUp({ dataDir });
    going(dirname(made.path));
    expect(made).toMatchObject({ files: 6, messages: 236, skipped: [] });
    expect(filesBelow(dataDir, { without })).toEqual(before);
    expect(await verify(made.path, dataDir)).toMatchObject({
      bytes: statSync(made.path).size,
      made_at: '2026-06-01T00:00:00.000Z',
      version,
      files: 6,
      messages: 236,
      memories: made.memories,
    });
    expect(readdirSync(dataDir).filter((name) => name.startsWith('.backup'))).toEqual([]);

    const report = await restoreInto(other, made.path);
    expect(report).toMatchObject({ aside: null, files: 6, messages: 236 });
    const after = filesBelow(other, { without });
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    for (const [name, digest] of before) if (name !== 'memory.db') expect(after.get(name), name).toBe(digest);
    if (process.platform !== 'win32') {
      for (const name of after.keys()) expect(statSync(join(other, name)).mode & 0o777, name).toBe(0o600);
      expect(statSync(join(other, 'keys')).mode & 0o777).toBe(0o700);
    }
    const [then, now] = [rows(join(dataDir, 'memory.db')), rows(join(other, 'memory.db'))];
    for (const [key, row] of then) {
      if (/^(?:memories|tasks|message_sources) /.test(key)) expect(now.get(key), key).toBe(row);
      else expect(now.has(key), key).toBe(true);
    }
  });

  test('does nothing by itself: replies are not sent, messages not answered, nobody is let in', async () => {
    const [dataDir, other] = [going(livedInFolder()), going(newFolder('other'))];
    const file = join(dataDir, 'memory.db');
    const some = leaveWaiting(file);
    const made = await backUp({ dataDir });
    going(dirname(made.path));
    const report = await restoreInto(other, made.path);
    const restored = join(other, 'memory.db');
    const waited = ask<number>(file, 'SELECT message_seq FROM inbox');
    expect(waited.length).toBeGreaterThan(1);
    expect(report).toMatchObject({
      replies_unknown: 3,
      messages_set_aside: waited.length,
      tokens_revoked: 12,
    });
    expect(ask(restored, "SELECT seq FROM outbox WHERE state = 'unknown'")).toEqual(some);
    expect(ask(restored, "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')")).toEqual([0]);
    expect(ask(restored, 'SELECT count(*) FROM inbox')).toEqual([0]);
    expect(ask(restored, "SELECT message_seq FROM dead_letters WHERE reason LIKE 'restored%'")).toEqual(waited);
    expect(ask(restored, `SELECT DISTINCT state FROM messages WHERE seq IN (${waited.join(',')})`)).toEqual(['failed']);
    const left = "SELECT message_count FROM conversations WHERE conversation_id = 'left'";
    expect([ask(file, left), ask(restored, left)]).toEqual([[], [waited.length]]);
    expect(ask(restored, 'SELECT count(*) FROM tokens WHERE revoked_at IS NULL')).toEqual([0]);
    expect(ask(restored, 'SELECT count(*) FROM pairing_codes')).toEqual([0]);
    // Accepted is done, queued or dead.
    const books = `SELECT (SELECT count(*) FROM messages WHERE direction = 'in') - (SELECT count(*) FROM dead_letters)
      - (SELECT count(*) FROM inbox) - (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'messages_done')`;
    expect(ask(restored, books)).toEqual([0]);
    // Every row still carries the sum of what it holds now, so the next backup of it is as good.
    const again = await backUp({ dataDir: other });
    going(dirname(again.path));
    expect(again.messages).toBe(made.messages);
  });
});

describe('a backup', () => {
  test('holds nothing that can be read, and leaves out what is of this moment or machine', async () => {
    const dataDir = going(livedInFolder({ config: '# canary-of-the-settings\napp: { locale: en }\n' }));
    for (const folder of ['backups', 'damaged/20260101T000000Z', 'before-restore/20260101T000000Z'])
      mkdirSync(join(dataDir, folder), { recursive: true });
    for (const name of [
      'backups/memory-20260101T000000Z-daily.db',
      'damaged/20260101T000000Z/memory.db',
      'before-restore/20260101T000000Z/memory.db',
      'lock.db',
      'lock.json',
      'starts.json',
      'clock.json',
      '.config.yaml.4242.0123456789ab.tmp',
      '.write-check.17',
    ])
      writeFileSync(join(dataDir, name), 'canary');
    const { path } = await backUp({ dataDir });
    going(dirname(path));
    expect(await namesIn(path)).toEqual(['config.yaml', 'keys/token.key', 'keys/webhook.secret', 'memory.db']);
    const bytes = readFileSync(path);
    for (const said of ['canary', 'flight to Chengdu', '二号会议室', 'SQLite format', 'keys/', 'memory.db', 'person-'])
      expect(bytes.includes(said), said).toBe(false);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('follows links to files, names what cannot go in, and does not wait at a pipe', async () => {
    const [dataDir, elsewhere] = [going(livedInFolder({ messages: 5 })), going(newFolder('elsewhere'))];
    renameSync(join(dataDir, 'config.yaml'), join(elsewhere, 'mine.yaml'));
    symlinkSync(join(elsewhere, 'mine.yaml'), join(dataDir, 'config.yaml'));
    symlinkSync(elsewhere, join(dataDir, 'folder'));
    symlinkSync(join(elsewhere, 'nowhere'), join(dataDir, 'dangling'));
    writeFileSync(join(dataDir, 'a:b'), '');
    const certificate = join(elsewhere, 'cert.pem');
    const { path, skipped } = await backUp({ dataDir, named: [join(dataDir, 'keys', 'cert.key'), certificate] });
    going(dirname(path));
    expect(skipped).toEqual([
      { path: 'a:b', why: 'name' },
      { path: 'folder', why: 'kind' },
      { path: certificate, why: 'elsewhere' },
    ]);
    expect(await namesIn(path)).toContain('config.yaml');
  });

  test('of a database that lies elsewhere is led back into the folder, and the settings say so', async () => {
    const [elsewhere, other] = [going(newFolder('elsewhere')), going(newFolder('other'))];
    const database = join(elsewhere, 'big.db');
    const config = `# mine\nmemory:\n  db_path: ${JSON.stringify(database)}   # the large disk\n`;
    const dataDir = going(livedInFolder({ messages: 20, config }));
    renameSync(join(dataDir, 'memory.db'), database);
    const { path } = await backUp({ dataDir, database });
    going(dirname(path));
    await restoreInto(other, path);
    expect(readFileSync(join(other, 'config.yaml'), 'utf8')).toBe(
      '# mine\nmemory:\n  db_path: "./memory.db"   # the large disk\n',
    );
    expect(rows(join(other, 'memory.db')).size).toBeGreaterThan(20);
    expect(readFileSync(join(dataDir, 'config.yaml'), 'utf8')).toBe(config);
  });

  test('of settings that lie elsewhere holds those that are in use', async () => {
    const [elsewhere, other] = [going(newFolder('elsewhere')), going(newFolder('other'))];
    const dataDir = going(livedInFolder({ messages: 5 }));
    const configFile = join(elsewhere, 'mine.yaml');
    writeFileSync(configFile, '# in use\napp: { locale: en }\n');
    const { path } = await backUp({ dataDir, configFile });
    going(dirname(path));
    await restoreInto(other, path);
    expect(readFileSync(join(other, 'config.yaml'), 'utf8')).toBe('# in use\napp: { locale: en }\n');
  });

  test('of a database of an earlier version is brought up to date as it is put back', async () => {
    const [dataDir, other] = [going(livedInFolder({ messages: 1 })), going(newFolder('other'))];
    const file = join(dataDir, 'memory.db');
    rmSync(file);
    const db = openDatabase(file, 'full');
    migrate(db, file, { upTo: 2 });
    db.exec("INSERT INTO tokens(id, role, label, created_at, expires_at) VALUES ('old', 'admin', 'phone', 1, 2)");
    db.close();
    const { path } = await backUp({ dataDir });
    going(dirname(path));
    expect(await restoreInto(other, path)).toMatchObject({ tokens_revoked: 1 });
    expect(ask(join(other, 'memory.db'), 'PRAGMA user_version')).toEqual([schemaVersion]);
    expect(ask(join(other, 'memory.db'), 'SELECT revoked_at FROM tokens')).toEqual([day]);
    expect(ask(file, 'PRAGMA user_version')).toEqual([2]);
  });

  test('takes the place of no file unless it should, and never lies in the folder itself', async () => {
    const dataDir = going(livedInFolder({ messages: 5 }));
    const to = join(going(newFolder('target')), 'all.backup');
    writeFileSync(to, 'mine');
    await expect(backUp({ dataDir, to })).rejects.toThrow('is there already; name another file, or say --overwrite');
    expect(readFileSync(to, 'utf8')).toBe('mine');
    expect((await backUp({ dataDir, to, overwrite: true })).bytes).toBe(statSync(to).size);
    await expect(backUp({ dataDir, to: join(dataDir, 'all.backup') })).rejects.toThrow('would be lost with it');
    symlinkSync(join(dataDir, 'keys'), join(dirname(to), 'link'));
    await expect(backUp({ dataDir, to: join(dirname(to), 'link', 'a') })).rejects.toThrow('would be lost with it');
    rmSync(join(dirname(to), 'link'));
    await expect(backUp({ dataDir, to: join(to, '..', 'nowhere', 'a') })).rejects.toThrow('is not there');
    await expect(backUp({ dataDir, to, database: join(dataDir, 'none.db') })).rejects.toThrow('nothing to back up');
    expect(readdirSync(dirname(to))).toEqual(['all.backup']);
  });

  test('is not made of a damaged database', async () => {
    const dataDir = going(livedInFolder());
    const file = join(dataDir, 'memory.db');
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 40_960, 45_056);
    writeFileSync(file, bytes);
    await expect(backUp({ dataDir })).rejects.toMatchObject({ code: 'DATABASE_CORRUPT' });
  });

  test('that is stopped leaves nothing, neither beside its place nor in the folder', async () => {
    const dataDir = going(livedInFolder({ messages: 20 }));
    const target = going(newFolder('target'));
    const stopping = new AbortController();
    stopping.abort(new Error('stopped by the test'));
    const to = join(target, 'all.backup');
    await expect(backUp({ dataDir, to, signal: stopping.signal })).rejects.toThrow('stopped by the test');
    expect(readdirSync(target)).toEqual([]);
    expect(readdirSync(dataDir).toSorted()).toEqual(['config.yaml', 'keys', 'memory.db']);
  });
});

describe('what is in a backup is judged, whoever made it:', () => {
  const files = [{ path: 'memory.db', bytes: 4 }];
  const manifest = { version, made_at: '2026-06-01T00:00:00.000Z', database: 'memory.db', files };
  const contentOf = (text: string, rest = 4 + 32): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([head, Buffer.from(text), Buffer.alloc(rest)]);
  };
  const withFile = (path: string) =>
    contentOf(JSON.stringify({ ...manifest, files: [...files, { path, bytes: 0 }] }), 4 + 32 + 32);

  test.each([
    ['a name that leads elsewhere', withFile('../outside')],
    ['a name from the root', withFile('/etc/passwd')],
    ['a name of another system', withFile('C:\\outside')],
    ['a device', withFile('keys/con.txt')],
    ['a name twice, for some systems', withFile('MEMORY.db')],
    ['a file below a file', withFile('memory.db/x')],
    ['a folder', withFile('folder/')],
    ['a plan of a restore', withFile('.restoring/plan.json')],
    ['a lock', withFile('lock.db')],
    ['what was put aside', withFile('before-restore/x')],
    ['no list', contentOf('no JSON')],
    ['a list with something more', contentOf(JSON.stringify({ ...manifest, run: 'this' }))],
    ['no database', contentOf(JSON.stringify({ ...manifest, database: 'other.db' }))],
    ['sizes that are too small', contentOf(JSON.stringify(manifest), 4 + 31)],
    ['sizes that are too large', contentOf(JSON.stringify(manifest), 4 + 33)],
    ['a size below nothing', contentOf(JSON.stringify({ ...manifest, files: [{ path: 'memory.db', bytes: -4 }] }))],
    ['a list that is longer than everything', Buffer.from([0, 0, 255, 255, 1, 2])],
    ['a list that is longer than any', Buffer.from([255, 255, 255, 255, 1, 2])],
    ['nothing', Buffer.from([0])],
  ])('%s is refused', async (_, content) => {
    const dataDir = going(newFolder('hostile'));
    const path = await sealInto(join(going(newFolder('target')), 'a'), content);
    await expect(restoreInto(dataDir, path)).rejects.toMatchObject({ fault: 'hostile' });
    expect(readdirSync(dataDir)).toEqual(['lock.db']);
  });

  test('a checksum that is not that of the file is damage', async () => {
    const path = await sealInto(join(going(newFolder('target')), 'a'), contentOf(JSON.stringify(manifest)));
    await expect(verify(path, going(newFolder('x')))).rejects.toMatchObject({ fault: 'damaged' });
  });

  test('a database that is none, or of a later form, is told from damage of the file', async () => {
    for (const [change, fault] of [
      [(file: string) => writeFileSync(file, 'no database at all'.repeat(400)), 'database'],
      [later, 'newer'],
      [flipAText, 'database'],
    ] as const) {
      const dataDir = going(livedInFolder({ messages: 30 }));
      const file = join(dataDir, 'memory.db');
      change(file);
      const content = readFileSync(file);
      const text = JSON.stringify({ ...manifest, files: [{ path: 'memory.db', bytes: content.length }] });
      const whole = Buffer.concat([contentOf(text, 0), content, createHash('sha256').update(content).digest()]);
      const path = await sealInto(join(going(newFolder('target')), 'a'), whole);
      const other = going(newFolder('other'));
      await expect(verify(path, other)).rejects.toMatchObject({ fault });
      await expect(restoreInto(other, path)).rejects.toMatchObject({ fault });
      expect(readdirSync(other)).toEqual(['lock.db']);
    }
  });
});

function later(file: string): void {
  const db = new Database(file);
  db.pragma('user_version = 999');
  db.pragma('journal_mode = DELETE');
  db.close();
}

/** A word of a message, of which SQLite itself notices nothing. */
function flipAText(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf('Chengdu leaves');
  bytes[at] = 'D'.charCodeAt(0);
  writeFileSync(file, bytes);
}

describe('a restore', () => {
  test('moves what was there aside, copies of the database and all, and leaves the marks of others', async () => {
    const [from, dataDir] = [going(livedInFolder({ messages: 20 })), going(livedInFolder({ messages: 40 }))];
    mkdirSync(join(dataDir, 'backups'));
    writeFileSync(join(dataDir, 'backups', 'memory-20260101T000000Z-daily.db'), 'copy');
    writeFileSync(join(dataDir, 'notes.txt'), 'of mine');
    mkdirSync(join(dataDir, '.stfolder'));
    const before = filesBelow(dataDir, { without });
    const { path } = await backUp({ dataDir: from });
    going(dirname(path));
    const { aside } = await restoreInto(dataDir, path);
    expect(aside).toBe(join(dataDir, 'before-restore', '20260602T000000Z'));
    expect(filesBelow(aside ?? '')).toEqual(before);
    expect([...filesBelow(dataDir, { without }).keys()].toSorted()).toEqual([
      'config.yaml',
      'keys/token.key',
      'keys/webhook.secret',
      'memory.db',
    ]);
    expect(existsSync(join(dataDir, '.stfolder'))).toBe(true);
    expect(existsSync(join(dataDir, '.restoring'))).toBe(false);
    const second = await restoreInto(dataDir, path);
    expect(second.aside).toBe(join(dataDir, 'before-restore', '20260602T000000Z-2'));
  });

  test('is not made into a folder of somebody else', async () => {
    const { path } = await backUp({ dataDir: going(livedInFolder({ messages: 5 })) });
    going(dirname(path));
    const dataDir = going(newFolder('photos'));
    writeFileSync(join(dataDir, 'holiday.jpg'), '');
    await expect(restoreInto(dataDir, path)).rejects.toThrow('it holds files that are not Clawdbot’s');
    expect(readdirSync(dataDir).toSorted()).toEqual(['holiday.jpg', 'lock.db']);
  });
});
