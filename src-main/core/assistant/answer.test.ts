import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PAST, readTimes } from '../language/index.ts';
import { createRecall } from '../memory/index.ts';
import { type MemoryRow, openReader, openStore } from '../store/index.ts';
import { extractTodos } from '../tasks/index.ts';
import { createAnswerer } from './answer.ts';

const now = Date.UTC(2026, 10, 24, 12);

/** Memories as messages leave them: `[channel, sender, what was said]`, a minute apart, the last one just now. */
async function openTestAnswers(said: readonly (readonly [string, string, string])[]) {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-answer-'));
  const file = join(folder, 'memory.db');
  const store = await openStore({ file, durability: 'normal', onFailure: () => {} });
  const rows = said.map(
    ([channel, sender, content], index): MemoryRow => ({
      id: `m${index}`,
      external_id: null,
      kind: 'message',
      content,
      created_at: now - (said.length - index) * 60_000,
      sender_id: sender,
      conversation_id: `${channel}:${sender}`,
      platform: channel,
      subject: null,
      message_id: `message-${index}`,
      metadata: {},
      sensitive: false,
    }),
  );
  await store.call('memories.insert', { rows });
  const reader = openReader(file);
  const recall = createRecall({ reader, readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }) });
  const { answer } = createAnswerer({ recall, extract: extractTodos, defaultLocale: 'en', acceptFrom: 1 });
  return {
    ask: (content: string, channel = 'chat') =>
      answer({
        id: 'question',
        channel,
        conversation: `${channel}:main`,
        sender_id: 'me',
        content,
        timestamp: now / 1000,
        locale: null,
        timezone: 'UTC',
        figures: null,
      }),
    async [Symbol.asyncDispose]() {
      reader.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

const office = [
  ['webhook', 'ana', 'Could you check the invoice before Wednesday?'],
  ['webhook', 'sam', 'The roof was mended yesterday'],
  ['webhook', '小李', '麻烦你周三之前核对一下发票'],
  ['webhook', '老王', '锯片的型号是 M-220'],
] as const;

test.each([
  ['What did Ana say about the invoice?', ['m0']],
  ['What did Ana say today?', ['m0']],
  ['What did Ana say about the roof?', []],
  ['Who said something about the roof?', ['m1']],
  ['小李说了什么？', ['m2']],
  ['关于发票，小李说了什么？', ['m2']],
  ['锯片是什么型号？', ['m3']],
])('%s is answered from what was said, or not at all', async (question, sources) => {
  await using answers = await openTestAnswers(office);
  expect(answers.ask(question).sources).toEqual(sources);
});

test('a question that was asked before is no answer to itself, a request in the form of a question is', async () => {
  await using answers = await openTestAnswers([
    ['chat', 'me', 'Where is the invoice?'],
    ['chat', 'me', 'Where did we put the invoice of the roof?'],
    ['chat', 'me', 'Could you send the invoice to Ana by Friday?'],
  ]);
  expect(answers.ask('Where is the invoice?').sources).toEqual(['m2']);
});

test('a stranger hears nothing of other conversations', async () => {
  await using answers = await openTestAnswers(office);
  expect(answers.ask('What did Ana say about the invoice?', 'webhook').sources).toEqual([]);
});
