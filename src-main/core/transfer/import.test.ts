import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zipBytes } from '../foundation/archive/zip-bytes.fixture.ts';
import { readElements } from './read/json-elements.ts';
import { readLines } from './read/lines.ts';
import { openTransfer, type Transfer } from './test-transfer.ts';

let here: Transfer;
beforeEach(async () => {
  here = await openTransfer();
});
afterEach(() => here.close());

const none = { brought: 0, known: 0, forgotten: 0 };
const contents = async (): Promise<string[]> => {
  const records = await here.records();
  return records.map(({ content }) => String(content)).toSorted((a, b) => (a < b ? -1 : 1));
};

describe('a file that is broken', () => {
  test('costs its broken lines and no others, each named with its line and what is wrong', async () => {
    const lines: (string | Buffer)[] = [
      '{"content":"first"}',
      'not json',
      '{"content":"  "}',
      '',
      '{"content":"x","created_at":"yesterday"}',
      '{"content":"x","created_at":"2026-03-01T10:00:00"}',
      '{"type":"song","content":"x"}',
      '{"content":"x","__proto__":{"admin":true}}',
      Buffer.from([0x7b, 0xff, 0xfe]),
      `{"content":"${'x'.repeat(1_000_001)}"}`,
      `{"content":"${'x'.repeat(9_000_000)}"}`,
      '["content"]',
      '{"type":"task","title":"todo","due":"soon"}',
      '{"content":"last"}',
    ];
    const file = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]));
    const report = await here.bring('a.jsonl', file);
    expect(report.refusals.map(({ line, reason, field }) => [line, reason, field])).toEqual([
      [2, 'not_json', null],
      [3, 'no_content', 'content'],
      [5, 'bad_field', 'created_at'],
      [6, 'bad_field', 'created_at'],
      [7, 'unknown_kind', 'type'],
      [8, 'not_json', null],
      [9, 'not_utf8', null],
      [10, 'too_long', 'content'],
      [11, 'too_long', null],
      [12, 'not_json', null],
      [13, 'bad_field', 'due'],
    ]);
    expect(report).toMatchObject({ refused: 11, memories: { ...none, brought: 2 }, fault: null });
    expect(await contents()).toEqual(['first', 'last']);
  });

  test('and was cut off gives what came before', async () => {
    const report = await here.bring('a.json', '{"items":[{"content":"one"},\n{"content":"two"},\n{"content":"thr');
    expect(report.refusals).toEqual([{ line: 3, reason: 'not_json', field: null, file: null }]);
    expect(await contents()).toEqual(['one', 'two']);
  });

  test('names a hundred lines and counts the rest', async () => {
    const report = await here.bring('a.jsonl', 'x\n'.repeat(1_234));
    expect([report.refused, report.refusals.length]).toEqual([1_234, 100]);
  });

  test.each([
    ['a picture', 'a.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])],
    ['a table of something else', 'a.csv', 'city,people\nChengdu,21000000\n'],
    ['a text', 'a.txt', 'hello there'],
    ['an empty file', 'a.json', ''],
    ['a zip of other things', 'a.zip', zipBytes([{ name: 'photo.png', content: 'x' }])],
  ])('%s is not recognised', async (_what, name, content) => {
    expect(await here.bring(name, content)).toMatchObject({ fault: 'not_recognised', memories: none, source: null });
  });

  test('that is not there is said to be', async () => {
    const run = here.importer.run({ path: here.path('nowhere.jsonl'), name: 'nowhere.jsonl', dryRun: false });
    await expect(run).rejects.toThrow(/nowhere\.jsonl" is not there; check the name/);
  });
});

describe('an archive', () => {
  const conversation = (content: string) => JSON.stringify([{ content, id: 'm1' }]);

  test('is unpacked within bounds', async () => {
    const bomb = zipBytes([{ name: 'conversations.json', content: Buffer.alloc(40_000_000), method: 8 }]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await here.bring('bomb.zip', bomb)).toMatchObject({ fault: 'archive', memories: none });
  });

  test('that lies about a size, was damaged or leads out of its folder is refused', async () => {
    const sound = zipBytes([{ name: 'memories.json', content: conversation('here') }]);
    const damaged = Buffer.from(sound);
    damaged[45] = (damaged[45] ?? 0) ^ 1;
    for (const bytes of [
      damaged,
      zipBytes([{ name: 'memories.json', content: conversation('here'), saysBytes: 3 }]),
      zipBytes([{ name: '../memories.json', content: conversation('here') }]),
      sound.subarray(0, 60),
    ])
      expect((await here.bring('a.zip', bytes)).fault).toMatch(/^(?:archive|not_recognised)$/);
    expect(await here.bring('a.zip', sound)).toMatchObject({ fault: null });
  });

  test('may hold whatever else: what is not looked at is not judged', async () => {
    const bytes = zipBytes([
      { name: '../../evil: a picture?.png', content: 'x' },
      { name: 'memories.json', content: conversation('here') },
    ]);
    expect(await here.bring('a.zip', bytes)).toMatchObject({ fault: null, memories: { brought: 1 } });
  });
});

describe('an export of another program', () => {
  const turn = (id: string, parent: string | null, role: string, parts: unknown[], more = {}) => ({
    [id]: {
      id,
      parent,
      message: {
        id,
        author: { role },
        create_time: 1_700_000_000.25,
        content: { content_type: 'text', parts },
        ...more,
      },
    },
  });

  test('of ChatGPT: the conversation as it was shown, and saved memories', async () => {
    const conversations = [
      {
        id: 'c1',
        title: 'Trip',
        create_time: 1_699_999_999,
        current_node: 'answer',
        mapping: {
          root: { id: 'root', message: null, parent: null },
          ...turn('system', 'root', 'system', ['be kind']),
          ...turn('hidden', 'system', 'user', ['x'], { metadata: { is_visually_hidden_from_conversation: true } }),
          ...turn('asked', 'hidden', 'user', ['Where to go?', { image: 1 }]),
          ...turn('left', 'asked', 'assistant', ['a branch that was left']),
          ...turn('answer', 'asked', 'assistant', ['Chengdu.']),
        },
      },
      { id: 'c2', mapping: { loop: { id: 'loop', parent: 'loop', message: null } }, current_node: 'loop' },
    ];
    const bytes = zipBytes([
      { name: 'conversations.json', content: JSON.stringify(conversations, null, 1), method: 8 },
      { name: 'memory.json', content: JSON.stringify([{ content: 'Prefers tea', enabled: true }]) },
      { name: 'chat.html', content: '<html>' },
    ]);
    const report = await here.bring('export.zip', bytes);
    expect(report).toMatchObject({ source: 'chatgpt', memories: { ...none, brought: 3 }, refused: 0 });
    expect(await here.records()).toMatchObject([
      {
        content: 'Where to go?',
        sender_id: 'me',
        kind: 'message',
        conversation_id: 'chatgpt:c1',
        created_at: '2023-11-14T22:13:20.250Z',
        external_id: 'chatgpt:asked',
        metadata: { title: 'Trip' },
      },
      { content: 'Chengdu.', sender_id: 'ChatGPT' },
      { content: 'Prefers tea', kind: 'note' },
    ]);
    expect((await here.bring('export.zip', bytes)).memories).toEqual({ ...none, known: 3 });
  });

  test('of Mem0: what its list gives, and what OpenMemory packs', async () => {
    const listed = {
      count: 2,
      results: [
        { id: '3c90', memory: 'Works at TechCorp', user_id: 'dev', created_at: '2024-07-20T01:30:36.275141-07:00' },
        { id: '3c91', memory: '' },
      ],
    };
    const report = await here.bring('mem0.json', JSON.stringify(listed, null, 2));
    expect(report).toMatchObject({ source: 'mem0', memories: { brought: 1 }, refusals: [{ reason: 'no_content' }] });
    const packed = {
      apps: [{ id: 'a', name: 'no memory' }],
      memories: [
        { id: 'm1', content: 'Likes orchids', state: 'active', app_id: 'a', created_at: '2024-07-20T01:30:36' },
        { id: 'm2', content: 'gone there', state: 'deleted', created_at: null },
      ],
    };
    await here.bring('b.zip', zipBytes([{ name: 'memories.json', content: JSON.stringify(packed) }]));
    expect(await here.records()).toMatchObject([
      { content: 'Likes orchids', external_id: 'mem0:m1', created_at: '2024-07-20T01:30:36.000Z' },
      { content: 'Works at TechCorp', subject: 'dev', created_at: '2024-07-20T08:30:36.275Z' },
    ]);
  });

  test('of OpenClaw: its workspace as a folder or an archive, each point by itself, links not followed', async () => {
    const files = {
      'MEMORY.md':
        '---\ntitle: x\n---\n# Memory\n\n## Ana\n- birthday 5 May\n  white orchids\n- [ ] call her\n\nA paragraph\nof two lines.\n\n```\n# no heading\n```\n',
      'memory/2026-03-28.md': '# 2026-03-28\n\n* met Lao Wang\n',
      'SOUL.md': '# who I am\n',
    };
    const folder = here.path('workspace');
    await mkdir(join(folder, 'memory'), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await symlink(here.path('memory.db'), join(folder, 'memory', 'linked.md'));

    const report = await here.importer.run({ path: folder, name: 'workspace', dryRun: false });
    expect(report).toMatchObject({ source: 'openclaw', memories: { ...none, brought: 5 } });
    expect(await contents()).toEqual([
      'Ana: A paragraph\nof two lines.',
      'Ana: ```\n# no heading\n```',
      'Ana: birthday 5 May\nwhite orchids',
      'Ana: call her',
      'met Lao Wang',
    ]);
    expect((await here.records())[0]).toMatchObject({
      content: 'met Lao Wang',
      created_at: '2026-03-28T12:00:00.000Z',
    });

    const parts = Object.entries(files).map(([name, content]) => ({ name: `workspace/${name}`, content }));
    expect((await here.bring('workspace.zip', zipBytes(parts))).memories).toEqual({ ...none, known: 5 });
  });

  test.each([
    ['commas', 'content,sender_id\r\n"one, two",老王\r\n'],
    ['semicolons, as Excel writes in much of Europe', '\ufeffText;sender_id\r\n"one, two";老王\r\n'],
    ['tabs', 'memory\tsender_id\none, two\t老王\n'],
  ])('a table with %s', async (_what, table) => {
    await here.bring('a.csv', table);
    expect(await here.records()).toMatchObject([{ content: 'one, two', sender_id: '老王' }]);
  });

  test('a table with rows that are wrong gives the others', async () => {
    const table = 'content,sensitive,metadata\ngood,true,\n\nbad,maybe,\nbad,,{no json}\ntoo,few\nlast,,"{""a"":1}"\n';
    const report = await here.bring('a.csv', table);
    expect(
      report.refusals.toSorted((a, b) => a.line - b.line).map(({ line, reason, field }) => [line, reason, field]),
    ).toEqual([
      [4, 'bad_field', 'sensitive'],
      [5, 'bad_field', 'metadata'],
      [6, 'not_csv', null],
    ]);
    expect(await contents()).toEqual(['good', 'last']);
  });
});

describe('a preview', () => {
  test('says what would come and keeps nothing', async () => {
    await here.bring('a.jsonl', '{"content":"there","external_id":"x"}');
    const written = '{"content":"new"}\n{"content":"new"}\n{"content":"there","external_id":"x"}\nbroken\n';
    const preview = await here.bring('b.jsonl', written, { dryRun: true });
    expect(preview).toMatchObject({ memories: { brought: 1, known: 2, forgotten: 0 }, refused: 1 });
    expect(preview.first[0]).toEqual({ type: 'memory', text: 'new' });
    expect(await contents()).toEqual(['there']);
    expect(await here.importer.list({ cursor: Number.MAX_SAFE_INTEGER, limit: 10 })).toMatchObject({
      items: [{ name: 'a.jsonl' }],
    });
    expect(await here.bring('b.jsonl', written)).toMatchObject({ memories: preview.memories });
  });
});

describe('an import that is taken back', () => {
  test('takes with it what it brought and nothing else, and comes back whole', async () => {
    await here.bring('a.jsonl', '{"content":"mine","id":"m0"}');
    const lines = Array.from({ length: 1_200 }, (_, index) => `{"content":"number ${index}","id":"n${index}"}`);
    const { id } = await here.bring(
      'b.jsonl',
      [...lines, '{"id":"m0","content":"mine"}', '{"title":"todo"}'].join('\n'),
    );
    await here.store.call('memories.forget', { id: 'n7', now: 5 });

    expect(await here.importer.undo(id)).toMatchObject({ memories: 1_200, tasks: 1, undone_at: expect.any(String) });
    expect(await contents()).toEqual(['mine']);
    expect((await here.importer.undo(id)).undone_at).not.toBeNull();

    expect(await here.importer.restore(id)).toMatchObject({ undone_at: null });
    const back = await here.records();
    expect(back).toHaveLength(1_200 + 1);
    expect(back.map(({ id: each }) => each)).not.toContain('n7');
    expect((await here.store.call('memories.list', { limit: 5, q: 'number 1199' })).items).toHaveLength(1);
  });

  test('has to be one that there is', async () => {
    await expect(here.importer.undo('nobody')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' });
    await expect(here.importer.restore('nobody')).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' });
  });
});

describe('bytes that come in pieces', () => {
  async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer, void> {
    let from = 0;
    for (const size of sizes) {
      yield bytes.subarray(from, from + size);
      from += size;
    }
    yield bytes.subarray(from);
  }
  const sizes = fc.array(fc.nat(9), { maxLength: 30 });

  test('give the same elements wherever they are cut', async () => {
    const value = fc.jsonValue();
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), fc.boolean(), sizes, async (items, inObject, cuts) => {
        const text = JSON.stringify(inObject ? { other: [1], 'ke"y': '[', results: items, more: {} } : items, null, 1);
        const found: unknown[] = [];
        for await (const { bytes } of readElements(cut(Buffer.from(text), cuts), {
          keys: new Set(['results']),
          maxBytes: 10_000,
        }))
          found.push(JSON.parse(bytes?.toString('utf8') ?? ''));
        expect(found).toEqual(items.map((item) => JSON.parse(JSON.stringify(item)) as unknown));
      }),
    );
  });

  test('give the same lines wherever they are cut', async () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, '').trim());
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), sizes, async (lines, cuts) => {
        const found: [number, string | null][] = [];
        for await (const { line: at, bytes } of readLines(cut(Buffer.from(lines.join('\n')), cuts), 8))
          found.push([at, bytes?.toString('utf8') ?? null]);
        expect(found).toEqual(
          lines.flatMap((text, index): [number, string | null][] =>
            text === '' ? [] : [[index + 1, Buffer.byteLength(text) > 8 ? null : text]],
          ),
        );
      }),
    );
  });
});
