import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExtractResponse } from '../../../src-shared/schema/extraction.ts';
import { type ExtractInput, extractTodos } from './extract.ts';

/** A Friday. */
const frame = { reference_time: '2026-11-20T09:00:00Z', timezone: 'UTC', mode: 'message' } as const;
const read = (text: string, more: Partial<ExtractInput> = {}) =>
  extractTodos({ ...frame, locale: undefined, text, ...more });

/** `title @ due / repeat`, one for each todo. */
function brief(text: string, more: Partial<ExtractInput> = {}): string {
  return read(text, more)
    .todos.map(({ title, due, rrule }) => `${title}${due ? ` @ ${due.value}` : ''}${rrule ? ` / ${rrule}` : ''}`)
    .join(' | ');
}

const english: readonly (readonly [string, string])[] = [
  ['Please send the report by Friday', 'Send the report @ 2026-11-20'],
  ['Could you call the plumber tomorrow?', 'Call the plumber @ 2026-11-21'],
  ['Can you please review my pull request before Monday?', 'Review my pull request @ 2026-11-23'],
  ['Would you mind sending me the slides?', 'Send me the slides'],
  ['Remind me to water the plants at 6pm', 'Water the plants @ 2026-11-20T18:00:00'],
  ['remind me tomorrow to pay the rent', 'Pay the rent @ 2026-11-21'],
  ['Remind me about the parent meeting on Thursday', 'Parent meeting @ 2026-11-26'],
  ["Don't forget to feed the cat tonight", 'Feed the cat @ 2026-11-20T20:00:00'],
  ['remember to book the flights', 'Book the flights'],
  ['I need to renew my passport next month', 'Renew my passport @ 2026-12-31'],
  ['We have to ship the fix today', 'Ship the fix @ 2026-11-20'],
  ["Let's review the budget on Tuesday at 10am", 'Review the budget @ 2026-11-24T10:00:00'],
  ['Anna, please order new badges', 'Order new badges'],
  ['@tom can you update the wiki by end of month?', 'Update the wiki @ 2026-11-30'],
  ['Submit the timesheet by 5pm', 'Submit the timesheet @ 2026-11-20T17:00:00'],
  ['Call the bank at 8am', 'Call the bank @ 2026-11-21T08:00:00'],
  ['Buy milk, eggs and bread', 'Buy milk, eggs and bread'],
  ['Todo: clean up the staging database', 'Clean up the staging database'],
  ['set a reminder to take the pills every day at 9pm', 'Take the pills @ 2026-11-20T21:00:00 / FREQ=DAILY'],
  [
    'Remind me every Monday at 10am to write the weekly report',
    'Write the weekly report @ 2026-11-23T10:00:00 / FREQ=WEEKLY;BYDAY=MO',
  ],
  ['Make sure you lock the back door', 'Lock the back door'],
  ['I would like you to prepare the contract by December 1st', 'Prepare the contract @ 2026-12-01'],
  ['you need to sign the form before noon', 'Sign the form @ 2026-11-20T12:00:00'],
  ['When you get a chance, please check the logs', 'Check the logs'],
  ['Create a reminder to pick up the kids at 3:30pm', 'Pick up the kids @ 2026-11-20T15:30:00'],
  ['Pls fix the typo on the pricing page', 'Fix the typo on the pricing page'],
  ['Kindly confirm your attendance by Nov 25', 'Confirm your attendance @ 2026-11-25'],
  ['Could someone refill the printer?', 'Refill the printer'],
  ['Remember: pack the chargers', 'Pack the chargers'],
  ['Hi Ben, could you forward me the invoice? Thanks!', 'Forward me the invoice'],
  ['remind me in 20 minutes to check the oven', 'Check the oven @ 2026-11-20T09:20:00'],
  ["I'll send you the draft tomorrow", 'Send you the draft @ 2026-11-21'],
  ['We should back up the server this weekend', 'Back up the server @ 2026-11-22'],
  ['Schedule a call with the lawyer next Wednesday', 'Schedule a call with the lawyer @ 2026-11-25'],
  ['- [ ] update the changelog', 'Update the changelog'],
  ['wake me at 6am', 'wake me at 6am @ 2026-11-21T06:00:00'],
  ['remind me to set my watch', 'Set my watch'],
  ["Please bring the tickets for tomorrow's concert", "Bring the tickets for tomorrow's concert @ 2026-11-21"],
  ['let me know if the room is free', 'Let me know if the room is free'],
  ['The deck is ready. Please print ten copies by Monday.', 'Print ten copies @ 2026-11-23'],
  ['The invoice is due on Friday', 'The invoice @ 2026-11-20'],
  // nothing to do
  ['Can you hear me?', ''],
  ['Would you like some coffee?', ''],
  ['Please find attached the minutes', ''],
  ['Please note that the office is closed on Monday', ''],
  ['I sent the report yesterday', ''],
  ['We already paid the invoice', ''],
  ["You don't need to call him", ''],
  ['No need to send the file', ''],
  ["Never mind, I'll do it", ''],
  ["What's the weather like tomorrow?", ''],
  ['Will it rain on Sunday?', ''],
  ['Play some jazz', ''],
  ['Turn on the lights in the kitchen', ''],
  ['show me my reminders', ''],
  ['cancel all my reminders', ''],
  ['what reminders do I have today', ''],
  ['How many days are there in March?', ''],
  ['When does the store open?', ''],
  ['Who won the match last night?', ''],
  ['Thanks for the quick reply', ''],
  ['Sounds good', ''],
  ['The meeting was long and boring', ''],
  ['It was great to see you last week', ''],
  ['The train arrives at 9:40', ''],
  ['He has been on holiday since Monday', ''],
  ['- [x] update the changelog', ''],
  ['> please send the report', ''],
  ['Good morning everyone', ''],
  ['My sister lives in Leeds', ''],
  ['Do I need an umbrella today?', ''],
];

const chinese: readonly (readonly [string, string])[] = [
  ['明天下午三点前把报告发给老王', '把报告发给老王 @ 2026-11-21T15:00:00'],
  ['请周五前提交周报', '提交周报 @ 2026-11-20'],
  ['请小李下周三之前把合同寄出', '小李把合同寄出 @ 2026-11-25'],
  ['帮我订一张去上海的机票', '订一张去上海的机票'],
  ['麻烦你明天早上九点给客户打电话', '给客户打电话 @ 2026-11-21T09:00:00'],
  ['记得买牛奶', '买牛奶'],
  ['别忘了今晚八点开会', '开会 @ 2026-11-20T20:00:00'],
  ['提醒我后天交房租', '交房租 @ 2026-11-22'],
  ['半小时后提醒我关火', '关火 @ 2026-11-20T09:30:00'],
  ['每周一早上9点提醒我写周报', '写周报 @ 2026-11-23T09:00:00 / FREQ=WEEKLY;BYDAY=MO'],
  ['每天晚上十点提醒我吃药', '吃药 @ 2026-11-20T22:00:00 / FREQ=DAILY'],
  ['明天上午十点去医院复查', '去医院复查 @ 2026-11-21T10:00:00'],
  ['能不能帮我看一下这个文档？', '看一下这个文档'],
  ['你可以明天把照片发我吗', '把照片发我 @ 2026-11-21'],
  ['能否在月底前完成测试？', '完成测试 @ 2026-11-30'],
  ['我们下周二要交标书', '交标书 @ 2026-11-24'],
  ['周末记得给妈妈打电话', '给妈妈打电话 @ 2026-11-22'],
  ['务必今天把服务器备份好', '把服务器备份好 @ 2026-11-20'],
  ['需要你确认一下会议室', '确认一下会议室'],
  ['请大家尽快填写问卷', '填写问卷'],
  ['由小张负责整理会议纪要', '由小张负责整理会议纪要'],
  ['待办：更新通讯录', '更新通讯录'],
  ['老王，麻烦把投影仪带来', '把投影仪带来'],
  ['@李雷 请在12月1日前回复邮件', '回复邮件 @ 2026-12-01'],
  ['下午三点开会', '开会 @ 2026-11-20T15:00:00'],
  ['我要去银行办卡', '去银行办卡'],
  ['明早七点半叫我起床', '起床 @ 2026-11-21T07:30:00'],
  ['把空调修一下', '把空调修一下'],
  ['月底之前要完成盘点', '完成盘点 @ 2026-11-30'],
  ['必须在周四前付清尾款', '付清尾款 @ 2026-11-26'],
  ['請明天幫我寄包裹', '寄包裹 @ 2026-11-21'],
  ['麻煩週五前回覆', '回覆 @ 2026-11-20'],
  ['拜托帮我取一下快递', '取一下快递'],
  ['十二月三号要参加婚礼', '参加婚礼 @ 2026-12-03'],
  ['不要忘记带身份证', '带身份证'],
  ['我得去接孩子', '去接孩子'],
  ['咱们明天下午讨论一下预算吧', '讨论一下预算 @ 2026-11-21T12:00:00'],
  ['帮我买两张周六的电影票', '买两张周六的电影票 @ 2026-11-21'],
  ['1. 联系供应商 尽快', '联系供应商'],
  ['抓紧把简历改好', '把简历改好'],
  ['报告写完了。请明天发给王总。', '发给王总 @ 2026-11-21'],
  ['电费该交了', '电费该交'],
  ['月底前把发票报销了', '把发票报销 @ 2026-11-30'],
  ['下个月的房租记得交', '下个月的房租交 @ 2026-12-31'],
  ['老李请明天带上合同', '带上合同 @ 2026-11-21'],
  // 没有待办
  ['大家辛苦了', ''],
  ['快递明天到', ''],
  ['请问洗手间在哪', ''],
  ['我昨天已经把报告发了', ''],
  ['会议取消了', ''],
  ['不用买牛奶了', ''],
  ['你不必回复这封邮件', ''],
  ['今天天气怎么样', ''],
  ['明天会下雨吗', ''],
  ['播放一首轻音乐', ''],
  ['打开客厅的灯', ''],
  ['关闭所有闹钟', ''],
  ['删除明天的提醒', ''],
  ['我有哪些待办', ''],
  ['现在几点了', ''],
  ['你是谁', ''],
  ['谢谢你的帮助', ''],
  ['收到', ''],
  ['好的', ''],
  ['刚吃完饭', ''],
  ['上周的会议很顺利', ''],
  ['这本书真好看', ''],
  ['为什么天是蓝的', ''],
  ['他去年去了北京', ''],
  ['搞定了', ''],
  ['哈哈哈太好笑了', ''],
  ['早上好', ''],
  ['北京到上海有多远', ''],
  ['火车九点到站', ''],
];

describe('what English messages ask for', () => {
  test.each(english)('%s', (text, expected) => {
    expect(brief(text, { locale: 'en' })).toBe(expected);
  });
});

describe('what Chinese messages ask for', () => {
  test.each(chinese)('%s', (text, expected) => {
    expect(brief(text, { locale: 'zh-CN' })).toBe(expected);
  });
});

describe('the answer of the operation', () => {
  test('a request in Chinese yields the whole todo', () => {
    const { todos, times } = read('明天下午三点前把报告发给老王', { locale: 'zh-CN' });
    expect(todos).toEqual([
      {
        title: '把报告发给老王',
        start: 7,
        end: 14,
        confidence: 0.93,
        due: { text: '明天下午三点前', kind: 'datetime', value: '2026-11-21T15:00:00' },
        rrule: null,
        assignees: ['老王'],
        priority: null,
        why: ['把', 'time'],
      },
    ]);
    expect(times).toEqual([{ text: '明天下午三点前', start: 0, end: 7, kind: 'range', to: '2026-11-21T15:00:00' }]);
  });

  test('times are listed also where there is nothing to do', () => {
    const { todos, times } = read('The train arrives at 9:40');
    expect(todos).toEqual([]);
    expect(times.map(({ text }) => text)).toEqual(['9:40']);
  });

  test('the zone decides which day "tomorrow" is', () => {
    const at = { reference_time: '2026-11-20T23:30:00Z' };
    expect(brief('remind me tomorrow to vote', { ...at, timezone: 'UTC' })).toBe('Vote @ 2026-11-21');
    expect(brief('remind me tomorrow to vote', { ...at, timezone: 'Asia/Shanghai' })).toBe('Vote @ 2026-11-22');
  });

  test.each([
    ['@mia please send the invoice', ['mia']],
    ['Anna, please order new badges', ['Anna']],
    ['由小张负责整理会议纪要', ['小张']],
    ['请把文件交给王总', ['王总']],
    ['老王，麻烦把投影仪带来', ['老王']],
    ['Please send it today', []],
  ])('who is meant by %s', (text, expected) => {
    expect(read(text).todos[0]?.assignees).toEqual(expected);
  });

  test.each([
    ['Please fix this asap', 'high'],
    ['请尽快处理这个问题', 'high'],
    ['Please water the plants, no rush', 'low'],
    ['有空的话帮我看看', 'low'],
    ['Please water the plants', null],
  ] as const)('how urgent is %s', (text, expected) => {
    expect(read(text).todos[0]?.priority).toBe(expected);
  });

  test('every card says which rules made it', () => {
    expect(read('Could you send the file by Friday?').todos[0]?.why).toEqual(['can you', 'time']);
  });

  test('several requests in one message are several todos, each with its own words', () => {
    const text = 'Please book the room. The coffee was good. Could you also order lunch for Monday?';
    const { todos } = read(text);
    expect(todos.map(({ title }) => title)).toEqual(['Book the room', 'Order lunch']);
    expect(todos.map(({ start, end }) => text.slice(start, end))).toEqual(['book the room', 'order lunch']);
  });

  test('code and quoted lines ask for nothing', () => {
    expect(brief('```\nplease send the report\n```\n> remind me to call')).toBe('');
  });
});

describe('quick add', () => {
  const quick = (text: string) => read(text, { mode: 'quickadd' }).todos;

  test.each([
    ['dentist tomorrow 4pm', 'Dentist', '2026-11-21T16:00:00', null],
    ['milk', 'Milk', null, null],
    ['明天交电费', '交电费', '2026-11-21', null],
    ['water plants every Saturday', 'Water plants', '2026-11-21', 'FREQ=WEEKLY;BYDAY=SA'],
    ['每月15号还信用卡', '还信用卡', '2026-12-15', 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['team lunch every first Monday of the month', 'Team lunch', '2026-12-07', 'FREQ=MONTHLY;BYDAY=1MO'],
    ['what is the weather tomorrow', 'What is the weather', '2026-11-21', null],
    ['tomorrow', 'tomorrow', '2026-11-21', null],
    ['不用买牛奶了', '不用买牛奶', null, null],
  ])('%s makes exactly one todo', (text, title, due, rrule) => {
    const todos = quick(text);
    expect(todos.map((todo) => [todo.title, todo.due?.value ?? null, todo.rrule])).toEqual([[title, due, rrule]]);
  });

  test('marks for person, label and priority leave the title', () => {
    const [todo] = quick('call the landlord @sam #home !high monday');
    expect(todo).toMatchObject({ title: 'Call the landlord', assignees: ['sam'], priority: 'high' });
    expect(todo?.due?.value).toBe('2026-11-23');
  });
});

describe('any text at all', () => {
  const words = fc.constantFrom(
    'please',
    'send',
    'by',
    'Friday',
    'remind me',
    'to',
    'tomorrow',
    '@ann',
    '请',
    '把',
    '报告',
    '明天',
    '前',
    '发给',
    '老王',
    '，',
    '。',
    '.',
    '\n',
    '- [ ] ',
    '> ',
    '```',
    '?',
    '吗',
    '😀',
  );
  const text = fc.oneof(
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );

  test('never throws, keeps to the schema, and points into the text', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('message', 'quickadd'), (content, mode) => {
        const answer = read(content, { mode });
        expect(() => ExtractResponse.parse(answer)).not.toThrow();
        for (const { title, start, end, confidence } of answer.todos) {
          expect(title).not.toBe('');
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(content.length);
          expect(start).toBeLessThan(end);
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
        }
        if (mode === 'quickadd') expect(answer.todos).toHaveLength(content.trim() === '' ? 0 : 1);
      }),
      { numRuns: 800 },
    );
  });
});
