import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { digestOfPerson } from '../../src-main/core/store/sqlite/erasing/erasures.ts';
import type { Client } from '../../src-shared/contract/index.ts';
import { leaks } from '../fakes/leaks.ts';
import { canaries, copyOf, expectSound, messages, said, say, talk } from '../fakes/person-to-erase.ts';
import { type Product, type ProductOptions, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-erasure-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function begin(dataDir: string, more: Partial<ProductOptions> = {}): Promise<{ product: Product; api: Client }> {
  const product = await startProduct({ dataDir, ...more });
  cleanups.push(() => product.kill());
  return { product, api: connectOverRest({ ...product, signal: new AbortController().signal }) };
}

test('a person is erased from every file, with a certificate, and what others said stays', async () => {
  const dataDir = newFolder();
  const { product, api } = await begin(dataDir);
  await talk(product, api);
  const [suggested] = (await api.tasks.list({ limit: 50 })).items.filter(({ title }) => title.includes('quokkabeam'));
  expect(suggested?.status).toBe('suggested');
  await copyOf(dataDir, Date.now() - 60_000);
  expect(leaks(dataDir, canaries).length).toBeGreaterThan(5);

  const preview = await api.erasures.preview({ person: 'person-nandi' });
  expect(preview).toEqual({ memories: 4, messages: 3, todos: 1 });
  expect((await api.memories.list({ limit: 50 })).items).toHaveLength(6);

  const certificate = await api.erasures.erase({ person: 'person-nandi' });
  expect(certificate).toMatchObject({
    person: 'person-nandi',
    platform: null,
    erased: { memories: 4, messages: 3, todos_removed: 1, todos_unlinked: 0 },
    remains: [{ kind: 'copies' }, { kind: 'backups', path: null }],
  });
  expect(certificate.erased.replies).toBeGreaterThan(0);
  expect(certificate.digest).toBe(digestOfPerson(certificate.salt, 'PERSON-NANDI'));
  expect(certificate.erased_at).not.toBeNull();

  await expect
    .poll(async () => (await api.erasures.get({ id: certificate.id })).swept_at, { timeout: 60_000 })
    .not.toBeNull();
  const { items } = await api.erasures.list({});
  expect(items).toMatchObject([{ id: certificate.id, person: null, erased: certificate.erased }]);
  expect(items[0]?.remains).toEqual([{ kind: 'backups', path: null }]);
  expect(leaks(dataDir, canaries)).toEqual([]);
  expect(readdirSync(join(dataDir, 'backups')).filter((name) => name.endsWith('.db'))).toHaveLength(1);

  expect((await api.memories.list({ limit: 50 })).items.map(({ content }) => content).toSorted()).toEqual(
    ['Please order lanterns for the office', '抽屉里有什么？'].toSorted(),
  );
});

test('of a conversation with others the erased messages stay as empty places, and are not taken for new ones', async () => {
  const dataDir = newFolder();
  const { product, api } = await begin(dataDir);
  await talk(product, api);
  const own = (await api.tasks.list({ limit: 50 })).items.find(({ title }) => title.includes('quokkabeam'));
  await api.tasks.update({ id: own?.id ?? '', status: 'todo', assignee: 'Person-Nandi' });
  const before = await messages(api, 'webhook:team');
  const second = before.find(({ external_id }) => external_id === 'n3');

  const { erased } = await api.erasures.erase({ person: 'Person-Nandi', platform: 'webhook' });
  // The note that names no platform is not of this one.
  expect(erased).toMatchObject({ memories: 3, messages: 3, todos_removed: 0, todos_unlinked: 1 });

  const after = await messages(api, 'webhook:team');
  expect(after).toHaveLength(before.length);
  expect(after.find(({ external_id }) => external_id === 'n3')).toMatchObject({
    id: second?.id,
    content: '',
    sender_id: 'erased',
    attachments: [],
    metadata: { erased: true },
  });
  expect(after.find(({ external_id }) => external_id === 'b1')).toMatchObject({ sender_id: 'ben', state: 'answered' });
  expect((await api.conversations.list({})).items.map(({ id }) => id)).toEqual(['webhook:team']);
  expect(await api.tasks.get({ id: own?.id ?? '' })).toMatchObject({ source: null, assignee: null, status: 'todo' });
  expect((await api.facts.list({ person: 'Person-Nandi' })).items).toEqual([]);

  // The same message, sent again by a gateway that did not hear that it arrived.
  const [, , third] = said;
  if (third) expect((await say(product, third)).id).toBe(second?.id);
  expect((await messages(api, 'webhook:team')).find(({ external_id }) => external_id === 'n3')?.content).toBe('');

  const status = await api.system.status();
  expect(status.totals.done).toBe(status.totals.messages);
  expect(await product.stop()).toBe(0);
  expectSound(dataDir);
});

test('an erasure that was cut off is ended by the next start, and one of an earlier day is done again', async () => {
  const dataDir = newFolder();
  const first = await begin(dataDir);
  await talk(first.product, first.api);
  await copyOf(dataDir, Date.now());
  const earlier = readFileSync(join(dataDir, 'backups', readdirSync(join(dataDir, 'backups'))[0] ?? ''));
  const { id } = await first.api.erasures.erase({ person: 'Person-Nandi' });
  await first.product.stop();
  for (const end of ['-wal', '-shm']) rmSync(join(dataDir, `memory.db${end}`), { force: true });
  rmSync(join(dataDir, 'backups'), { recursive: true, force: true });

  // As whoever puts an earlier day's file in the place of the database.
  writeFileSync(join(dataDir, 'memory.db'), earlier);
  expect(leaks(dataDir, canaries).length).toBeGreaterThan(2);
  const second = await begin(dataDir);
  await expect
    .poll(async () => (await second.api.erasures.list({})).items.map(({ swept_at }) => swept_at === null), {
      timeout: 60_000,
    })
    .toEqual([false]);
  expect((await second.api.erasures.get({ id })).erased).toMatchObject({ memories: 4, messages: 3 });
  expect(leaks(dataDir, canaries)).toEqual([]);
  await second.product.stop();

  // Written down, and then the process ended.
  writeFileSync(join(dataDir, 'memory.db'), earlier);
  writeFileSync(join(dataDir, 'erasures.json'), '{"erasures":[');
  const db = new Database(join(dataDir, 'memory.db'));
  db.function('row_sum', { varargs: true }, () => 0);
  db.prepare(
    `INSERT INTO erasures(id, at, platform, salt, digest, person, counts)
     VALUES ('cut', 1, NULL, 's', ?, 'Person-Nandi', ?)`,
  ).run(
    digestOfPerson('s', 'Person-Nandi'),
    JSON.stringify({ memories: 0, messages: 0, replies: 0, todos_removed: 0, todos_unlinked: 0 }),
  );
  db.close();
  const third = await begin(dataDir);
  await expect
    .poll(async () => (await third.api.erasures.get({ id: 'cut' })).swept_at, { timeout: 60_000 })
    .not.toBeNull();
  expect(leaks(dataDir, canaries)).toEqual([]);
  // A list that cannot be read is kept for a person to look at.
  expect(readdirSync(dataDir).filter((name) => name.startsWith('erasures.unreadable-'))).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(dataDir, 'erasures.json'), 'utf8'))).toMatchObject({
    erasures: [{ id: 'cut', digest: digestOfPerson('s', 'person-nandi') }],
  });
});

test('one memory is erased for good with the text that it came from', async () => {
  const dataDir = newFolder();
  const { product, api } = await begin(dataDir);
  await talk(product, api);
  await copyOf(dataDir, Date.now());
  const earlier = readFileSync(join(dataDir, 'backups', readdirSync(join(dataDir, 'backups'))[0] ?? ''));
  const found = (await api.memories.list({ limit: 50, q: '紫水晶项链' })).items.find(
    ({ sender_id }) => sender_id !== 'ben',
  );
  await api.memories.forget({ id: found?.id ?? '' });
  await api.memories.erase({ id: found?.id ?? '' });
  await expect(api.memories.restore({ id: found?.id ?? '' })).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
  await expect(api.memories.erase({ id: found?.id ?? '' })).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
  expect((await messages(api, 'webhook:team')).find(({ external_id }) => external_id === 'n3')).toMatchObject({
    content: '',
    sender_id: 'Person-Nandi',
  });
  expect((await messages(api, 'webhook:nandi-desk')).some(({ content }) => content.includes('quokkabeam'))).toBe(true);
  await product.stop();

  // An earlier day's file in the place of the database: the memory is erased again, and the others are there.
  for (const end of ['-wal', '-shm']) rmSync(join(dataDir, `memory.db${end}`), { force: true });
  writeFileSync(join(dataDir, 'memory.db'), earlier);
  const again = await begin(dataDir);
  await expect
    .poll(async () => (await again.api.memories.list({ limit: 50 })).items.map(({ content }) => content), {
      timeout: 30_000,
    })
    .not.toContain('我把紫水晶项链放在抽屉里了');
  expect((await again.api.memories.list({ limit: 50 })).items).toHaveLength(5);
});
