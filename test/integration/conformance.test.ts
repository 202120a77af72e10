import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Message } from '../../src-shared/schema/message.ts';
import { type Rig, restRig, socketRig, startReplyReceiver, webhookRig } from '../fakes/channel-rigs.ts';
import { type Product, startProduct } from '../fakes/product.ts';

/*
 * What every way in must do, over the real product: a process of its own, driven from outside through its documented
 * face. Rows are those that hold for any channel, so a further channel brings a rig and no new tests.
 */

const names = ['webhook', 'rest', 'socket'] as const;
const rows = 7;
const mebibyte = 1024 * 1024;

let product: Product;
let rigs: Record<(typeof names)[number], Rig>;
let passed = 0;

beforeAll(async () => {
  const receiver = await startReplyReceiver();
  product = await startProduct({ config: { platforms: { webhook: { reply_url: receiver.url } } } });
  rigs = { webhook: webhookRig(product, receiver), rest: restRig(product), socket: socketRig(product) };
});
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') passed++;
});
afterAll(async () => {
  for (const name of names) await rigs[name].close();
  expect(await product.stop()).toBe(0);
  process.stdout.write(`conformance: ${passed}/${names.length * rows} cells (${names.join(', ')} × rows 2–8)\n`);
});

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${product.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${product.token}` },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const messageOf = async (id: string | null): Promise<Message> => Message.parse(await read(`/messages/${id}`));

/** Messages from outside that the product has stored since it started. */
const storedRows = async (): Promise<number> =>
  ((await read('/health/detail')) as { totals: { messages: number } }).totals.messages;

const rowsIn = async ({ channel }: Rig, conversation: string): Promise<Message[]> => {
  const { items } = (await read(`/conversations/${channel}:${conversation}/messages`)) as { items: Message[] };
  return items.filter(({ direction }) => direction === 'in');
};

let made = 0;
const hello = (more: Record<string, unknown> = {}) => ({
  sender_id: 'ann',
  content: 'hello',
  external_id: `c${made++}`,
  ...more,
});
const bytesOf = (message: unknown) => Buffer.from(JSON.stringify(message));

/** A message of exactly so many bytes. */
function messageOfSize(bytes: number): Buffer {
  const empty = bytesOf(hello({ external_id: `size-${made++}`, metadata: { pad: '' } }));
  return Buffer.from(empty.toString('utf8').replace('"pad":""', `"pad":"${'x'.repeat(bytes - empty.byteLength)}"`));
}

describe.each(names)('%s', (name) => {
  test('row 2: a message is stored in the shape of the contract', async () => {
    const rig = rigs[name];
    const full = hello({
      conversation_id: `shape-${name}`,
      timestamp: 1_672_531_200,
      platform: 'shop',
      attachments: [{ type: 'image', url: 'https://example.invalid/a.png', name: 'a.png', mime: 'image/png', size: 7 }],
      metadata: { order: 7, tags: ['a'] },
    });
    const [told, least] = await Promise.all([rig.inject(full), rig.inject({ sender_id: 'bob', content: 'hi' })]);
    expect([told.outcome, least.outcome]).toEqual(['stored', 'stored']);

    expect(await messageOf(told.id)).toMatchObject({ ...full, channel: rig.channel, direction: 'in' });
    const filled = await messageOf(least.id);
    expect(filled).toMatchObject({ platform: rig.channel, conversation_id: 'bob', attachments: [], sender_id: 'bob' });
    expect(Math.abs(filled.timestamp - Date.now() / 1000)).toBeLessThan(60);
  });

  test('row 3: Chinese, emoji and rare characters pass in and out unchanged', async () => {
    const rig = rigs[name];
    const content = '你好 😀 👨‍👩‍👧‍👦 𠮷';
    const { id } = await rig.inject(hello({ content, conversation_id: `你好-${name}` }));
    expect((await messageOf(id)).content).toBe(content);

    const fact = `𠮷野家的钥匙在 😀 盒子里 👨‍👩‍👧‍👦 (${name})`;
    const asked = await rig.ask(hello({ content: `/remember ${fact}`, conversation_id: `memory-${name}` }));
    const kept = (await read(`/memories?q=${encodeURIComponent('钥匙')}`)) as { items: { content: string }[] };
    expect(kept.items.map((memory) => memory.content)).toContain(fact);

    const answered = await rig.ask(hello({ content: `/recall 钥匙 ${name}`, conversation_id: `memory-${name}` }));
    expect(answered.reply).toContain(fact);
    for (const { reply } of [asked, answered]) expect(reply.isWellFormed()).toBe(true);
  });

  test('row 4: without proof nothing is stored and nothing comes back', async () => {
    const rig = rigs[name];
    const before = await storedRows();
    const marker = 'words that nobody proved';
    const told = await rig.unproven(bytesOf(hello({ content: marker })));
    expect(told.map(({ outcome, code }) => [outcome, code])).toEqual(
      told.map(() => ['refused', expect.toBeOneOf([400, 401, 4401])]),
    );
    expect(told.filter(({ text }) => text.includes(marker))).toEqual([]);
    expect(told.length).toBeGreaterThanOrEqual(6);
    expect(await storedRows()).toBe(before);
  });

  test('row 5: a proof that has lapsed is refused, and a replayed one has no second effect', async () => {
    const rig = rigs[name];
    const before = await storedRows();
    const stale = await rig.stale(bytesOf(hello()));
    expect(stale.length).toBeGreaterThanOrEqual(2);
    expect(stale.map(({ outcome }) => outcome)).toEqual(stale.map(() => 'refused'));
    expect(await storedRows()).toBe(before);

    const anonymous = {
      sender_id: 'ann',
      content: `replayed ${name}`,
      ...(name === 'socket' ? { external_id: 'replayed' } : {}),
    };
    const told = await rig.replay(bytesOf(anonymous), 3);
    expect(told.map(({ outcome }) => outcome)).toEqual(['stored', 'duplicate', 'duplicate']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(await storedRows()).toBe(before + 1);
  });

  test('row 6: the same message three times at once is stored once and taken thrice', async () => {
    const rig = rigs[name];
    const message = hello({ conversation_id: `twins-${name}` });
    const told = await Promise.all([1, 2, 3].map(() => rig.inject(message)));
    expect(told.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(told.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(2);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(await rowsIn(rig, `twins-${name}`)).toHaveLength(1);
  });

  test('row 7: what is no message is refused, and the next good one is stored', async () => {
    const rig = rigs[name];
    const malformed = {
      'cut short': '{"sender_id":"a","content":"b"',
      'no JSON': 'hello',
      'a bare 0xff': Buffer.from([0xff]),
      'a broken sequence': Buffer.concat([
        Buffer.from('{"sender_id":"a","content":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ]),
      'a list': '[]',
      null: 'null',
      'empty text': '""',
      nothing: '',
      'a number for content': '{"sender_id":"a","content":1}',
      'a list for a sender': '{"sender_id":["a"],"content":"b"}',
      'text for a time': '{"sender_id":"a","content":"b","timestamp":"now"}',
      'no sender': '{"content":"b"}',
      'a prototype': '{"sender_id":"a","content":"b","__proto__":{"admin":true}}',
      'a constructor': '{"sender_id":"a","content":"b","metadata":{"constructor":{"prototype":{"admin":true}}}}',
      '20,000 brackets': '['.repeat(20_000),
      'half an emoji': '{"sender_id":"a","content":"\\ud83d"}',
      'the chat itself': '{"sender_id":"me","content":"b","platform":"chat"}',
    };
    const before = await storedRows();
    for (const [what, bytes] of Object.entries(malformed)) {
      const told = await rig.raw(Buffer.from(bytes));
      expect({ what, ...told }).toMatchObject({ what, outcome: 'refused', code: expect.toBeOneOf([400, 1007, null]) });
    }
    expect(await storedRows()).toBe(before);
    expect(await rig.inject(hello())).toMatchObject({ outcome: 'stored' });
  });

  test('row 8: what is too large is refused without being kept in memory, and the next good one is stored', async () => {
    const rig = rigs[name];
    expect(await rig.raw(messageOfSize(mebibyte))).toMatchObject({ outcome: 'stored' });
    const before = await storedRows();
    expect(await rig.raw(messageOfSize(mebibyte + 1))).toMatchObject({
      outcome: 'refused',
      code: expect.toBeOneOf([413, 1009]),
    });

    const memoryBefore = residentBytes();
    const huge = messageOfSize(16 * mebibyte);
    // A sender that is cut off while it still writes sees a broken connection in place of the answer.
    const told = await Promise.allSettled(Array.from({ length: 12 }, () => rig.raw(huge)));
    expect(told.filter((each) => each.status === 'fulfilled' && each.value.outcome !== 'refused')).toEqual([]);
    const grown = residentBytes() - memoryBefore;
    expect(grown).toBeLessThan(96 * mebibyte);
    expect(await storedRows()).toBe(before);
    expect(await rig.inject(hello())).toMatchObject({ outcome: 'stored' });
  });
});

/** Memory of the product in bytes; 0 on systems that do not tell it in a file. */
function residentBytes(): number {
  if (process.platform !== 'linux') return 0;
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
