import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Locale } from '../../../src-shared/schema/common.ts';
import type { Question } from './answer.ts';
import { openTestAnswers, type Said } from './test-answers.ts';

const nothing = { todos: [], remember: null, forget: [], sources: [] };
const names = ['/help', '/todo', '/remember', '/recall', '/forget', '/status'];

/** What one conversation outside the house said, and what its owner did. */
const house: readonly Said[] = [
  ['chat', 'me', 'The spare key is in the blue box'],
  ['chat', 'me', 'The bike key is in the hall'],
  ['webhook', 'sam', 'The alarm code is 4711'],
  ['chat', 'me', '备用钥匙在蓝色盒子里'],
  ['chat', 'me', '自行车钥匙在门厅'],
  ['webhook', '老王', '锯片的型号是 M-220'],
];
const stranger = { channel: 'webhook', conversation: 'webhook:ana', sender_id: 'ana' } satisfies Partial<Question>;

/** A case in both languages: what is written and what the reply must hold. */
type Spoken = Record<Locale, [said: string, reply: string | RegExp]>;
const inBoth = ({ en, 'zh-CN': zh }: Spoken) => [en, zh] as const;

// One for all tests: to ask changes nothing.
let answers: Awaited<ReturnType<typeof openTestAnswers>>;
let chinese: typeof answers;
beforeAll(async () => {
  [answers, chinese] = await Promise.all([openTestAnswers(house, 'en'), openTestAnswers(house, 'zh-CN')]);
});
afterAll(() => Promise.all([answers[Symbol.asyncDispose](), chinese[Symbol.asyncDispose]()]));

describe('/help', () => {
  test('lists every command, in the language of the installation', async () => {
    const [inEnglish, inChinese] = [answers.ask('/help'), chinese.ask('/help')];
    for (const name of names.slice(1)) {
      expect(inEnglish.reply).toContain(`${name} `);
      expect(inChinese.reply).toContain(`${name} `);
    }
    expect(inEnglish).toMatchObject({ ...nothing, route: 'command /help' });
    expect(inEnglish.reply).toContain('put it on the board');
    expect(inChinese.reply).toContain('放到看板上');
  });

  test('answers in the language that the message asks for', async () => {
    expect(answers.ask('/help', { locale: 'zh-CN' }).reply).toContain('放到看板上');
  });
});

describe('a command without its text', () => {
  test.each(['/todo', '/remember', '/recall', '/forget'])(
    '%s asks for it with an example, and does nothing',
    async (name) => {
      for (const written of [name, `${name}   `, ` ${name}\n`]) {
        expect(answers.ask(written)).toMatchObject({
          ...nothing,
          reply: expect.stringContaining(`for example: ${name} `),
        });
        expect(chinese.ask(written)).toMatchObject({ ...nothing, reply: expect.stringContaining(`例如：${name} `) });
      }
    },
  );
});

test('an unknown command is named, points to /help, and does nothing', async () => {
  expect(answers.ask('/remeber the alarm code')).toEqual({
    ...nothing,
    route: 'command unknown',
    reply: 'I do not know the command /remeber. /help lists the ones I know.',
  });
  expect(answers.ask('/remeber 报警密码')).toMatchObject({
    ...nothing,
    reply: '没有 /remeber 这个命令。输入 /help 查看可用的命令。',
  });
});

test.each(['/etc/hosts holds the names', 'and/or', 'a /todo within', '5/4 time'])(
  '%s is no command',
  async (content) => {
    expect(answers.ask(content).route).toBe('note');
  },
);

describe('/todo', () => {
  test.each(
    inBoth({
      en: ['/todo send the report by Friday', 'On the board: “Send the report”, due Fri, Nov 27, 2026.'],
      'zh-CN': ['/todo 周五前把报告发出去', '已放到看板：“把报告发出去”，截止 2026年11月27日周五。'],
    }),
  )('%s puts a card in To do at once, with its date', async (written, reply) => {
    const { todos, ...rest } = answers.ask(written);
    expect(todos).toMatchObject([{ status: 'todo', todo: { due: { kind: 'date', value: '2026-11-27' } } }]);
    expect({ ...rest, todos: [] }).toEqual({ ...nothing, route: 'command /todo', reply });
  });

  test.each(['/todo buy milk', '/TODO buy milk', '  /todo\n buy milk', '/todo: buy milk', '／todo buy milk'])(
    '%j puts “Buy milk” on the board and points at its words in the message',
    async (written) => {
      const [card] = answers.ask(written).todos;
      expect(card?.todo.title).toBe('Buy milk');
      expect(written.slice(card?.todo.start, card?.todo.end)).toBe('buy milk');
    },
  );

  test.each(['/todo 买牛奶', '/todo买牛奶', '／todo 买牛奶', '/todo：买牛奶'])(
    '%s 把“买牛奶”放到看板上',
    async (written) => {
      expect(answers.ask(written)).toMatchObject({
        reply: '已放到看板：“买牛奶”。',
        todos: [{ todo: { title: '买牛奶' } }],
      });
    },
  );
});

describe('/remember', () => {
  test.each(
    inBoth({
      en: ['the alarm code changes in March', 'I will remember: “the alarm code changes in March”'],
      'zh-CN': ['报警密码三月要换', '记住了：“报警密码三月要换”'],
    }),
  )('keeps what stands after it and nothing else: %s', async (text, reply) => {
    expect(answers.ask(`/remember ${text}`)).toEqual({ ...nothing, route: 'command /remember', reply, remember: text });
  });

  test('keeps a long text whole and repeats only its beginning', async () => {
    const text = `Minutes: ${'and so on, '.repeat(500)}`.trim();
    const { remember, reply } = answers.ask(`/remember ${text}`);
    expect(remember).toBe(text);
    expect(reply.length).toBeLessThan(500);
  });
});

describe('/recall', () => {
  test.each(
    inBoth({
      en: [
        '/recall alarm code',
        'This is what I have on that:\n“The alarm code is 4711”\n— sam, Nov 24, 2026, 11:56 AM, webhook:sam',
      ],
      'zh-CN': [
        '/recall 锯片型号',
        '关于这个，我这里有：\n“锯片的型号是 M-220”\n—— 老王，2026年11月24日 11:59，webhook:老王',
      ],
    }),
  )('%s quotes what was said, with who, when and where', async (written, reply) => {
    const { sources, ...rest } = answers.ask(written);
    expect(rest).toEqual({ route: 'command /recall', reply, todos: [], remember: null, forget: [] });
    expect(sources).toHaveLength(1);
  });

  test.each(
    inBoth({
      en: ['/recall alarm clock in the bedroom', /^I have nothing on that\..*will not guess\.$/],
      'zh-CN': ['/recall 锯片的生产厂家和城市', /^关于这个我没有任何记录。.*不会猜测。$/],
    }),
  )('%s says that there is nothing, and quotes nothing', async (written, reply) => {
    expect(answers.ask(written)).toEqual({ ...nothing, route: 'command /recall', reply: expect.stringMatching(reply) });
  });

  test('finds nothing of other conversations for a stranger', async () => {
    expect(answers.ask('/recall alarm code', stranger).sources).toEqual([]);
    const sam = { ...stranger, conversation: 'webhook:sam', sender_id: 'sam' };
    expect(answers.ask('/recall alarm code', sam).sources).toEqual(['m2']);
  });
});

describe('/forget', () => {
  test.each(
    inBoth({
      en: ['/forget blue box', 'Forgotten: “The spare key is in the blue box”. The Memory screen can restore it.'],
      'zh-CN': ['/forget 蓝色盒子', '已忘记：“备用钥匙在蓝色盒子里”。可以在“记忆”页面恢复。'],
    }),
  )('%s forgets the one memory that fits', async (written, reply) => {
    const { forget, ...rest } = answers.ask(written);
    expect(rest).toEqual({ route: 'command /forget', reply, todos: [], remember: null, sources: [] });
    expect(forget).toHaveLength(1);
  });

  test.each(
    inBoth({
      en: ['/forget key', 'Several memories fit. Say which one:'],
      'zh-CN': ['/forget 钥匙', '有几条记忆都符合，请指明是哪一条：'],
    }),
  )(
    '%s fits several: it lists them and forgets none, and each line it offers forgets that one',
    async (written, heading) => {
      const { reply, forget } = answers.ask(written);
      expect(forget).toEqual([]);
      expect(reply.split('\n', 1)).toEqual([heading]);
      const offered = reply.split('\n').filter((line) => line.startsWith('/forget '));
      expect(offered).toHaveLength(2);
      const forgotten = offered.flatMap((line) => answers.ask(line).forget);
      expect(new Set(forgotten).size).toBe(2);
    },
  );

  test('a text longer than a choice shows is forgotten by the choice', async () => {
    const minutes = (topic: string) => `Minutes about the ${topic}: ${'it went on, '.repeat(60)}`;
    await using answers = await openTestAnswers([
      ['chat', 'me', minutes('roof')],
      ['chat', 'me', minutes('garden')],
    ]);
    const choices = answers
      .ask('/forget minutes')
      .reply.split('\n')
      .filter((line) => line.startsWith('/forget '));
    expect(choices.flatMap((line) => answers.ask(line).forget).toSorted()).toEqual(['m0', 'm1']);
  });

  test('the same words kept twice are forgotten together', async () => {
    await using answers = await openTestAnswers([...house, ['chat', 'me', 'The spare key is in the blue box']]);
    expect(answers.ask('/forget The spare key is in the blue box').forget.toSorted()).toEqual(['m0', 'm6']);
    expect(answers.ask('/forget blue box').forget.toSorted()).toEqual(['m0', 'm6']);
  });

  test('a question that was asked is forgotten by its words', async () => {
    await using answers = await openTestAnswers([...house, ['chat', 'me', 'Who has the spare key?']]);
    expect(answers.ask('/forget Who has the spare key?').forget).toEqual(['m6']);
  });

  test.each(
    inBoth({
      en: ['/forget alarm clock in the bedroom', 'I have no memory that fits, so nothing was forgotten.'],
      'zh-CN': ['/forget 锯片的生产厂家和城市', '没有符合的记忆，所以什么也没有忘记。'],
    }),
  )('%s fits nothing and forgets nothing', async (written, reply) => {
    expect(answers.ask(written)).toEqual({ ...nothing, route: 'command /forget', reply });
  });

  test('a stranger cannot make it forget what others said', async () => {
    expect(answers.ask('/forget blue box', stranger).forget).toEqual([]);
    const sam = { ...stranger, conversation: 'webhook:sam', sender_id: 'sam' };
    expect(answers.ask('/forget alarm code', sam).forget).toEqual(['m2']);
  });
});

describe('/status', () => {
  const figures = { messages: 7, waiting: 1, dead: 2, memories: 5, tasks: 3 };

  test('tells messages, what waits, memories and cards, in both languages', async () => {
    expect(answers.ask('/status', { figures })).toEqual({
      ...nothing,
      route: 'command /status',
      reply: '7 messages received, 1 waiting, 2 set aside. 5 memories, 3 cards on the board.',
    });
    expect(answers.ask('/status', { figures, locale: 'zh-CN' }).reply).toBe(
      '已收到 7 条消息，1 条等待处理，2 条被搁置。共有 5 条记忆，看板上有 3 张卡片。',
    );
  });

  test('is refused on channels that strangers can write to', async () => {
    expect(answers.ask('/status', { ...stranger, figures }).reply).toBe(
      '/status is only for the owner of this assistant.',
    );
    expect(answers.ask('/status', { ...stranger, figures, locale: 'zh-CN' }).reply).toBe(
      '只有这个助手的主人才能使用 /status。',
    );
  });
});
