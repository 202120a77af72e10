import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAddress } from '../../src-main/core/store/server/address.ts';
import { connect, openSession } from '../../src-main/core/store/server/connection.ts';
import { verifyAll } from '../../src-main/core/store/server/copy-all.ts';
import { asNextCommit } from '../../src-main/core/store/server/push.ts';
import { readState, writeState } from '../../src-main/core/store/server/state.ts';
import { shapesOf } from '../../src-main/core/store/server/tables.ts';
import { settleDatabase } from '../../src-main/core/store/sqlite/backup-jobs.ts';
import { openStore, type Store } from '../../src-main/core/store/sqlite/client.ts';
import { acceptRow, type NewMessage } from '../../src-main/core/store/sqlite/messages.ts';
import { defineRowSums } from '../../src-main/core/store/sqlite/row-sums.ts';
import { migrate, schemaVersion } from '../../src-main/core/store/sqlite/schema.ts';
import { testMessage } from '../../src-main/core/store/sqlite/test-messages.ts';
import { textIndexIsTrue } from '../../src-main/core/store/sqlite/text-index.ts';
import { openCuttingProxy } from '../fakes/cutting-proxy.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { leaveOut } from '../fakes/leave-out.ts';
import { liveIn } from '../fakes/lived-in-database.ts';

const now = 1_700_000_000_500;

describe.each(serverKinds)('a store kept on a %s server', (kind) => {
  let server: DatabaseServer | null;
  let folder: string;
  let file: string;
  let url: string;
  let store: Store | undefined;
  let databases = 0;
  let failures: string[];

  beforeAll(async () => {
    server = await startDatabaseServer(kind);
  });
  afterAll(async () => server?.stop());
  beforeEach(async ({ task, skip }) => {
    if (!server) {
      leaveOut(task, `${kind} is not installed`);
      return skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'clawdbot-server-'));
    file = join(folder, 'memory.db');
    url = await server.create(`t${++databases}`);
    failures = [];
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const open = async (where = file) => {
    store = await openStore({
      file: where,
      durability: 'full',
      server: url,
      onFailure: ({ message: text }) => failures.push(text),
    });
    return store;
  };
  const close = async () => {
    await store?.close();
    store = undefined;
  };
  const accept = (to: Store, one: NewMessage) => to.call('messages.accept', acceptRow(one, now));
  const contents = async (of: Store) => {
    const page = await of.call('messages.ofConversation', {
      id: 'webhook:c1',
      cursor: Number.MAX_SAFE_INTEGER,
      limit: 500,
    });
    return page?.items.map(({ content }) => content).reverse();
  };

  /** Every cell of every table that is kept is on the server what it is here, and neither has a row more. */
  async function expectSame(): Promise<number> {
    const db = new Database(file, { readonly: true });
    defineRowSums(db);
    const connection = await connect(parseAddress(url));
    try {
      const { total } = await verifyAll({ db, connection, shapes: shapesOf(db), epoch: 0 });
      expect(textIndexIsTrue(db)).toBe(true);
      return total;
    } finally {
      await connection.close();
      db.close();
    }
  }

  test('what is accepted, worked, changed and taken away is on the server, cell by cell', async () => {
    if (kind === 'mysql') await makeLatin();
    const opened = await open();
    expect(opened.opened.server).toMatchObject({ plan: 'copy', fetched: 0 });
    if (kind === 'mysql') expect(await collations()).toEqual(['utf8mb4_bin']);
    const texts = ['hello', '请在周五之前', 'a\0b', '\uE000 private', 'it\'s \\ "quoted" 😀', ' trailing ', ''];
    await Promise.all(texts.map((content) => accept(opened, testMessage({ content, metadata: '{"a":[1,"ü"]}' }))));
    const leases = await opened.call('work.lease', { limit: 10, leaseMs: 60_000, busy: [], now });
    await opened.call('work.finish', {
      now,
      effects: leases.slice(0, 1).map(({ message: { seq }, attempts }) => ({
        message_seq: seq,
        attempts,
        routed_at: now,
        route: 'note',
        reply: { ...testMessage({ sender_id: 'clawdbot', content: 'noted' }), deliver: true },
        tasks: [],
        memories: [],
        forget: [],
        sources: [],
      })),
    });
    await opened.call('memories.insert', {
      rows: [memory('n1', 'The key lies under the mat'), memory('n2', '钥匙在垫子下面'), memory('n3', 'gone soon')],
    });
    await opened.call('memories.update', { id: 'n1', patch: { pinned: true, content: 'The key lies under the pot' } });
    await opened.call('memories.forget', { id: 'n3', now });
    await opened.call('memories.erase', { id: 'n3' });
    await close();
    expect(await expectSame()).toBeGreaterThan(15);
  });

  /** A database whose own character set has no Chinese, as old ones are. */
  async function makeLatin(): Promise<void> {
    const { db, end } = await openSession(parseAddress(url));
    await sql`ALTER DATABASE CHARACTER SET latin1`.execute(db);
    await end();
  }

  async function collations(): Promise<string[]> {
    const { db, end } = await openSession(parseAddress(url));
    const { rows } = await sql<{ collation: string }>`
      SELECT DISTINCT collation_name AS collation FROM information_schema.columns
      WHERE table_schema = database() AND collation_name IS NOT NULL`.execute(db);
    await end();
    return rows.map(({ collation }) => collation);
  }

  test('a folder that was lost comes back whole from the server, with its text index', async () => {
    rmSync(file, { force: true });
    liveIn(file, { messages: 200 });
    await open();
    await close();
    const before = await expectSame();
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'clawdbot-server-'));
    file = join(folder, 'memory.db');
    const again = await open();
    expect(again.opened.server).toMatchObject({ plan: 'fetch', altered: 0 });
    expect(again.opened.server?.fetched).toBe(before);
    await accept(again, testMessage({ content: 'afterwards' }));
    await close();
    expect(await expectSame()).toBeGreaterThan(before);
  });

  test.each([
    ['in part', false],
    ['so that nothing can be saved', true],
  ])(
    'a file that is damaged %s is set aside, and what comes in its place comes whole from the server',
    async (_, unreadable) => {
      liveIn(file, { messages: 200 });
      await open();
      await close();
      const before = await expectSame();
      const bytes = readFileSync(file);
      for (let page = 40; page < bytes.length / 4096 - 1; page += 5) bytes.fill(0xa5, page * 4096, page * 4096 + 512);
      if (unreadable) bytes.fill(0x41);
      writeFileSync(file, bytes);
      const again = await open();
      expect(again.opened.salvage === null).toBe(unreadable);
      expect(readdirSync(join(folder, 'damaged'))).toHaveLength(1);
      expect(again.opened.server).toMatchObject({ plan: 'fetch', fetched: before, altered: 0 });
      await close();
      expect(await expectSame()).toBe(before);
    },
  );

  test('while the server is away nothing is taken, what there is can be read, and it goes on by itself', async () => {
    const opened = await open();
    await accept(opened, testMessage({ content: 'before' }));
    await server?.kill();
    await expect(accept(opened, testMessage({ content: 'meanwhile' }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(await contents(opened)).toEqual(['before']);
    expect(opened.trouble?.message).toContain('cannot be reached');
    expect(opened.trouble?.message).not.toContain(new URL(url).password);
    await server?.start();
    await expect.poll(() => opened.trouble, { timeout: 30_000 }).toBeNull();
    await accept(opened, testMessage({ content: 'after' }));
    expect(await contents(opened)).toEqual(['before', 'after']);
    expect(failures).toHaveLength(1);
    await close();
    await expectSame();
  });

  test('what another process writes into the file reaches the server too', async () => {
    const opened = await open();
    await accept(opened, testMessage());
    const beside = await openStore({ file, durability: 'full', onFailure: () => {} });
    await beside.call('memories.insert', { rows: [memory('n1', 'written beside')] });
    await beside.close();
    await expect.poll(unsent, { timeout: 15_000 }).toBe(0);
    await close();
    await expectSame();
    function unsent() {
      const db = new Database(file, { readonly: true });
      const count = db.prepare('SELECT count(*) FROM server_changes').pluck().get();
      db.close();
      return count;
    }
  });

  test('what was written without the server is sent when it is there again', async () => {
    await accept(await open(), testMessage({ content: 'one' }));
    await close();
    const apart = await openStore({ file, durability: 'full', onFailure: () => {} });
    await accept(apart, testMessage({ content: 'two' }));
    await apart.close();
    const again = await open();
    expect(again.opened.server?.plan).toBe('go_on');
    await accept(again, testMessage({ content: 'three' }));
    expect(await contents(again)).toEqual(['one', 'two', 'three']);
    await close();
    await expectSame();
  });

  test('a second product is kept off, and two folders that both hold data are not mixed', async () => {
    const opened = await open();
    await accept(opened, testMessage());
    await expect(connect(parseAddress(url)).then((connection) => connection.close())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('Another Clawdbot'),
    });
    await close();
    const other = join(folder, 'other.db');
    liveIn(other, { messages: 20 });
    await expect(open(other)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('move the file'),
    });
    await expectSame();
  });

  test('one that was taken over stores nothing any more', async () => {
    const opened = await open();
    await accept(opened, testMessage());
    // As when this one hung, and its session was ended for it.
    const thief = await stealFrom(url);
    await expect(accept(opened, testMessage({ content: 'late' }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('taken'),
    });
    await thief();
    await close();
  });

  /** Raises the epoch beside the lock, as a product does that found the lock free. */
  async function stealFrom(address: string): Promise<() => Promise<void>> {
    const { db, end } = await openSession(parseAddress(address));
    const state = await readState(db);
    await writeState(db, { epoch: (state?.epoch ?? 0) + 1 });
    return end;
  }

  test('over a wire that is cut at any byte nothing is lost or doubled, whatever became of an answer', async () => {
    const straight = url;
    await accept(await open(), testMessage({ content: 'first' }));
    await close();
    const wire = await openCuttingProxy(Number(new URL(straight).port), { least: 1_500, most: 20_000 });
    try {
      url = Object.assign(new URL(straight), { port: String(wire.port) }).href;
      const opened = await open();
      wire.beginCutting();
      const acknowledged: string[] = [];
      const until = performance.now() + 4_000;
      for (let round = 0; performance.now() < until; round++) {
        const batch = [0, 1, 2].map((place) => testMessage({ content: `m${round}-${place}` }));
        const outcomes = await Promise.allSettled(batch.map((one) => accept(opened, one)));
        outcomes.forEach(({ status }, place) => status === 'fulfilled' && acknowledged.push(`m${round}-${place}`));
        if (outcomes.some(({ status }) => status === 'rejected'))
          await new Promise((resolve) => setTimeout(resolve, 50));
      }
      wire.mend();
      await expect.poll(() => opened.trouble, { timeout: 30_000 }).toBeNull();
      await accept(opened, testMessage({ content: 'last' }));
      await close();
      expect(wire.cuts).toBeGreaterThan(3);
      expect(acknowledged.length).toBeGreaterThan(20);
      url = straight;
      const stored = await storedTexts();
      expect(new Set(stored).size).toBe(stored.length);
      expect(acknowledged.filter((content) => !stored.includes(content))).toEqual([]);
      expect(stored.at(-1)).toBe('last');
      await expectSame();
    } finally {
      await wire.close();
    }
  });

  async function storedTexts(): Promise<unknown[]> {
    const { db, end } = await openSession(parseAddress(url));
    try {
      const rows = await db.selectFrom('clawdbot_messages').select('content').orderBy('seq').execute();
      return rows.map(({ content }) => content);
    } finally {
      await end();
    }
  }

  test('a server that hangs is taken for lost, and the product ends all the same', async () => {
    const straight = url;
    const wire = await openCuttingProxy(Number(new URL(straight).port), { least: 1, most: 2 });
    try {
      url = Object.assign(new URL(straight), { port: String(wire.port) }).href;
      const opened = await open();
      await accept(opened, testMessage({ content: 'before' }));
      wire.hold();
      await expect(accept(opened, testMessage({ content: 'meanwhile' }))).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
      expect(await contents(opened)).toEqual(['before']);
      await close();
    } finally {
      await wire.close();
      url = straight;
    }
  });

  test('whatever sessions are told by default, ours are durable, and one that was ended is not taken for the one with the lock', async () => {
    const { db, end } = await openSession(parseAddress(url));
    const mine = await connect(parseAddress(url));
    try {
      if (kind === 'postgresql') {
        await sql`ALTER ROLE clawdbot SET synchronous_commit = off`.execute(db);
        const told = await connect(parseAddress((await server?.create(`t${++databases}`)) ?? ''));
        const { rows } = await sql<{ value: string }>`SELECT current_setting('synchronous_commit') AS value`.execute(
          told.db,
        );
        expect(rows).toEqual([{ value: 'on' }]);
        await told.close();
      }
      const id = kind === 'postgresql' ? sql`pg_backend_pid()` : sql`connection_id()`;
      const { rows } = await sql<{ id: number }>`SELECT ${id} AS id`.execute(mine.db);
      const number = Number(rows[0]?.id);
      await (kind === 'postgresql'
        ? sql`SELECT pg_terminate_backend(${number})`
        : sql`KILL ${sql.lit(number)}`
      ).execute(db);
      await expect.poll(() => mine.isLost(), { timeout: 10_000 }).toBe(true);
      await (await connect(parseAddress(url))).close();
    } finally {
      await mine.close();
      await end();
    }
  });

  test('a transaction that the server undid because of another is run again', async () => {
    await accept(await open(), testMessage());
    await close();
    const connection = await connect(parseAddress(url));
    try {
      const state = await readState(connection.db);
      let attempts = 0;
      const batch = await asNextCommit(connection, state?.epoch ?? 0, async (trx) => {
        await trx.deleteFrom('clawdbot_messages').execute();
        if (++attempts < 3) throw Object.assign(new Error('could not serialize access'), { code: '40001' });
        await trx.deleteFrom('clawdbot_inbox').execute();
      });
      expect({ attempts, batch }).toEqual({ attempts: 3, batch: (state?.batch ?? 0) + 1 });
    } finally {
      await connection.close();
    }
  });

  test('a commit that the server kept and the file did not comes back from the server', async () => {
    const opened = await open();
    await accept(opened, testMessage({ content: 'one' }));
    await close();
    const copy = `${file}.earlier`;
    new Database(file).exec(`VACUUM INTO '${copy}'`);
    const again = await open();
    await accept(again, testMessage({ content: 'two' }));
    await again.call('memories.insert', { rows: [memory('n1', 'only the server kept this')] });
    await close();
    const whole = await expectSame();
    file = copy;
    const behind = await open();
    expect(behind.opened.server?.plan).toBe('catch_up');
    expect(await contents(behind)).toEqual(['one', 'two']);
    await close();
    expect(await expectSame()).toBe(whole);
  });

  test('a restore here goes before what the server holds', async () => {
    const opened = await open();
    await accept(opened, testMessage({ content: 'one' }));
    await close();
    const copy = `${file}.earlier`;
    const backup = new Database(file);
    backup.exec(`VACUUM INTO '${copy}'`);
    backup.close();
    await accept(await open(), testMessage({ content: 'two' }));
    await close();
    file = copy;
    await settleDatabase(file, now, new AbortController().signal);
    // Tried out in another folder it would take from the server what came after it.
    const elsewhere = mkdtempSync(join(tmpdir(), 'clawdbot-server-'));
    const tried = join(elsewhere, 'memory.db');
    copyFileSync(file, tried);
    await expect(open(tried)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('a backup of what another folder keeps'),
    });
    rmSync(elsewhere, { recursive: true });
    const again = await open();
    expect(again.opened.server?.plan).toBe('copy');
    expect(await contents(again)).toEqual(['one']);
    await close();
    await expectSame();
  });

  test('a server that was put back to an earlier hour is told again what it lost', async () => {
    await accept(await open(), testMessage({ content: 'one' }));
    await close();
    const { db, end } = await openSession(parseAddress(url));
    await db.deleteFrom('clawdbot_messages').execute();
    await writeState(db, { batch: 1 });
    await end();
    const again = await open();
    expect(again.opened.server?.plan).toBe('copy');
    expect(await contents(again)).toEqual(['one']);
    await close();
    await expectSame();
  });

  test('an older schema is brought up to date here and there', async () => {
    const older = new Database(file);
    defineRowSums(older);
    migrate(older, file, { upTo: schemaVersion - 2 });
    older.close();
    liveIn(file, { messages: 30 });
    await open();
    await close();
    const { db, end } = await openSession(parseAddress(url));
    await writeState(db, { schema_version: schemaVersion - 2 });
    await end();
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'clawdbot-server-'));
    file = join(folder, 'memory.db');
    const again = await open();
    expect(again.opened.server?.plan).toBe('fetch');
    await close();
    await expectSame();
  });
});

const memory = (id: string, content: string) => ({
  id,
  external_id: null,
  kind: 'note' as const,
  content,
  created_at: now,
  sender_id: 'ana',
  conversation_id: null,
  platform: null,
  subject: null,
  message_id: null,
  metadata: {},
  sensitive: false,
});
