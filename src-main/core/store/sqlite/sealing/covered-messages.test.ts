import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkThoroughly, isSound } from '../check.ts';
import type { MemoryRow } from '../memories.ts';
import { acceptRow } from '../messages.ts';
import { openDatabase } from '../open.ts';
import { createOps, type StoreOps } from '../ops.ts';
import { salvage } from '../salvage.ts';
import { migrate } from '../schema.ts';
import type { NewTask } from '../tasks.ts';
import type { Effects, Lease } from '../work.ts';
import type { SealDeps } from './sealing.ts';
import { addKey, newRoot, sealDeps } from './test-sealing.ts';

let folder: string;
let file: string;
let db: Database.Database;
let deps: SealDeps;
let ops: StoreOps;
const root = newRoot();
const password = 'Zebracorn77otter';
const said = `the wifi password is ${password}, ok?`;
const covered = said.replace(password, '•'.repeat(password.length));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-covered-'));
  file = join(folder, 'memory.db');
  open();
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function open(hasKey = true, rules: Parameters<typeof sealDeps>[0] = {}): void {
  if (db?.open) db.close();
  db = openDatabase(file, 'full');
  migrate(db, file);
  deps = sealDeps(rules);
  ops = createOps(db, { waiting: 0 }, deps);
  if (ops['memoryKeys.list'].run(null).length === 0) addKey(db, deps, root);
  else ops['memoryKeys.unlock'].run({ roots: hasKey ? [{ version: 1, by: 'stored', root }] : [] });
}

const accept = (id: string, content = said, metadata: unknown = {}): string | null =>
  ops['messages.accept'].run(
    acceptRow(
      {
        id,
        platform: 'webhook',
        channel: 'webhook',
        external_id: id,
        conversation_id: `room-${id}`,
        sender_id: 'ana',
        content,
        timestamp: 1,
        attachments: '[]',
        metadata: JSON.stringify(metadata),
        received_at: 1,
      },
      1,
    ),
  );
const lease = (now = 10): Lease[] => ops['work.lease'].run({ limit: 10, now, leaseMs: 1000, busy: [] });
const message = (id: string) => ops['messages.get'].run({ id });
const boxes = () => db.prepare('SELECT count(*) FROM message_seals').pluck().get();

const memory = (id: string, message_id: string, content: string): MemoryRow => ({
  id,
  external_id: null,
  kind: 'message',
  content,
  created_at: 1,
  sender_id: 'ana',
  conversation_id: 'webhook:room',
  platform: 'webhook',
  subject: null,
  message_id,
  metadata: {},
  sensitive: false,
});

const task = (message_id: string, title: string, quote: string): NewTask => ({
  id: `t-${message_id}`,
  title,
  status: 'suggested',
  due: null,
  due_granularity: null,
  rrule: null,
  assignee: null,
  priority: 'normal',
  labels: [title],
  progress: 0,
  confidence: 1,
  why: [],
  source: {
    message_id,
    start: 0,
    end: quote.length,
    quote,
    sender_id: 'ana',
    conversation: 'webhook:room',
    at: '2026-01-01T00:00:00.000Z',
  },
});

/** As the assistant works a message that it understood. */
function finish({ message: row, attempts }: Lease, sources: string[] = []): void {
  const reply = {
    id: `r-${row.id}`,
    platform: 'webhook',
    channel: 'webhook',
    external_id: `reply:${row.id}`,
    conversation_id: row.conversation_id,
    sender_id: 'clawdbot',
    content: `Noted: “${row.content}”`,
    timestamp: 1,
    attachments: '[]',
    metadata: '{}',
    received_at: 1,
    deliver: false,
  };
  const effects: Effects = {
    message_seq: row.seq,
    attempts,
    routed_at: 1,
    route: 'note',
    reply,
    tasks: [task(row.id, `change ${row.content}`, row.content)],
    memories: [memory(`m-${row.id}`, row.id, row.content)],
    forget: [],
    sources,
  };
  db.transaction(() => ops['work.finish'].run({ effects: [effects], now: 20 })).immediate();
}

const everything = () => {
  deps.vault.noteCovered();
  deps.vault.cutLog(() => Boolean(db.pragma('wal_checkpoint(TRUNCATE)')));
  return readdirSync(folder)
    .filter((name) => name.startsWith('memory.db'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
};

describe('a message with a secret in it', () => {
  test('is stored with signs in its place, handed out as it was said, and leaves one sealed memory', () => {
    accept('a', said, { note: `pw: ${password}`, password, kept: 'as it is' });
    expect(message('a')).toMatchObject({ content: covered, metadata: { kept: 'as it is', password: '•'.repeat(16) } });
    expect(boxes()).toBe(1);
    const [given] = lease();
    expect(given?.message.content).toBe(said);
    finish(given as Lease);
    expect(boxes()).toBe(0);
    expect(ops['memories.get'].run({ id: 'm-a' })).toMatchObject({ content: said, sensitive: true });
    expect(message('a')).toMatchObject({ content: covered, state: 'answered' });
    expect(message('r-a')?.content).toBe(`Noted: “${covered}”`);
    expect(ops['tasks.get'].run({ id: 't-a' })).toMatchObject({
      title: `change ${covered}`,
      labels: [`change ${covered}`],
      source: { quote: covered },
    });
    expect(everything()).not.toContain(password);
    expect(isSound(checkThoroughly(db))).toBe(true);
  });

  test('is known again when it is delivered twice, and one without a secret is stored as it is', () => {
    expect([accept('a'), accept('a'), accept('b', 'send the report')]).toEqual([null, 'a', null]);
    expect(boxes()).toBe(1);
    expect(message('b')?.content).toBe('send the report');
    expect(lease().map(({ message: { content } }) => content)).toEqual([said, 'send the report']);
  });

  test('is covered as a whole where a rule names it', () => {
    open(true, { senders: ['ana'] });
    accept('a', 'come at nine');
    expect(message('a')?.content).toBe('•'.repeat(12));
    const [given] = lease();
    finish(given as Lease);
    expect(ops['memories.get'].run({ id: 'm-a' })?.content).toBe('come at nine');
    expect(everything()).not.toContain('nine');
  });

  test('waits over a lost key as a dead letter, holds nobody up, and is worked when the key is back', () => {
    accept('a');
    accept('b', 'send the report');
    open(false);
    expect(lease().map(({ message: { id } }) => id)).toEqual(['b']);
    expect(message('a')).toMatchObject({ state: 'failed', content: covered });
    expect(() => accept('c')).toThrow(expect.objectContaining({ code: 'MEMORY_LOCKED' }));
    expect(message('c')).toBe(null);
    open();
    ops['deadLetters.retry'].run({ id: 'a', now: 30 });
    expect(lease(5000).map(({ message: { content } }) => content)).toContain(said);
    expect(isSound(checkThoroughly(db))).toBe(true);
  });
});

test('a memory that a person marks covers its message, the quotation, the preview and what quoted it', () => {
  const secret = 'the quokkabeam is behind the door';
  accept('a', secret);
  finish(lease()[0] as Lease);
  accept('b', 'where is it?');
  finish(lease()[0] as Lease, ['m-a']);
  expect(everything()).toContain('quokkabeam');
  db.transaction(() => ops['memories.update'].run({ id: 'm-a', patch: { sensitive: true } })).immediate();
  expect(message('a')?.content).toBe('•'.repeat(secret.length));
  expect(message('r-a')?.content).toMatch(/^•+$/);
  expect(message('r-b')?.content).toMatch(/^•+$/);
  expect(message('b')?.content).toBe('where is it?');
  expect(ops['tasks.get'].run({ id: 't-a' })?.source?.quote).toMatch(/^•+$/);
  const { items } = ops['conversations.list'].run({ cursor: Number.MAX_SAFE_INTEGER, limit: 5 });
  expect(items.map(({ last_message }) => last_message)).toEqual([
    expect.stringMatching(/^•+$/),
    expect.stringMatching(/^•+$/),
  ]);
  // The card is its owner's, and keeps its title.
  db.prepare("UPDATE tasks SET title = 'x', labels = '[]'").run();
  expect(everything()).not.toContain('quokkabeam');
  expect(ops['memories.get'].run({ id: 'm-a' })?.content).toBe(secret);
  expect(isSound(checkThoroughly(db))).toBe(true);
});

test('a salvaged database has its sealed memories, keys and waiting messages, and their words after a round', () => {
  accept('a');
  finish(lease()[0] as Lease);
  accept('b', `and the other password is ${password}9`);
  db.close();
  const report = salvage({ file, copies: [], found: 'a test', now: 1 });
  expect(report.tables.filter(({ table }) => table === 'memory_keys' || table === 'message_seals')).toEqual([
    expect.objectContaining({ saved: 1, missing: 0 }),
    expect.objectContaining({ saved: 1 }),
  ]);
  open();
  expect(ops['memories.get'].run({ id: 'm-a' })).toMatchObject({ content: said });
  const step = ops['sealing.tend'].run({ at: { part: 'memories', after: 0 }, limit: 10, now: 1 });
  expect(step.changed).toBe(1);
  expect(ops['memories.findSealed'].run({ query: password, limit: 3 }).map(({ id }) => id)).toEqual(['m-a']);
  expect(lease(5000).map(({ message: { content } }) => content)).toEqual([`and the other password is ${password}9`]);
});
