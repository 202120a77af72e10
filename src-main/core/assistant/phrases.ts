import type { Locale } from '../../../src-shared/schema/common.ts';

/** What the assistant says. The two languages are written side by side. */
export const phrases = {
  en: {
    help: [
      'I work without a language model: I keep what you write, find it again, and put what people ask for on the board.',
      '/todo text — put it on the board',
      '/remember text — keep it',
      '/recall question — find what was said',
      '/forget text — forget a memory (it can be restored on the Memory screen)',
      '/status — what runs and what waits',
    ].join('\n'),
    unknownCommand: (name: string) => `I do not know the command ${name}. /help lists the ones I know.`,
    needsText: (name: string) =>
      `Write what you mean after ${name}, for example: ${name} ${name === '/todo' ? 'send the report by Friday' : 'the spare key is in the blue box'}`,
    todoAdded: (title: string, due: string | null) => `On the board: “${title}”${due ? `, due ${due}` : ''}.`,
    suggested: (titles: string[]) =>
      titles.length === 1
        ? `Suggested as a todo: “${titles[0]}”. It stays a suggestion until somebody accepts it.`
        : `Suggested as todos: ${titles.map((title) => `“${title}”`).join(', ')}. They stay suggestions until somebody accepts them.`,
    due: (due: string) => `due ${due}`,
    remembered: (text: string) => `I will remember: “${text}”`,
    found: (count: number) =>
      count === 1 ? 'This is what I have on that:' : `These are the ${count} closest things I have on that:`,
    latest: (count: number) =>
      count === 1 ? 'This is the latest that was said:' : `These are the latest ${count} things that were said:`,
    source: (who: string, when: string, where: string) => `— ${who}, ${when}, ${where}`,
    sourceHere: (who: string, when: string) => `— ${who}, ${when}, in this chat`,
    saidOtherwise: (when: string) => `No longer so: something else was said on ${when}`,
    you: 'you',
    notFound: 'I have nothing on that. I only answer from what was written to me, so I will not guess.',
    forgot: (text: string) => `Forgotten: “${text}”. The Memory screen can restore it.`,
    forgetWhich: 'Several memories fit. Say which one:',
    forgetNone: 'I have no memory that fits, so nothing was forgotten.',
    noted: 'Noted. I will find it again when you ask.',
    ownerOnly: (name: string) => `${name} is only for the owner of this assistant.`,
    status: (figures: { messages: number; waiting: number; dead: number; memories: number; tasks: number }) =>
      `${counted(figures.messages, 'message', 'messages')} received, ${figures.waiting} waiting, ${figures.dead} set aside. ${counted(figures.memories, 'memory', 'memories')}, ${counted(figures.tasks, 'card', 'cards')} on the board.`,
    note: 'note',
    list: ', ',
  },
  'zh-CN': {
    help: [
      '我不依赖语言模型：我会保存你写下的内容，之后替你找回来，并把别人的请求放到看板上。',
      '/todo 内容 — 放到看板上',
      '/remember 内容 — 记住它',
      '/recall 问题 — 查找说过的话',
      '/forget 内容 — 忘掉一条记忆（可以在“记忆”页面恢复）',
      '/status — 运行情况和等待处理的数量',
    ].join('\n'),
    unknownCommand: (name: string) => `没有 ${name} 这个命令。输入 /help 查看可用的命令。`,
    needsText: (name: string) =>
      `请在 ${name} 后面写上内容，例如：${name} ${name === '/todo' ? '周五前把报告发出去' : '备用钥匙在蓝色盒子里'}`,
    todoAdded: (title: string, due: string | null) => `已放到看板：“${title}”${due ? `，截止 ${due}` : ''}。`,
    suggested: (titles: string[]) =>
      `建议加入待办：${titles.map((title) => `“${title}”`).join('、')}。在有人接受之前，它们只是建议。`,
    due: (due: string) => `截止 ${due}`,
    remembered: (text: string) => `记住了：“${text}”`,
    found: (count: number) => (count === 1 ? '关于这个，我这里有：' : `关于这个，最接近的 ${count} 条是：`),
    latest: (count: number) => (count === 1 ? '我这里最近的一条是：' : `我这里最近的 ${count} 条是：`),
    source: (who: string, when: string, where: string) => `—— ${who}，${when}，${where}`,
    sourceHere: (who: string, when: string) => `—— ${who}，${when}，在这个对话里`,
    saidOtherwise: (when: string) => `已不再如此：${when}有了新的说法`,
    you: '你',
    notFound: '关于这个我没有任何记录。我只根据写给我的内容回答，不会猜测。',
    forgot: (text: string) => `已忘记：“${text}”。可以在“记忆”页面恢复。`,
    forgetWhich: '有几条记忆都符合，请指明是哪一条：',
    forgetNone: '没有符合的记忆，所以什么也没有忘记。',
    noted: '记下了，需要的时候问我就能找到。',
    ownerOnly: (name: string) => `只有这个助手的主人才能使用 ${name}。`,
    status: (figures: { messages: number; waiting: number; dead: number; memories: number; tasks: number }) =>
      `已收到 ${figures.messages} 条消息，${figures.waiting} 条等待处理，${figures.dead} 条被搁置。共有 ${figures.memories} 条记忆，看板上有 ${figures.tasks} 张卡片。`,
    note: '笔记',
    list: '、',
  },
} as const satisfies Record<Locale, unknown>;

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export type Phrases = (typeof phrases)[Locale];
