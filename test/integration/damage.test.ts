import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { listCopies, makeCopy } from '../../src-main/core/store/sqlite/copies.ts';
import { openDatabase } from '../../src-main/core/store/sqlite/open.ts';
import { createOps } from '../../src-main/core/store/sqlite/ops.ts';
import { prepareDatabase } from '../../src-main/core/store/sqlite/prepare.ts';
import { flipBits, shareFound, shareFoundByQuickCheck } from '../fakes/bit-flips.ts';
import { chance, destroyPages } from '../fakes/damage.ts';
import { liveIn, rowsOf } from '../fakes/lived-in-database.ts';
import { type Product, type ProductOptions, StartFailed, startProduct } from '../fakes/product.ts';
import { statusOf } from '../fakes/status.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const now = Date.UTC(2026, 5, 1);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-damage-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(options: ProductOptions): Promise<Product> {
  const product = await startProduct({ from: 'bundle', ...options });
  cleanups.push(() => product.stop());
  return product;
}

const copyOf = (folder: string, at = now) =>
  makeCopy({ file: join(folder, 'memory.db'), folder: join(folder, 'backups'), reason: 'daily', now: at });

const prepare = (folder: string) =>
  prepareDatabase({ file: join(folder, 'memory.db'), copies: join(folder, 'backups'), repair: true, now: now + 1000 });

/** Reads a database and closes it again. */
function reading<T>(file: string, look: (db: Database.Database) => T): T {
  const db = new Database(file, { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

test('of 600 single bits turned over anywhere in a database, at least 95 in 100 that change something are found', async ({
  task,
}) => {
  const folder = newFolder();
  liveIn(join(folder, 'memory.db'), { messages: 60 });
  const { copy } = await copyOf(folder);
  if (!copy) return expect.fail('no copy was made');
  const count = flipBits(readFileSync(copy.path), 600, 2026);
  const said = `${count.found} found, ${count.inFreeSpace} in space that holds nothing, missed at ${count.missed.join(', ')}; quick_check alone found ${count.foundByQuickCheck}`;
  Object.assign(task.meta, { figure: said });
  expect(shareFound(count), said).toBeGreaterThanOrEqual(0.95);
  // The control: what SQLite looks for by itself would leave most of it unnoticed.
  expect(shareFoundByQuickCheck(count), said).toBeLessThan(0.5);
}, 180_000);

test.each([1, 5, 20])(
  'with %i pages destroyed at least 98 in 100 rows come back, and the report counts the rest',
  async (pages) => {
    const folder = newFolder();
    const file = join(folder, 'memory.db');
    liveIn(file, { messages: 1200 });
    await copyOf(folder);
    // What a day adds to a year.
    liveIn(file, { messages: 12, from: 1200 });
    const before = reading(file, rowsOf);
    destroyPages(file, pages, chance(pages));
    const damaged = readFileSync(file);

    const { salvage } = await prepare(folder);
    const after = reading(file, rowsOf);
    const back = [...before].filter(([key, row]) => after.get(key) === row).length;
    expect(back / before.size).toBeGreaterThanOrEqual(0.98);
    expect([...after.keys()].filter((key) => !before.has(key))).toEqual([]);
    if (!salvage) return expect.fail('nothing was salvaged');
    expect(readFileSync(join(salvage.aside, 'memory.db')).equals(damaged)).toBe(true);
    const missing = salvage.tables.reduce((total, table) => total + table.missing, 0);
    expect(missing).toBeGreaterThanOrEqual(before.size - after.size);
    expect(readFileSync(salvage.report, 'utf8')).toMatch(/saved[\s\S]*缺失/);
    // The next start finds nothing left to do.
    expect((await prepare(folder)).salvage).toBe(null);
  },
);

test('a single damaged row is found by the look through a copy, and the next start takes it from the copy before', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 60 });
  await copyOf(folder);
  const before = reading(file, rowsOf);
  const text = Buffer.from('The router password');
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf(text);
  bytes.write('the', at);
  writeFileSync(file, bytes);

  const { findings, copy } = await copyOf(folder, now + 60_000);
  expect(copy).toBe(null);
  expect(findings.rows).toMatchObject([{ count: 1 }]);
  expect(listCopies(join(folder, 'backups'))).toHaveLength(1);
  const noted = { checked_at: new Date(now).toISOString(), version: '1', damage: '1 damaged', damaged_rows: 1 };
  writeFileSync(join(folder, 'backups', 'last-check.json'), JSON.stringify(noted));

  const { salvage } = await prepare(folder);
  expect(salvage?.tables.reduce((total, table) => total + table.from_copy, 0)).toBe(1);
  expect(reading(file, rowsOf)).toEqual(before);
});

test('without a copy a damaged row is kept, and the report names it', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 60 });
  const bytes = readFileSync(file);
  bytes.write('the', bytes.lastIndexOf('The router password'));
  // Something that a quick look notices as well.
  bytes.fill(7, 4096 * 40, 4096 * 41);
  writeFileSync(file, bytes);
  const { salvage } = await prepare(folder);
  const altered = salvage?.tables.filter((table) => table.altered > 0) ?? [];
  expect(altered).toMatchObject([{ altered: 1 }]);
  expect(altered[0]?.keys.length).toBeGreaterThan(0);
});

test('a message from the copy that nobody knows to be answered is set aside, and a reply from it is not sent', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  // The last one of these waits, and is worked after the copy was made.
  liveIn(file, { messages: 50 });
  await copyOf(folder);
  rmSync(file);
  writeFileSync(file, 'all of it is gone');
  await prepare(folder);
  const states = reading(file, (db) => ({
    queued: db.prepare('SELECT count(*) FROM inbox').pluck().get(),
    dead: db.prepare("SELECT count(*) FROM dead_letters WHERE reason LIKE '%copy%'").pluck().get(),
    toSend: db.prepare("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')").pluck().get(),
    tokens: db.prepare('SELECT count(*) FROM tokens').pluck().get(),
  }));
  expect(states).toEqual({ queued: 0, dead: 1, toSend: 0, tokens: 0 });
});

test('pairing codes are left behind, since the token that granted one may be what was lost', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 60 });
  const db = openDatabase(file, 'full');
  const code = { id: 'code', digest: 'digest', role: 'viewer' as const, label: null, granted_by: 'lost' };
  createOps(db, { waiting: 0 })['pairing.offer'].run({ ...code, created_at: now, expires_at: now + 60_000 });
  db.close();
  await copyOf(folder);
  destroyPages(file, 3, chance(9));
  const { salvage } = await prepare(folder);
  expect(salvage?.tables.map(({ table }) => table)).toContain('tokens');
  expect(salvage?.tables.map(({ table }) => table)).not.toContain('pairing_codes');
  expect(reading(file, (saved) => saved.prepare('SELECT count(*) FROM pairing_codes').pluck().get())).toBe(0);
  expect(readFileSync(salvage?.report ?? '', 'utf8')).toMatch(/Pairing codes are left behind[\s\S]*配对码不会保留/);
});

test('a salvage that was cut off between its last steps is ended by the next start', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 60 });
  const rows = reading(file, rowsOf).size;
  // In a file this small any page may be the root of a table, all of whose rows go with it; the copy has them.
  await copyOf(folder);
  const aside = join(folder, 'damaged', '20260601T000000Z');
  destroyPages(file, 3, chance(9));
  expect((await prepare(folder)).salvage).not.toBe(null);
  const salvaged = reading(file, rowsOf);
  expect(salvaged.size).toBeGreaterThanOrEqual(rows * 0.98);
  const [made = ''] = readdirSync(join(folder, 'damaged'));
  const saved = join(folder, 'damaged', made);
  // As after a kill between setting the damaged one aside and putting the new one in its place.
  copyFileSync(file, join(saved, 'salvaged.db'));
  rmSync(file);
  expect((await prepare(folder)).salvage).toBe(null);
  expect(existsSync(join(saved, 'salvaged.db'))).toBe(false);
  expect(reading(file, rowsOf)).toEqual(salvaged);
  expect(existsSync(aside)).toBe(false);
});

test('an emptied database is not taken for a new one while there are copies', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 30 });
  await copyOf(folder);
  writeFileSync(file, '');
  const { salvage } = await prepare(folder);
  expect(salvage?.found).toMatch(/empty|no tables/);
  expect(reading(file, rowsOf).size).toBeGreaterThan(100);
});

test('started over a damaged database the product works, says so, and names the report', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 300 });
  await copyOf(folder);
  destroyPages(file, 5, chance(3));
  const product = await start({ dataDir: folder });
  const { database, totals } = await statusOf(product);
  expect(totals.messages).toBeGreaterThan(290);
  expect(database.salvage).toMatchObject({ report: expect.stringContaining('report.txt') });
  expect(readFileSync(database.salvage?.report ?? '', 'utf8')).toContain('数据库已损坏');
  expect(product.logs()).toContain('store.salvaged');
  if (process.platform !== 'win32') expect(statSync(database.salvage?.report ?? '').mode & 0o777).toBe(0o600);
});

test('started over a database of which nothing is left, and without a copy, the product refuses and leaves it there', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  const noise = Buffer.alloc(300_000, 'nothing that anyone could read ');
  writeFileSync(file, noise);
  const started = await startProduct({ from: 'bundle', dataDir: folder }).catch((error: unknown) => error);
  if (!(started instanceof StartFailed)) return expect.fail('it started');
  expect(started.stderr).toMatch(/damaged/);
  expect(readFileSync(file).equals(noise)).toBe(true);
  expect(existsSync(join(folder, 'damaged')) ? readdirSync(join(folder, 'damaged')) : []).toEqual([]);
});

test('a text index that has parted from the memories is mended by the start, both ways', async () => {
  const folder = newFolder();
  const file = join(folder, 'memory.db');
  liveIn(file, { messages: 60 });
  const db = new Database(file);
  // One memory that no search finds, and one entry about a memory that is not there.
  db.exec('DELETE FROM memory_fts WHERE rowid = 5');
  db.exec("INSERT INTO memory_fts(rowid, words, grams) VALUES (9000, 'ghost', 'ghost')");
  db.close();
  const product = await start({ dataDir: folder });
  await expect.poll(() => product.logs(), { timeout: 20_000 }).toContain('store.text_index_mended');
  const entries = reading(file, (one) => ({
    lost: one.prepare('SELECT count(*) FROM memory_fts_docsize WHERE id = 5').pluck().get(),
    ghost: one.prepare("SELECT count(*) FROM memory_fts WHERE memory_fts MATCH 'ghost'").pluck().get(),
  }));
  expect(entries).toEqual({ lost: 1, ghost: 0 });
});
