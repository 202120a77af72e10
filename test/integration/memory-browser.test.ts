import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Client } from '../../src-shared/contract/index.ts';
import type { ImportJob } from '../../src-shared/schema/transfer.ts';
import { type Product, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function start(): Promise<{ product: Product; client: Client }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-browser-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const product = await startProduct({ dataDir });
  cleanups.push(() => product.stop());
  const { url, token } = product;
  return { product, client: connectOverRest({ url, token, signal: new AbortController().signal }) };
}

/** Says something in the chat and waits for what is answered. */
async function ask(client: Client, content: string): Promise<{ text: string; sources: string[]; id: string }> {
  const { id } = await client.chat.send({ content, external_id: crypto.randomUUID(), locale: 'en' });
  for (;;) {
    const { items } = await client.conversations.messages({ id: 'chat:main', limit: 20 });
    const reply = items.find(({ in_reply_to }) => in_reply_to === id);
    if (reply) return { text: reply.content, sources: reply.memory_ids, id: reply.id };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function until(client: Client, id: string, phase: ImportJob['phase']): Promise<ImportJob> {
  for (;;) {
    const job = await client.transfers.get({ id });
    if (job.phase === phase) return job;
    if (job.phase === 'failed') throw new Error('the import failed');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('an answer is written down with the memory that it quotes, and a memory marked never to be used is in none', async () => {
  const { client } = await start();
  const memory = await client.memories.create({ content: 'The spare key is in the blue box' });

  const first = await ask(client, 'Where is the spare key?');
  expect(first.sources).toEqual([memory.id]);
  expect(await client.memories.get({ id: memory.id })).toMatchObject({ used: 1, import: null });
  expect(await client.memories.uses({ id: memory.id })).toMatchObject({
    items: [{ message_id: first.id, conversation: 'chat:main', question: 'Where is the spare key?' }],
    next_cursor: null,
  });

  await client.memories.update({ id: memory.id, never_use: true });
  for (const question of [
    'Where is the spare key?',
    '/recall spare key',
    '/recall "the spare key is in the blue box"',
  ]) {
    const answer = await ask(client, question);
    expect(answer.sources, question).toEqual([]);
    expect(answer.text, question).not.toContain('blue box');
  }
  expect((await client.memories.search({ query: 'spare key box' })).results.map(({ id }) => id)).not.toContain(
    memory.id,
  );
  expect((await client.memories.list({ never_use: true })).items.map(({ id }) => id)).toEqual([memory.id]);
  expect((await client.memories.get({ id: memory.id })).used).toBe(1);
});

test('filters stand in the address, and pages follow each other without a gap', async () => {
  const { client, product } = await start();
  await client.memories.createBatch({
    items: Array.from({ length: 7 }, (_, n) => ({
      content: `note ${n}`,
      sender_id: n % 2 === 0 ? 'ana' : '老王',
      platform: 'mail',
      sensitive: n === 4,
      created_at: `2026-03-0${n + 1}T09:00:00Z`,
    })),
  });
  const read = async (query: string) => {
    const response = await fetch(`${product.url}/api/v1/memories?${query}`, {
      headers: { authorization: `Bearer ${product.token}` },
    });
    return (await response.json()) as { items: { content: string }[]; next_cursor: string | null };
  };
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await read(`person=ana&platform=mail&kind=note&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ content }) => content));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(['note 6', 'note 4', 'note 2', 'note 0']);
  expect((await read('sensitive=true')).items).toMatchObject([{ content: 'note 4' }]);
  expect((await read(`person=${encodeURIComponent('老王')}&sensitive=true`)).items).toEqual([]);
  expect(await client.memories.statistics()).toMatchObject({
    total: 7,
    sensitive: 1,
    platforms: [{ name: 'mail', count: 7 }],
  });
});

test('a file comes in over HTTP after a look and a yes, and only an administrator may bring one', async () => {
  const { client, product } = await start();
  const file = Buffer.from('{"content":"一架梯子"}\n{"title":"Water the plants"}\nbroken\n');
  const job = await client.transfers.begin({ name: '../../etc/a.jsonl', bytes: file.length });
  const folder = join(product.dataDir, 'imports');
  expect(readdirSync(folder)).toEqual([job.id]);
  await client.transfers.upload({ id: job.id, offset: 0, data_base64: file.toString('base64') });
  await client.transfers.preview({ id: job.id });
  expect((await until(client, job.id, 'ready')).report).toMatchObject({
    memories: { brought: 1 },
    tasks: { brought: 1 },
    refused: 1,
  });
  expect((await client.memories.list({})).items).toEqual([]);

  await client.transfers.confirm({ id: job.id });
  await until(client, job.id, 'done');
  const [memory] = (await client.memories.list({})).items;
  expect(memory?.content).toBe('一架梯子');
  expect(await client.memories.get({ id: memory?.id ?? '' })).toMatchObject({ import: { id: job.id } });
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 10_000 });
  await client.transfers.undo({ id: job.id });
  expect((await client.memories.list({})).items).toEqual([]);

  const { token } = await client.access.createToken({ role: 'operator', label: 'phone', ttl_seconds: 600 });
  const operator = connectOverRest({ url: product.url, token, signal: new AbortController().signal });
  await expect(operator.transfers.begin({ name: 'a', bytes: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(client.transfers.begin({ name: 'a', bytes: 2 ** 40 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await product.stop();
  expect(existsSync(folder)).toBe(false);
});
