import { describe, expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { createOutbox, type OutboxEntry, outboxLimit } from './outbox.ts';

function fakeStorage(initial?: string) {
  let value = initial ?? null;
  return {
    getItem: () => value,
    setItem: (_key: string, next: string) => {
      value = next;
    },
  };
}

function setUp(
  options: { storage?: ReturnType<typeof fakeStorage>; send?: (entry: OutboxEntry) => Promise<unknown> } = {},
) {
  const sent: OutboxEntry[] = [];
  const storage = options.storage ?? fakeStorage();
  let ids = 0;
  const outbox = createOutbox({
    storage,
    send: async (entry) => {
      await options.send?.(entry);
      sent.push(entry);
    },
    newId: () => `id-${++ids}`,
    now: () => 1_000,
    pause: async () => undefined,
  });
  return { outbox, sent, storage };
}

describe('the outbox of the chat', () => {
  test('what is typed while offline is sent in order once the connection is back', async () => {
    const { outbox, sent } = setUp();
    outbox.add('first');
    outbox.add('second');
    expect(sent).toEqual([]);

    outbox.setOnline(true);
    await outbox.flush();

    expect(sent.map((entry) => entry.content)).toEqual(['first', 'second']);
    expect(outbox.entries()).toEqual([]);
  });

  test('a reload keeps what was typed, under the same id', async () => {
    const { outbox, storage } = setUp();
    outbox.add('keep me');
    const id = outbox.entries()[0]?.external_id;

    const reloaded = setUp({ storage });
    reloaded.outbox.setOnline(true);
    await reloaded.outbox.flush();

    expect(reloaded.sent.map((entry) => entry.external_id)).toEqual([id]);
  });

  test('a connection that breaks mid-way sends the same id again', async () => {
    const tried: string[] = [];
    const { outbox } = setUp({
      send: async (entry) => {
        tried.push(entry.external_id);
        if (tried.length === 1) throw new Error('the socket closed');
      },
    });
    outbox.setOnline(true);
    outbox.add('once only');
    await outbox.flush();

    expect(tried).toEqual(['id-1', 'id-1']);
    expect(outbox.entries()).toEqual([]);
  });

  test('a full queue is waited out rather than shown as a failure', async () => {
    let refusals = 2;
    const { outbox, sent } = setUp({
      send: async () => {
        if (refusals-- > 0) throw new Failure('QUEUE_FULL');
      },
    });
    outbox.setOnline(true);
    outbox.add('patient');
    await outbox.flush();

    expect(sent).toHaveLength(1);
  });

  test('a message the product refuses stays with its reason and does not hold up the next', async () => {
    const { outbox, sent } = setUp({
      send: async (entry) => {
        if (entry.content === 'bad') throw new Failure('STORE_FULL');
      },
    });
    outbox.setOnline(true);
    outbox.add('bad');
    outbox.add('good');
    await outbox.flush();

    expect(sent.map((entry) => entry.content)).toEqual(['good']);
    expect(outbox.entries().map((entry) => [entry.content, entry.failed])).toEqual([['bad', 'STORE_FULL']]);
  });

  test('a failed message is sent when asked again, or dropped when discarded', async () => {
    let full = true;
    const { outbox, sent } = setUp({
      send: async () => {
        if (full) throw new Failure('STORE_FULL');
      },
    });
    outbox.setOnline(true);
    outbox.add('one');
    outbox.add('two');
    await outbox.flush();
    full = false;

    outbox.retry('id-1');
    await outbox.flush();
    outbox.discard('id-2');

    expect(sent.map((entry) => entry.content)).toEqual(['one']);
    expect(outbox.entries()).toEqual([]);
  });

  test('it never holds more than its bound and says when it is full', () => {
    const { outbox } = setUp();
    for (let n = 0; n < outboxLimit; n++) expect(outbox.add(`message ${n}`)).toBe(true);

    expect(outbox.add('one too many')).toBe(false);
    expect(outbox.isFull()).toBe(true);
    expect(outbox.entries()).toHaveLength(outboxLimit);
  });

  test('stored nonsense does not stop the chat from starting', () => {
    expect(setUp({ storage: fakeStorage('{"not') }).outbox.entries()).toEqual([]);
    expect(setUp({ storage: fakeStorage('[1,{"external_id":4}]') }).outbox.entries()).toEqual([]);
  });
});
