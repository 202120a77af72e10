import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkThoroughly, isIndexSound, isSound } from '../check.ts';
import type { MemoryRow } from '../memories.ts';
import { acceptRow } from '../messages.ts';
import { openDatabase } from '../open.ts';
import { createOps, type StoreOps } from '../ops.ts';
import { migrate } from '../schema.ts';
import { addKey, sealDeps } from '../sealing/test-sealing.ts';
import type { Queue } from '../work.ts';
import { type ErasePlace, eraseFromFront } from './erase-steps.ts';
import { nothingErased, sumOfErased } from './erase-texts.ts';
import { digestOfPerson } from './erasures.ts';

let folder: string;
let db: Database.Database;
let ops: StoreOps;
let queue: Queue;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-erase-'));
  const file = join(folder, 'memory.db');
  db = openDatabase(file, 'full');
  migrate(db, file);
  queue = { waiting: 0 };
  const seals = sealDeps();
  addKey(db, seals);
  ops = createOps(db, queue, seals);
});

afterEach(() => {
  const findings = checkThoroughly(db);
  expect([isSound(findings), isIndexSound(findings)]).toEqual([true, true]);
  const totals = ops['store.totals'].run(null);
  expect(totals.done + totals.queued + totals.working + totals.dead).toBe(totals.messages_in);
  expect(queue.waiting).toBe(totals.queued + totals.working);
  db.close();
  rmSync(folder, { recursive: true });
});

function say(id: string, sender_id: string, conversation_id: string, content = `${sender_id} says ${id}`): void {
  const message = {
    id,
    platform: 'webhook',
    channel: 'webhook',
    external_id: `x-${id}`,
    conversation_id,
    sender_id,
    content,
    timestamp: 1,
    attachments: '[{"name":"photo"}]',
    metadata: '{"room":"red"}',
    received_at: 1,
  };
  ops['messages.accept'].run(acceptRow(message, 1));
}

const remembered = (id: string, sender_id: string, more: Partial<MemoryRow> = {}): MemoryRow => ({
  id: `m-${id}`,
  external_id: null,
  kind: 'message',
  content: `${sender_id} says ${id}`,
  created_at: 1,
  sender_id,
  conversation_id: null,
  platform: 'webhook',
  subject: null,
  message_id: id,
  metadata: {},
  sensitive: false,
  ...more,
});

/** Works one message as the assistant does: a reply that waits to be sent, and a memory. */
function work(id: string, sources: string[] = []): void {
  const leases = db
    .transaction(() => ops['work.lease'].run({ limit: 50, now: 5, leaseMs: 1000, busy: [] }))
    .immediate();
  for (const { message, attempts } of leases) {
    if (message.id !== id) {
      ops['work.release'].run({
        message_seq: message.seq,
        attempts,
        counts: false,
        not_before: 0,
        detail: null,
        now: 5,
      });
      continue;
    }
    const reply = {
      id: `r-${id}`,
      platform: 'webhook',
      channel: 'webhook',
      external_id: `reply:${id}`,
      conversation_id: message.conversation_id,
      sender_id: 'clawdbot',
      content: `Noted: ${message.content}`,
      timestamp: 1,
      attachments: '[]',
      metadata: '{}',
      received_at: 1,
      deliver: true,
    };
    ops['work.finish'].run({
      effects: [
        {
          message_seq: message.seq,
          attempts,
          routed_at: 5,
          route: 'note',
          reply,
          tasks: [],
          memories: [remembered(id, message.sender_id)],
          forget: [],
          sources,
        },
      ],
      now: 6,
    });
  }
}

const anyone = (person: string) => ({ person, subjects: [person], platform: null });

function erase(person: string, limit = 3) {
  let counts = nothingErased();
  let waited = 0;
  for (let at: ErasePlace | null = eraseFromFront; at; ) {
    const step: ReturnType<(typeof ops)['erasures.step']['run']> = ops['erasures.step'].run({
      id: '',
      whom: anyone(person),
      at,
      limit,
    });
    counts = sumOfErased(counts, step.counts);
    if (step.isWaiting) waited++;
    if (waited > 2) return { counts, waited };
    at = step.next;
  }
  return { counts, waited };
}

const contentOf = (id: string) => ops['messages.get'].run({ id });
const outbox = () =>
  db.prepare('SELECT state, recipient_id, conversation_id, last_error FROM outbox ORDER BY seq').all();

describe('whatever became of a message', () => {
  test('one that waits is no longer worked, one that was set aside is no longer there to be tried', () => {
    say('waiting', 'ana', 'a');
    say('buried', 'ana', 'b');
    const [, second] = ops['work.lease'].run({ limit: 2, now: 5, leaseMs: 1000, busy: [] });
    ops['work.bury'].run({ message_seq: second?.message.seq ?? 0, attempts: 1, reason: 'no', now: 6 });
    const effects = { routed_at: 5, route: 'note', reply: null, tasks: [], memories: [], forget: [], sources: [] };
    expect(queue.waiting).toBe(1);

    expect(erase('Ana').counts).toMatchObject({ messages: 2, memories: 0 });
    expect(queue.waiting).toBe(0);
    expect(ops['deadLetters.list'].run({ cursor: 9, limit: 9 }).items).toEqual([]);
    // Whoever was just working it comes too late, and tells nothing.
    expect(ops['work.finish'].run({ effects: [{ message_seq: 1, attempts: 1, ...effects }], now: 7 })).toMatchObject([
      { done: false },
    ]);
    expect(contentOf('waiting')).toMatchObject({ content: '', sender_id: 'erased', attachments: [], state: 'failed' });
    expect(ops['conversations.list'].run({ cursor: 99, limit: 9 }).items).toEqual([]);
  });

  test('a reply that waits is not sent, and one on its way is waited for', () => {
    say('one', 'ana', 'a');
    work('one');
    say('two', 'ana', 'b');
    work('two');
    const [sending] = ops['outbox.take'].run({ limit: 1, now: 10, busy: [] });
    expect(outbox()).toMatchObject([{ state: 'sending' }, { state: 'pending' }]);

    expect(erase('ana').waited).toBeGreaterThan(2);
    expect(contentOf('one')?.content).toBe('ana says one');

    const settled = { not_before: 0, error: null, now: 11, steady: 11 };
    ops['outbox.settle'].run({ seq: sending?.seq ?? 0, state: 'sent', ...settled });
    expect(erase('ana')).toMatchObject({ waited: 0, counts: { memories: 2, messages: 2 } });
    expect(outbox()).toEqual([
      { state: 'sent', recipient_id: 'erased', conversation_id: 'erased', last_error: null },
      { state: 'failed', recipient_id: 'erased', conversation_id: 'erased', last_error: 'erased' },
    ]);
    expect(ops['outbox.take'].run({ limit: 9, now: 20, busy: [] })).toEqual([]);
    expect([contentOf('r-one')?.content, contentOf('r-two')?.content]).toEqual(['', '']);
  });
});

test('whoever is erased in small steps is gone as a whole, and nobody else loses anything but what quoted them', () => {
  for (let at = 0; at < 40; at++) {
    const who = at % 3 === 0 ? 'ana' : 'ben';
    say(`n${at}`, who, at % 2 === 0 ? 'team' : `${who}-desk`);
    work(`n${at}`, at === 4 ? ['m-n3', 'm-n0'] : []);
  }
  ops['memories.insert'].run({ rows: [remembered('about', 'ben', { subject: 'ANA', message_id: null })] });
  const upper = ops['erasures.subjects'].run({ person: 'ana' });
  expect(upper).toEqual(['ANA']);

  expect(
    ops['erasures.look'].run({ whom: anyone('ana'), at: { part: 'messages', after: 0 }, limit: 9 }).counts.messages,
  ).toBe(14);
  const { counts } = erase('ana', 2);
  expect(counts).toMatchObject({ memories: 14, messages: 14, replies: 15 });
  expect(erase('ana').counts).toEqual(nothingErased());

  const left = db.prepare("SELECT id FROM memories WHERE sender_id = 'ana' COLLATE NOCASE").all();
  expect(left).toEqual([]);
  const texts = db.prepare<[], string>("SELECT content FROM messages WHERE content LIKE '%ana%'").pluck().all();
  expect(texts).toEqual([]);
  expect(contentOf('r-n4')?.content).toBe('');
  expect(contentOf('n4')?.content).toBe('ben says n4');
  expect(ops['conversations.list'].run({ cursor: 999, limit: 9 }).items).toMatchObject([
    { id: 'webhook:team', message_count: 40 },
    { id: 'webhook:ben-desk' },
  ]);
  expect(db.prepare("SELECT count(*) FROM conversations WHERE last_message LIKE '%ana%'").pluck().get()).toBe(0);
});

test('what a rule of age takes is the old and not what is pinned, and a forgotten memory goes without its message', () => {
  say('old', 'ana', 'a');
  work('old');
  say('gone', 'ben', 'b');
  work('gone');
  ops['memories.insert'].run({
    rows: [
      remembered('pinned', 'ana', { message_id: null, kind: 'note' }),
      remembered('young', 'ana', { message_id: null, kind: 'note', created_at: 5_000 }),
      remembered('mail', 'ana', { message_id: null, kind: 'note', platform: 'mail' }),
    ],
  });
  ops['memories.update'].run({ id: 'm-pinned', patch: { pinned: true } });
  ops['memories.forget'].run({ id: 'm-gone', now: 100 });

  expect(ops['memories.eraseForgotten'].run({ before: 100, limit: 9 })).toBe(0);
  expect(ops['memories.eraseForgotten'].run({ before: 101, limit: 9 })).toBe(1);
  expect(contentOf('gone')?.content).toBe('ben says gone');

  const rule = { before: 4_000, kind: 'message', platform: 'webhook', limit: 9 };
  expect(ops['memories.expire'].run(rule)).toMatchObject({ memories: 1, messages: 1, replies: 1 });
  expect(contentOf('old')).toMatchObject({ content: '', sender_id: 'ana' });
  expect(ops['memories.expire'].run({ ...rule, kind: null, platform: null }).memories).toBe(1);
  const left = db.prepare<[], string>('SELECT id FROM memories ORDER BY seq').pluck().all();
  expect(left).toEqual(['m-pinned', 'm-young']);
});

test('a person is known again by the digest, in another writing too, and not by another salt', () => {
  ops['memories.insert'].run({
    rows: [remembered('a', 'Ana', { message_id: null }), remembered('b', 'ben', { message_id: null })],
  });
  const mark = { id: 'e1', at: 1, platform: null, salt: 's', digest: digestOfPerson('s', 'aNA') };
  const other = { ...mark, id: 'e2', salt: 't' };
  expect(ops['erasures.match'].run([mark, other])).toEqual([
    { mark, person: 'Ana' },
    { mark: other, person: null },
  ]);
  ops['erasures.begin'].run({ ...mark, person: 'Ana' });
  expect(ops['erasures.unfinished'].run(null)).toMatchObject([{ id: 'e1', person: 'Ana' }]);
  ops['erasures.finish'].run({ id: 'e1', now: 3 });
  ops['erasures.know'].run({ mark: other, now: 4 });
  expect(ops['erasures.unfinished'].run(null)).toEqual([]);
  // Nothing was taken, so nothing is to be swept, and the next sweep has no work from it.
  expect(ops['erasures.unswept'].run(null)).toEqual([]);
  expect(ops['sealing.coveredAt'].run(null)).toBeNull();
  ops['erasures.begin'].run({ ...mark, id: 'e3', person: 'Ana' });
  ops['erasures.step'].run({ id: 'e3', whom: anyone('Ana'), at: eraseFromFront, limit: 9 });
  expect(ops['erasures.get'].run({ id: 'e3' })?.counts.memories).toBe(1);
  ops['erasures.finish'].run({ id: 'e3', now: 3 });
  expect(ops['erasures.unswept'].run(null)).toEqual(['e3']);
  expect(db.prepare('SELECT person FROM erasures').pluck().all()).toEqual([null, null, null]);
});
