import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Client } from '../../src-shared/contract/index.ts';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { sign } from '../fakes/signed-load.ts';

let product: Product;
let api: Client;
beforeAll(async () => {
  product = await startProduct();
  api = connectOverRest({ ...product, signal: new AbortController().signal });
});
afterAll(() => product.stop());

async function say(sender_id: string, content: string, timestamp: number): Promise<void> {
  const body = JSON.stringify({ external_id: `${sender_id} ${timestamp}`, sender_id, content, timestamp });
  const headers = { 'content-type': 'application/json', 'x-signature': sign(webhookSecret, body) };
  const response = await fetch(`${product.url}/api/messages`, { method: 'POST', headers, body });
  expect(response.status).toBeLessThan(300);
}

const facts = async (query: Parameters<Client['facts']['list']>[0]) =>
  (await api.facts.list(query)).items.map(
    ({ person, slot, value, superseded_by: later }) => `${person} ${slot}: ${value}${later ? ` > ${later.value}` : ''}`,
  );

test('what people say of themselves in messages is known, with what no longer holds, and can be forgotten', async () => {
  const day = Date.UTC(2026, 0, 1) / 1000;
  await say('ana', 'Hi, I live in Porto', day);
  await say('ana', 'We moved to Lyon, the new flat has a garden', day + 900_000);
  await say('li', '我对花生过敏', day + 900_001);
  await vi.waitFor(
    async () => expect(await facts({})).toEqual(['ana home: Lyon', 'ana home: Porto > Lyon', 'li allergy: 花生']),
    { timeout: 30_000, interval: 200 },
  );
  expect(await facts({ superseded: true })).toEqual(['ana home: Porto > Lyon']);
  expect(await facts({ person: 'li' })).toEqual(['li allergy: 花生']);

  const first = await api.facts.list({ limit: 2 });
  expect(first.items).toHaveLength(2);
  const second = await api.facts.list({ limit: 2, cursor: first.next_cursor ?? '' });
  expect([second.items.map(({ person }) => person), second.next_cursor]).toEqual([['li'], null]);
  await expect(api.facts.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });

  const { results } = await api.memories.search({ query: 'where does ana live, Porto?' });
  expect(results.map(({ content }) => content)).toEqual([
    'We moved to Lyon, the new flat has a garden',
    'Hi, I live in Porto',
  ]);
  expect(results[1]?.superseded_by?.id).toBe(results[0]?.id);

  const [moved, lived] = results.map(({ id }) => id);
  expect((await api.memories.get({ id: lived ?? '' })).conflicts).toEqual([
    {
      slot: 'home',
      value: 'Porto',
      negated: false,
      other: { memory_id: moved, value: 'Lyon', negated: false, said_at: results[0]?.created_at },
      is_later: true,
    },
  ]);
  expect((await api.memories.get({ id: moved ?? '' })).conflicts).toMatchObject([
    { value: 'Lyon', other: { memory_id: lived, value: 'Porto' }, is_later: false },
  ]);

  const name = { person: 'ana', slot: 'home', value: 'Lyon' };
  await api.facts.forget(name);
  expect(await facts({ person: 'ana' })).toEqual(['ana home: Porto']);
  expect((await api.memories.get({ id: lived ?? '' })).conflicts).toEqual([]);
  await expect(api.facts.forget(name)).rejects.toMatchObject({ code: 'FACT_NOT_FOUND' });
  await api.facts.restore(name);
  expect(await facts({ person: 'ana' })).toEqual(['ana home: Lyon', 'ana home: Porto > Lyon']);
  await expect(api.facts.restore(name)).rejects.toMatchObject({ code: 'FACT_NOT_FOUND' });
});
