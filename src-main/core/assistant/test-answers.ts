import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locale } from '../../../src-shared/schema/common.ts';
import { PAST, readTimes } from '../language/index.ts';
import { createRecall, nextLesson } from '../memory/index.ts';
import { type MemoryRow, openReader, openStore } from '../store/index.ts';
import { extractTodos } from '../tasks/index.ts';
import { createAnswerer, type Question } from './answer.ts';

/** A Tuesday noon; what the questions of the tests are measured from. */
export const now = Date.UTC(2026, 10, 24, 12);

/** `[channel, sender, what was said]`, and when where it matters. */
export type Said = readonly [channel: string, sender: string, content: string, at?: number];

/** For tests: an answerer over a real store that holds memories as messages leave them, a minute apart unless said, the last one just now. */
export async function openTestAnswers(said: readonly Said[], defaultLocale: Locale = 'en') {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-answer-'));
  const file = join(folder, 'memory.db');
  const store = await openStore({ file, durability: 'normal', onFailure: () => {} });
  await store.call('memories.insert', { rows: said.map((each, index) => rowOf(each, index, said.length)) });
  const reader = openReader(file);
  for (let lesson = nextLesson(reader); lesson; lesson = nextLesson(reader)) await store.call('facts.learn', lesson);
  const recall = createRecall({ reader, readTimes: (text, reference) => readTimes(text, { reference, policy: PAST }) });
  const { answer } = createAnswerer({ recall, extract: extractTodos, defaultLocale, acceptFrom: 1 });
  return {
    store,
    ask: (content: string, more: Partial<Question> = {}) => answer({ ...questionOf(content), ...more }),
    async [Symbol.asyncDispose]() {
      reader.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

function rowOf([channel, sender, content, at]: Said, index: number, count: number): MemoryRow {
  return {
    id: `m${index}`,
    external_id: null,
    kind: 'message',
    content,
    created_at: at ?? now - (count - index) * 60_000,
    sender_id: sender,
    conversation_id: `${channel}:${sender}`,
    platform: channel,
    subject: null,
    message_id: `message-${index}`,
    metadata: {},
    sensitive: false,
  };
}

const questionOf = (content: string): Question => ({
  id: 'question',
  channel: 'chat',
  conversation: 'chat:main',
  sender_id: 'me',
  content,
  timestamp: now / 1000,
  locale: null,
  timezone: 'UTC',
  figures: null,
});
