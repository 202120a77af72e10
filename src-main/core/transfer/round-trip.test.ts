import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IncomingRecord } from '../store/index.ts';
import { openTransfer, type Transfer } from './test-transfer.ts';

let from: Transfer;
let to: Transfer;
beforeEach(async () => {
  [from, to] = await Promise.all([openTransfer(), openTransfer()]);
});
afterEach(() => Promise.all([from.close(), to.close()]));

/** Everything that texts of people and of programs may hold, and what formats are taken in by. */
const odd = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    '=1+1',
    "'=1+1",
    "''@x",
    "'quoted'",
    '+86 138',
    '-5',
    '＝1',
    'a,b;c\td',
    'say "yes"',
    'two\r\nlines\nand\rmore\u2028here',
    ' spaces ',
    '\ufeffmark',
    'nul \u0000 here',
    '"',
    "'",
    '# not a heading',
    '老王：明天下午三点😀',
  ),
);
const text = odd.filter((each) => each.trim() !== '');
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const instant = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2200, 0, 1) });
const metadata = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 10 }).filter((key) => !['__proto__', 'constructor'].includes(key)),
  fc.oneof(odd, fc.integer(), fc.boolean(), fc.constant(null), fc.array(odd, { maxLength: 3 })),
  { maxKeys: 3 },
);

const memory = fc.record({
  kind: fc.constantFrom('message', 'note'),
  content: text,
  created_at: instant,
  sender_id: perhaps(text),
  conversation_id: perhaps(text),
  platform: perhaps(text),
  subject: perhaps(text),
  metadata,
  sensitive: fc.boolean(),
  pinned: fc.boolean(),
  never_use: fc.boolean(),
  forgotten_at: perhaps(instant),
});
const task = fc.record({
  title: text,
  status: fc.constantFrom('suggested', 'todo', 'doing', 'waiting', 'done'),
  rrule: perhaps(text),
  assignee: perhaps(text),
  priority: fc.constantFrom('low', 'normal', 'high'),
  labels: fc.array(text, { maxLength: 3 }),
  progress: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
  confidence: perhaps(fc.constantFrom(0, 0.5, 1)),
  why: fc.array(text, { maxLength: 2 }),
  source: perhaps(
    fc.record({ quote: odd, sender_id: odd, conversation: odd, at: instant, start: fc.nat(50), more: fc.nat(50) }),
  ),
  position: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
  created_at: instant,
  done_at: perhaps(instant),
  removed_at: perhaps(instant),
});

function recordsOf(memories: readonly unknown[], tasks: readonly unknown[]): IncomingRecord[] {
  const brought = memories.map((each, index) => ({
    type: 'memory',
    row: {
      id: `memory-${index}`,
      external_id: index % 2 === 0 ? `outside ${index}` : null,
      message_id: index % 3 === 0 ? `message-${index}` : null,
      ...(each as object),
    },
  }));
  const cards = tasks.map((each, index) => {
    const { source, ...row } = each as { source: { start: number; more: number; at: number } | null };
    const { more = 0, ...rest } = source ?? {};
    return {
      type: 'task',
      row: {
        id: `task-${index}`,
        due: index % 2 === 0 ? '2026-12-01' : '2026-12-01T07:00:00.000Z',
        due_granularity: index % 2 === 0 ? 'date' : 'datetime',
        updated_at: 1_700_000_000_000,
        source: source && { message_id: `said-${index}`, end: source.start + more, ...rest },
        ...row,
      },
    };
  });
  return [...brought, ...cards] as unknown as IncomingRecord[];
}

describe.each(['jsonl', 'csv'] as const)('an export as %s', (format) => {
  test('brings everything back as it was, whatever is in it, and the same again nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(memory, { maxLength: 8 }),
        fc.array(task, { maxLength: 5 }),
        async (memories, tasks) => {
          await Promise.all([from.close(), to.close()]);
          [from, to] = await Promise.all([openTransfer(), openTransfer()]);
          const records = recordsOf(memories, tasks);
          fc.pre(records.length > 0);
          await from.store.call('imports.add', {
            head: { id: 'first', name: 'first', source: 'clawdbot', at: 0 },
            records,
          });

          const written = await from.everything(format, { forgotten: true });
          const report = await to.bring(`all.${format}`, written);
          expect(report.refusals).toEqual([]);
          expect(report.memories.brought + report.tasks.brought).toBe(records.length);
          expect(await to.records({ forgotten: true })).toEqual(await from.records({ forgotten: true }));
          expect(await to.everything(format, { forgotten: true, limit: 2 })).toBe(written);

          const again = await to.bring(`all.${format}`, written);
          expect(again.memories.brought + again.tasks.brought).toBe(0);
          expect(await to.records({ forgotten: true })).toEqual(await from.records({ forgotten: true }));
        },
      ),
      { numRuns: 15 },
    );
  }, 240_000);
});

test('what was forgotten or removed is left out unless it is asked for, and comes in as it was', async () => {
  const gone = [
    '{"id":"m1","content":"kept"}',
    '{"id":"m2","content":"forgotten","forgotten_at":"2026-05-01T00:00:00Z"}',
    '{"type":"task","id":"t1","title":"removed","removed_at":"2026-05-01T00:00:00Z"}',
  ];
  await from.bring('a.jsonl', gone.join('\n'));
  expect((await from.records()).map(({ id }) => id)).toEqual(['m1']);
  expect((await from.records({ forgotten: true })).map(({ id }) => id)).toEqual(['m1', 'm2', 't1']);

  await to.bring('b.jsonl', await from.everything('jsonl', { forgotten: true }));
  expect((await to.store.call('memories.list', { limit: 10, q: 'forgotten' })).items).toEqual([]);
  expect((await to.store.call('memories.list', { limit: 10, q: 'kept' })).items).toHaveLength(1);
});

test('an import does not bring back what was forgotten here, and says how many', async () => {
  const written = '{"id":"m1","content":"a secret"}\n{"id":"m2","content":"no secret"}';
  await to.bring('a.jsonl', written);
  await to.store.call('memories.forget', { id: 'm1', now: Date.now() });
  expect((await to.bring('a.jsonl', written)).memories).toEqual({ brought: 0, known: 1, forgotten: 1 });
  expect((await to.records()).map(({ id }) => id)).toEqual(['m2']);
});

test('a cell that a spreadsheet would calculate is a text', async () => {
  await from.bring('a.jsonl', '{"content":"=HYPERLINK(\\"http://x\\")"}\n{"content":"@SUM(1)","sender_id":"-x"}');
  const cells = (await from.everything('csv')).split(/[,\r\n]/).filter((cell) => /HYPERLINK|SUM|-x/.test(cell));
  expect(cells).toEqual(['"\'=HYPERLINK(""http://x"")"', "'@SUM(1)", "'-x"]);
});

test('Markdown has each day and each person once, also over pages, and nothing in it acts', async () => {
  const said = [
    { content: 'first', created_at: '2026-03-01T15:30:00Z', sender_id: '老王' },
    { content: '# <img src=x> ![p](http://x)', created_at: '2026-03-01T15:40:00Z', sender_id: '老王' },
    { content: 'next day there', created_at: '2026-03-01T16:30:00Z', sender_id: '老王' },
  ];
  await from.bring('a.jsonl', said.map((each) => JSON.stringify(each)).join('\n'));
  const markdown = await from.everything('md');
  expect(await from.everything('md', { limit: 1 })).toBe(markdown);
  expect(markdown.match(/^##.*$/gm)).toEqual(['## 2026-03-01', '### 老王', '## 2026-03-02', '### 老王']);
  expect(markdown).toContain('> \\# \\<img src=x> !\\[p\\](http://x)');
  expect((await to.bring('a.md', markdown)).fault).toBe('own_markdown');
});
