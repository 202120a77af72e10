import { expect, test } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import type { MessageRow } from '../store/index.ts';
import type { Question } from './answer.ts';
import { createAssistant } from './assistant.ts';
import type { Mind } from './mind.ts';
import { now, openTestAnswers, type Said } from './test-answers.ts';

const clock = { ...systemClock, now: () => now };

/** The assistant over a real store, with the mind on the same thread. */
async function openTestAssistant(said: readonly Said[] = []) {
  const answers = await openTestAnswers(said);
  const mind = {
    ask: async (_call: 'answer', questions: Question[]) =>
      questions.map((question) => ({ ok: answers.ask(question.content, question) })),
  } as unknown as Mind;
  const { work } = createAssistant({
    mind,
    store: answers.store,
    ids: createIds(clock.now),
    clock,
    timezone: 'UTC',
    delivers: () => false,
  });
  return {
    async say(content: string, more: Partial<MessageRow> = {}) {
      const [outcome] = await work([{ message: { ...message, content, ...more }, attempts: 1 }]);
      if (!outcome || !('ok' in outcome)) throw new Error('it could not be worked');
      return outcome.ok;
    },
    [Symbol.asyncDispose]: () => answers[Symbol.asyncDispose](),
  };
}

const message: MessageRow = {
  seq: 1,
  id: 'message',
  platform: 'chat',
  channel: 'chat',
  external_id: 'x',
  conversation_id: 'main',
  sender_id: 'me',
  content: '',
  timestamp: now / 1000,
  attachments: '[]',
  metadata: '{}',
  direction: 'in',
  in_reply_to: null,
  state: 'stored',
  received_at: now,
  stored_at: now,
};

test.each([
  ['The train was late again', 'message', 'The train was late again'],
  ['Please send the report by Friday', 'message', 'Please send the report by Friday'],
  ['/remember the alarm code is 4711', 'note', 'the alarm code is 4711'],
  ['/remember 报警密码是 4711', 'note', '报警密码是 4711'],
  ['/todo send the report by Friday', 'message', 'send the report by Friday'],
  ['/todo周五前交报告', 'message', '周五前交报告'],
])('%s is remembered as a %s: “%s”', async (content, kind, kept) => {
  await using assistant = await openTestAssistant();
  const { memories } = await assistant.say(content);
  expect(memories).toMatchObject([{ kind, content: kept, sender_id: 'me', message_id: 'message' }]);
});

test.each(['/help', '/status', '/recall key', '/forget key', '/frobnicate key', '/remember', '   '])(
  '“%s” is not remembered',
  async (content) => {
    await using assistant = await openTestAssistant();
    expect((await assistant.say(content)).memories).toEqual([]);
  },
);

test.each(['/status', '/STATUS', '／status'])('%s is answered with the figures of the store', async (content) => {
  await using assistant = await openTestAssistant([['chat', 'me', 'The spare key is in the blue box']]);
  const { reply } = await assistant.say(content);
  expect(reply?.content).toBe('0 messages received, 0 waiting, 0 set aside. 1 memory, 0 cards on the board.');
});

test('a card quotes the words of the message it was made from, and falls due in the zone of the message', async () => {
  await using assistant = await openTestAssistant();
  const content = '/todo send the report by Friday 3pm';
  const { tasks } = await assistant.say(content, { metadata: '{"timezone":"Asia/Shanghai"}' });
  expect(tasks).toMatchObject([
    {
      title: 'Send the report',
      status: 'todo',
      due: '2026-11-27T07:00:00Z',
      source: { quote: 'send the report', message_id: 'message', conversation: 'chat:main' },
    },
  ]);
});

test('forgetting and quoting name the memories, and the reply goes to the conversation that asked', async () => {
  await using assistant = await openTestAssistant([['chat', 'me', 'The spare key is in the blue box']]);
  expect((await assistant.say('/forget blue box')).forget).toEqual(['m0']);
  const asked = await assistant.say('Where is the spare key?');
  expect(asked).toMatchObject({ route: 'recall', sources: ['m0'], forget: [] });
  expect(asked.reply).toMatchObject({ conversation_id: 'main', sender_id: 'clawdbot', deliver: false });
});

test('the message may ask for a language of its own', async () => {
  await using assistant = await openTestAssistant();
  const { reply } = await assistant.say('/help', { metadata: '{"locale":"zh-CN"}' });
  expect(reply?.content).toContain('放到看板上');
});
