import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { grantWish } from '../../src-main/core/assistant/mind.ts';
import type { MindReply, MindWish } from '../../src-main/core/assistant/protocol.ts';
import { runMind } from '../../src-main/core/assistant/thread.ts';
import { rowOf } from '../../src-main/core/memory/test-memory.ts';
import { createTestEmbedder } from '../../src-main/core/memory/vectors/test-embedder.ts';
import { openStore } from '../../src-main/core/store/index.ts';
import { type MemoryHit, MemoryQuery } from '../../src-shared/schema/memory.ts';

/** The mind as its thread runs it, with an embedder, which the product does not bring yet. */
async function openMindWithEmbedder() {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-meaning-'));
  const databaseFile = join(folder, 'memory.db');
  const store = await openStore({ file: databaseFile, durability: 'normal', onFailure: () => {} });
  const { port1, port2 } = new MessageChannel();
  const { embedder, asked, fail } = createTestEmbedder();
  const mind = runMind(port1, { databaseFile, defaultLocale: 'en', acceptFrom: 0.9 }, [embedder]);
  const failures: string[] = [];
  const waiting = new Map<number, (hits: MemoryHit[]) => void>();
  port2.on('message', (reply: MindReply) => {
    if (reply.type === 'index_failed') failures.push(reply.message);
    else if (reply.type === 'error') throw new Error(reply.message);
    else if (reply.type === 'result') waiting.get(reply.id)?.(reply.ok as MemoryHit[]);
    else void grantWish(store, reply as MindWish);
  });
  let id = 0;
  return {
    store,
    asked,
    fail,
    failures,
    remember: (...rows: { id: string; content: string; sender_id?: string }[]) =>
      store.call('memories.insert', { rows: rows.map(rowOf) }),
    search: (query: string, more: object = {}) =>
      new Promise<MemoryHit[]>((resolve) => {
        waiting.set(++id, resolve);
        const args = { query: MemoryQuery.parse({ query, timezone: 'UTC', ...more }), now: 0 };
        port2.postMessage({ id, call: 'search', args });
      }),
    async [Symbol.asyncDispose]() {
      port1.close();
      port2.close();
      await mind.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

const idsOf = (hits: readonly MemoryHit[]): string[] => hits.map(({ id }) => id);

test('what is remembered is embedded between two questions, found by its meaning, and gone when it is erased', async () => {
  await using mind = await openMindWithEmbedder();
  await mind.remember(
    { id: 'a', content: 'The automobile is in the garage', sender_id: 'ana' },
    { id: 'b', content: 'A kettle for the office', sender_id: 'ben' },
  );
  await vi.waitFor(async () => expect(idsOf(await mind.search('car'))).toEqual(['a']), { timeout: 20_000 });
  expect((await mind.search('car'))[0]?.matched).toEqual(['semantic']);
  expect(await mind.search('car', { filter: { sender_id: 'ben' } })).toEqual([]);

  await mind.store.call('memories.forget', { id: 'a', now: 1 });
  expect(await mind.search('car')).toEqual([]);
  await mind.store.call('memories.restore', { id: 'a' });
  await vi.waitFor(async () => expect(idsOf(await mind.search('car'))).toEqual(['a']), { timeout: 20_000 });
  expect(mind.failures).toEqual([]);
});

test('where the embedder fails, words are found all the same', async () => {
  await using mind = await openMindWithEmbedder();
  await mind.remember({ id: 'a', content: 'The automobile is in the garage' });
  await vi.waitFor(async () => expect(idsOf(await mind.search('car'))).toEqual(['a']), { timeout: 20_000 });
  mind.fail(new Error('the model is gone'));
  expect(idsOf(await mind.search('garage'))).toEqual(['a']);
  expect(await mind.search('car')).toEqual([]);
  expect(mind.failures).toContain('the model is gone');
});
