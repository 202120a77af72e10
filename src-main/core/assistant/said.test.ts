import { afterAll, beforeAll, expect, test } from 'vitest';
import { now, openTestAnswers } from './test-answers.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A Tuesday noon is now, so yesterday is a Monday and nine days ago is the Sunday before last. */
const talk = [
  ['webhook', 'Ana', 'Could you check the invoice before Wednesday?', now - 9 * dayMs],
  ['webhook', 'Ana', 'The roof needs new tiles', now - dayMs],
  ['webhook', 'Ana', 'Lunch is at noon', now - hourMs],
  ['webhook', '小王', '麻烦你周三之前核对一下发票', now - 9 * dayMs],
  ['webhook', '小王', '明天我不来了', now - dayMs],
  ['webhook', '小王', '投影仪修好了', now - hourMs],
  ['chat', 'me', 'Please send the report to Ana by Friday 3pm', now - 1_000_000],
  ['chat', 'me', '请把报告发给小王', now - 900_000],
  ['api', 'Ann Li', 'The garden gate squeaks', now - 800_000],
  ['api', 'Ann Wu', 'The cellar is damp', now - 700_000],
  ['webhook', 'sam', 'They say hello and mention the moon', now - 600_000],
  ['webhook', 'sam', 'Sam again: the roof was mended', now - 500_000],
] as const;

let answers: Awaited<ReturnType<typeof openTestAnswers>>;
beforeAll(async () => {
  answers = await openTestAnswers(talk);
});
afterAll(() => answers[Symbol.asyncDispose]());

test.each([
  'What did Ana say?',
  'what did ana say',
  'What has Ana said?',
  'What did Ana tell me?',
  'What did Ana mention?',
  'What has Ana written recently?',
  'What did Ana ask?',
  'What else did Ana say?',
  'What did Ana talk about?',
  'Did Ana say anything?',
  "What was Ana's last message?",
  'What are the latest messages from Ana?',
  'Ana说了什么？',
  'Ana 最近说了什么',
])('%s is answered with what Ana said last, the newest first', (question) => {
  expect(answers.ask(question).sources).toEqual(['m2', 'm1', 'm0']);
});

test.each([
  '小王说了什么？',
  '小王都说过些什么',
  '小王怎么说的？',
  '小王刚才说什么了',
  '小王提到了什么？',
  '小王讲了什么',
  '小王问了什么',
  '小王跟我说了什么？',
  '小王告诉我什么了？',
  '小王写了什么',
  '小王的消息是什么？',
  'What did 小王 say?',
])('%s：回答小王最近说的话，最新的在前', (question) => {
  expect(answers.ask(question).sources).toEqual(['m5', 'm4', 'm3']);
});

test.each([
  ['What did Ana say yesterday?', ['m1']],
  ['Ana 昨天说了什么', ['m1']],
  ['小王昨天说了什么？', ['m4']],
  ['昨天小王讲了什么', ['m4']],
  ['What did Ana say today?', ['m2']],
  ['What did Ana say last year?', []],
  ['小王去年说了什么？', []],
])('%s is answered from that time alone', (question, sources) => {
  expect(answers.ask(question).sources).toEqual(sources);
});

test.each([
  ['What did Ana say about the invoice?', ['m0']],
  ['What did Ana mention about the invoice?', ['m0']],
  ['What did Ana tell me about the invoice?', ['m0']],
  ['What did Ana write about the roof?', ['m1']],
  ['What did Ana ask about the invoice?', ['m0']],
  ['What did Ana say about the roof yesterday?', ['m1']],
  ['What did Ana say about the invoice yesterday?', []],
  ['Did Ana say when lunch is?', ['m2']],
  ['关于发票，小王提到了什么？', ['m3']],
  ['小王有没有提到发票？', ['m3']],
  ['小王讲投影仪怎么了？', ['m5']],
  ['小王问发票的事了吗？', ['m3']],
  ['What did Ana say about the moon?', []],
  ['What did Ana say about the garden gate?', []],
  ['小王说月亮怎么了？', []],
])('%s is answered from what was said about that, or not at all', (question, sources) => {
  expect(answers.ask(question).sources).toEqual(sources);
});

test('of two with the same first name both answer, and the whole name means one', () => {
  expect(answers.ask('What did Ann say?').sources).toEqual(['m9', 'm8']);
  expect(answers.ask('What did Ann Li say?').sources).toEqual(['m8']);
});

test.each(['What did I say?', '我说了什么？'])('%s is answered with what the asker said', (question) => {
  expect(answers.ask(question).sources).toEqual(['m7', 'm6']);
});

test.each(['What did Bob say?', 'What did Bob mention?', '小张说了什么？', '小张提到了什么？'])(
  '%s is not answered with the words of others: nobody of that name is known',
  (question) => {
    expect(answers.ask(question).sources).toEqual([]);
  },
);

test('the quotations carry their sources', () => {
  expect(answers.ask('What did Ana say yesterday?').reply).toBe(
    'This is the latest that was said:\n“The roof needs new tiles”\n— Ana, Nov 23, 2026, 12:00 PM, webhook:Ana',
  );
  expect(answers.ask('小王昨天说了什么？').reply).toBe(
    '我这里最近的一条是：\n“明天我不来了”\n—— 小王，2026年11月23日 12:00，webhook:小王',
  );
});

test('a stranger hears only what was said in the own conversation', () => {
  const stranger = { channel: 'webhook', conversation: 'webhook:sam', sender_id: 'sam' };
  expect(answers.ask('What did Ana say?', stranger).sources).toEqual([]);
  expect(answers.ask('What did I say?', stranger).sources).toEqual(['m11', 'm10']);
});

test('words that only begin like a verb of saying are a topic', () => {
  for (const question of ['小王提醒了什么？', '小王的讲座在哪里？', '小王的问题是什么？'])
    expect(answers.ask(question).sources, question).not.toEqual(['m5', 'm4', 'm3']);
});
