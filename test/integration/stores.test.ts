import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  acceptRow,
  compareWithServer,
  type Effects,
  type NewMessage,
  openStore,
  type Store,
} from '../../src-main/core/store/index.ts';
import { testMessage } from '../../src-main/core/store/sqlite/test-messages.ts';
import { type DatabaseServer, serverKinds, startDatabaseServer } from '../fakes/database-servers.ts';
import { leaveOut } from '../fakes/leave-out.ts';

const now = 1_700_000_000_500;
async function accept(to: Store, one: NewMessage): Promise<{ id: string; duplicate: boolean }> {
  const known = await to.call('messages.accept', acceptRow(one, now));
  return { id: known ?? one.id, duplicate: known !== null };
}
const lease = (to: Store, change: { limit?: number; busy?: string[]; now?: number } = {}) =>
  to.call('work.lease', { limit: 10, leaseMs: 60_000, busy: [], now, ...change });

function effects(change: Pick<Effects, 'message_seq' | 'attempts'> & Partial<Effects>): Effects {
  return { routed_at: now, route: 'note', reply: null, tasks: [], memories: [], forget: [], sources: [], ...change };
}

const reply = (question: string): NewMessage & { deliver: boolean } => ({
  ...testMessage({ sender_id: 'clawdbot', content: 'noted', external_id: `reply:${question}` }),
  deliver: true,
});

describe.each(['sqlite', ...serverKinds] as const)('a store of %s', (kind) => {
  let folder: string;
  let file: string;
  let store: Store | undefined;
  let server: DatabaseServer | null = null;
  let url: string | null = null;
  let databases = 0;

  beforeAll(async () => {
    if (kind !== 'sqlite') server = await startDatabaseServer(kind);
  });
  afterAll(async () => server?.stop());
  beforeEach(async ({ task, skip }) => {
    if (kind !== 'sqlite' && !server) {
      leaveOut(task, `${kind} is not installed`);
      return skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'clawdbot-stores-'));
    file = join(folder, 'memory.db');
    url = (await server?.create(`s${++databases}`)) ?? null;
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    // Whatever was done, the server has every cell of it.
    if (url !== null)
      await compareWithServer({ file, to: url, signal: new AbortController().signal, onStep: () => {} });
    url = null;
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const open = async () => {
    store = await openStore({
      file,
      durability: 'full',
      server: url,
      onFailure: (error) => expect.fail(String(error)),
    });
    return store;
  };

  test('a message that comes again changes nothing, also after a restart', async () => {
    const first = testMessage({ external_id: 'same' });
    expect(await accept(await open(), first)).toEqual({ id: first.id, duplicate: false });
    expect(await accept(await open2(), testMessage({ external_id: 'same' }))).toEqual({
      id: first.id,
      duplicate: true,
    });
    expect(store?.waiting).toBe(1);
  });

  async function open2(): Promise<Store> {
    await store?.close();
    return open();
  }

  test('a message comes back as it was said, with a NUL, a line break or an emoji in it', async () => {
    const to = await open();
    const content = 'before\u0000after\r\n\t\u001b[31m 报告 😀\u202e';
    const { id } = await accept(to, testMessage({ content, sender_id: 'a\u0000b' }));
    expect(await to.call('messages.get', { id })).toMatchObject({ content, sender_id: 'a\u0000b' });
  });

  test('the same id on another channel or platform is another message', async () => {
    const to = await open();
    for (const change of [{}, { channel: 'socket' }, { platform: 'irc' }]) {
      expect(await accept(to, testMessage({ external_id: 'same', ...change }))).toMatchObject({ duplicate: false });
    }
  });

  test('three copies at once are one message', async () => {
    const to = await open();
    const copies = [1, 2, 3].map(() => testMessage({ external_id: 'same' }));
    const results = await Promise.all(copies.map((copy) => accept(to, copy)));
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
  });

  test('one call that fails leaves the others of its commit whole', async () => {
    const to = await open();
    const good = accept(to, testMessage());
    const bad = accept(to, testMessage({ id: null as unknown as string }));
    const alsoGood = accept(to, testMessage());
    await expect(bad).rejects.toThrow(/NOT NULL/);
    expect(await good).toMatchObject({ duplicate: false });
    expect(await alsoGood).toMatchObject({ duplicate: false });
    expect(to.waiting).toBe(2);
    expect(await to.call('store.totals', null)).toMatchObject({ messages_in: 2, queued: 2 });
  });

  test('each conversation is handed out in order, and not while it is busy', async () => {
    const to = await open();
    const sent = [];
    for (const conversation_id of ['a', 'b', 'a', 'b', 'c']) {
      const one = testMessage({ conversation_id });
      sent.push(one.id);
      await accept(to, one);
    }
    const first = await lease(to, { limit: 2 });
    expect(first.map((one) => one.message.id)).toEqual([sent[0], sent[1]]);
    const second = await lease(to);
    expect(second.map((one) => one.message.id)).toEqual([sent[4]]);
  });

  test('a message that waits for its next attempt holds back those after it', async () => {
    const to = await open();
    for (const conversation_id of ['a', 'a', 'b']) await accept(to, testMessage({ conversation_id }));
    const [first] = await lease(to, { limit: 1 });
    if (!first) return expect.fail('nothing was leased');
    await to.call('work.release', {
      message_seq: first.message.seq,
      attempts: 1,
      counts: true,
      not_before: now + 1000,
      detail: 'later',
      now,
    });
    expect((await lease(to)).map((one) => one.message.conversation_id)).toEqual(['b']);
    expect(await to.call('work.nextDue', null)).toBe(now + 1000);
    expect((await lease(to, { now: now + 1000 })).map((one) => [one.message.seq, one.attempts])).toEqual([
      [first.message.seq, 2],
      [first.message.seq + 1, 1],
    ]);
  });

  test('a lease that ran out is handed out again, and the late worker changes nothing', async () => {
    const to = await open();
    await accept(to, testMessage());
    const [old] = await lease(to);
    const [fresh] = await lease(to, { now: now + 61_000 });
    if (!old || !fresh) return expect.fail('nothing was leased');
    expect(fresh.attempts).toBe(2);
    const late = effects({ message_seq: old.message.seq, attempts: old.attempts, reply: reply(old.message.id) });
    const [ignored] = await to.call('work.finish', { effects: [late], now });
    expect(ignored).toMatchObject({ done: false, reply_id: null });
    const [kept] = await to.call('work.finish', {
      effects: [{ ...late, attempts: fresh.attempts, reply: reply(old.message.id) }],
      now,
    });
    expect(kept).toMatchObject({ done: true });
    expect(await to.call('messages.get', { id: old.message.id })).toMatchObject({ state: 'answered' });
  });

  test('what was leased when the product ended is handed out again after the start', async () => {
    await accept(await open(), testMessage());
    await lease(store as Store);
    const to = await open2();
    expect(await to.call('work.recover', null)).toBe(1);
    expect((await lease(to)).map(({ attempts }) => attempts)).toEqual([2]);
  });

  test('a finished message has its whole time line, its reply and nothing left to do', async () => {
    const to = await open();
    await accept(to, testMessage());
    const [one] = await lease(to);
    if (!one) return expect.fail('nothing was leased');
    const answer = reply(one.message.id);
    const [done] = await to.call('work.finish', {
      effects: [effects({ message_seq: one.message.seq, attempts: 1, reply: answer, route: 'recall' })],
      now,
    });
    expect(done).toMatchObject({ done: true, reply_id: answer.id, conversation: 'webhook:c1' });
    const kept = await to.call('messages.get', { id: one.message.id });
    expect(kept?.timeline.map(({ state }) => state)).toEqual(['received', 'stored', 'routed', 'answered']);
    expect(await to.call('messages.replyTo', { id: one.message.id })).toMatchObject({
      id: answer.id,
      direction: 'out',
      in_reply_to: one.message.id,
    });
    expect(to.waiting).toBe(0);
    expect(await to.call('store.totals', null)).toMatchObject({
      messages_in: 1,
      done: 1,
      queued: 0,
      working: 0,
      dead: 0,
    });
  });

  test('a dead letter is set aside with its reason and can be tried again', async () => {
    const to = await open();
    await accept(to, testMessage());
    const [one] = await lease(to);
    if (!one) return expect.fail('nothing was leased');
    expect(
      await to.call('work.bury', { message_seq: one.message.seq, attempts: 1, reason: 'cannot be read', now }),
    ).toBe(true);
    expect(await to.call('deadLetters.list', { cursor: Number.MAX_SAFE_INTEGER, limit: 10 })).toMatchObject({
      items: [{ message_id: one.message.id, reason: 'cannot be read' }],
    });
    expect(to.waiting).toBe(0);
    expect(await to.call('deadLetters.retry', { id: one.message.id, now })).toMatchObject({ state: 'stored' });
    expect(await to.call('deadLetters.retry', { id: one.message.id, now })).toBeNull();
    expect(await lease(to)).toHaveLength(1);
  });

  test('a delivery that was under way at the end is never sent again by itself', async () => {
    const to = await open();
    await accept(to, testMessage());
    const [one] = await lease(to);
    if (!one) return expect.fail('nothing was leased');
    await to.call('work.finish', {
      effects: [effects({ message_seq: one.message.seq, attempts: 1, reply: reply(one.message.id) })],
      now,
    });
    expect(await to.call('outbox.take', { limit: 5, now, busy: [] })).toHaveLength(1);
    const again = await open2();
    expect(await again.call('outbox.recover', { now })).toBe(1);
    expect(await again.call('outbox.take', { limit: 5, now, busy: [] })).toHaveLength(0);
    const kept = await again.call('messages.get', { id: one.message.id });
    expect(kept).toMatchObject({ state: 'failed' });
    expect(kept?.timeline.at(-1)?.detail).toMatch(/unknown after send/);
  });

  test('replies of one conversation leave one after the other', async () => {
    const to = await open();
    for (const conversation_id of ['a', 'a', 'b']) await accept(to, testMessage({ conversation_id }));
    const leases = await lease(to);
    const all = leases.map((one) =>
      effects({
        message_seq: one.message.seq,
        attempts: 1,
        reply: { ...reply(one.message.id), conversation_id: one.message.conversation_id },
      }),
    );
    await to.call('work.finish', { effects: all, now });
    const first = await to.call('outbox.take', { limit: 5, now, busy: [] });
    expect(first.map(({ conversation_id }) => conversation_id)).toEqual(['a', 'b']);
    expect(await to.call('outbox.take', { limit: 5, now, busy: [] })).toEqual([]);
    for (const item of first)
      await to.call('outbox.settle', { seq: item.seq, state: 'sent', not_before: 0, error: null, now, steady: now });
    expect(await to.call('outbox.take', { limit: 5, now, busy: [] })).toHaveLength(1);
  });

  test('the same words of the same message make one card', async () => {
    const to = await open();
    const task = {
      id: 't1',
      title: 'Send the report',
      status: 'suggested' as const,
      due: null,
      due_granularity: null,
      rrule: null,
      assignee: null,
      priority: 'normal' as const,
      labels: [],
      progress: 0,
      confidence: 0.9,
      why: ['request'],
      source: {
        message_id: 'm1',
        start: 3,
        end: 9,
        quote: 'report',
        sender_id: 'ana',
        conversation: 'webhook:c1',
        at: '2026-01-01T00:00:00.000Z',
      },
    };
    expect((await to.call('tasks.insert', { task, now })).id).toBe('t1');
    expect((await to.call('tasks.insert', { task: { ...task, id: 't2' }, now })).id).toBe('t1');
  });

  test('cards keep their order through any number of moves between the same two', async () => {
    const to = await open();
    const make = async (id: string) =>
      to.call('tasks.insert', {
        task: {
          id,
          title: id,
          status: 'todo',
          due: null,
          due_granularity: null,
          rrule: null,
          assignee: null,
          priority: 'normal',
          labels: [],
          progress: 0,
          confidence: null,
          why: [],
          source: null,
        },
        now,
      });
    for (const id of ['a', 'b', 'c']) await make(id);
    for (let turn = 0; turn < 120; turn++) {
      const [moving, before] = turn % 2 === 0 ? ['b', 'a'] : ['a', 'b'];
      await to.call('tasks.update', { id: moving, patch: {}, before, now });
    }
    const titles = (await to.call('tasks.board', { id: 'main', name: 'Todos' })).columns[1]?.tasks.map(
      ({ title }) => title,
    );
    expect(titles).toEqual(['a', 'b', 'c']);
  });

  test('a closed store refuses calls instead of leaving them waiting', async () => {
    const to = await open();
    await to.close();
    await expect(accept(to, testMessage())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
