import type { TaskInput } from '../../src-shared/schema/task.ts';

/** Webhooks of their own, beside the generic one. */
export const endpoints = ['helpdesk', 'workshop', 'alerts'] as const;

/** What a picture shows, told in one language: the same small firm in both. */
export interface Story {
  locale: string;
  timezone: string;
  /** Oldest first; each is a start of the product at this moment. */
  days: readonly {
    at: string;
    /** By signed webhook. */
    posted?: readonly {
      endpoint: (typeof endpoints)[number];
      conversation_id: string;
      sender_id: string;
      content: string;
    }[];
    /** In the built-in chat. */
    said?: readonly string[];
  }[];
  /** Added by hand; the last of a column stands last. */
  cards: readonly TaskInput[];
  /** What is looked for on the Memory screen. */
  search: string;
}

export const stories: Readonly<Record<'en' | 'zh', Story>> = {
  en: {
    locale: 'en-US',
    timezone: 'Europe/London',
    days: [
      {
        at: '2026-11-20T10:20:00Z',
        posted: [
          {
            endpoint: 'helpdesk',
            conversation_id: 'ana',
            sender_id: 'Ana',
            content: 'The print shop needs the logo as a vector file, not as a picture.',
          },
          {
            endpoint: 'helpdesk',
            conversation_id: 'front-desk',
            sender_id: 'Mia',
            content: 'The spare key of the archive is in the blue box next to the printer.',
          },
        ],
      },
      {
        at: '2026-11-23T16:41:00Z',
        posted: [
          {
            endpoint: 'workshop',
            conversation_id: 'planning',
            sender_id: 'Sam',
            content: 'The new logo lies in the shared folder under Brand 2026.',
          },
          {
            endpoint: 'workshop',
            conversation_id: 'mia',
            sender_id: 'Mia',
            content: 'Could you book the small meeting room for Thursday at 10am?',
          },
        ],
      },
      {
        at: '2026-11-24T09:12:00Z',
        posted: [
          {
            endpoint: 'alerts',
            conversation_id: 'mail-server',
            sender_id: 'mail-1',
            content: 'Please renew the certificate of the mail server before Monday',
          },
          {
            endpoint: 'helpdesk',
            conversation_id: 'ana',
            sender_id: 'Ana',
            content: 'Could you check the invoice of the print shop before Wednesday?',
          },
        ],
        said: ['Where is the spare key of the archive?'],
      },
      { at: '2026-11-24T14:02:00Z', said: ['Please send the report to Ana by Friday 3pm'] },
    ],
    cards: [
      {
        status: 'todo',
        title: 'Order filters for the air unit',
        due: '2026-11-26',
        priority: 'high',
        labels: ['workshop'],
      },
      { status: 'todo', title: 'Write the minutes of the planning', due: '2026-11-27' },
      {
        status: 'todo',
        title: 'Water the plants on the third floor',
        rrule: 'FREQ=WEEKLY;BYDAY=MO',
        due: '2026-11-30',
      },
      {
        status: 'doing',
        title: 'Compare two offers for the roof',
        due: '2026-11-30',
        progress: 0.6,
        labels: ['house'],
      },
      { status: 'doing', title: 'Translate the house rules', progress: 0.25 },
      { status: 'waiting', title: 'Answer of the insurance', due: '2026-12-03', assignee: 'Ana' },
      { status: 'waiting', title: 'Delivery of the new shelves', assignee: 'Sam' },
      { status: 'done', title: 'Pay the electricity bill', due: '2026-11-23' },
      { status: 'done', title: 'Return the borrowed drill' },
    ],
    search: 'print shop logo',
  },
  zh: {
    locale: 'zh-CN',
    timezone: 'Asia/Shanghai',
    days: [
      {
        at: '2026-11-20T02:20:00Z',
        posted: [
          {
            endpoint: 'helpdesk',
            conversation_id: '小李',
            sender_id: '小李',
            content: '印刷厂说标志要用矢量文件，不要图片。',
          },
          {
            endpoint: 'helpdesk',
            conversation_id: '前台',
            sender_id: '小陈',
            content: '档案室的备用钥匙在打印机旁边的蓝色盒子里。',
          },
        ],
      },
      {
        at: '2026-11-23T08:41:00Z',
        posted: [
          {
            endpoint: 'workshop',
            conversation_id: '筹备组',
            sender_id: '老王',
            content: '新标志的文件放在共享文件夹的“品牌 2026”里。',
          },
          {
            endpoint: 'workshop',
            conversation_id: '小陈',
            sender_id: '小陈',
            content: '麻烦你预订周四上午十点的小会议室',
          },
        ],
      },
      {
        at: '2026-11-24T01:12:00Z',
        posted: [
          {
            endpoint: 'alerts',
            conversation_id: '邮件服务器',
            sender_id: 'mail-1',
            content: '请在下周一之前更新邮件服务器的证书',
          },
          {
            endpoint: 'helpdesk',
            conversation_id: '小李',
            sender_id: '小李',
            content: '麻烦你周三之前核对一下印刷厂的发票',
          },
        ],
        said: ['档案室的备用钥匙在哪里？'],
      },
      { at: '2026-11-24T06:02:00Z', said: ['明天下午三点前把报告发给老王'] },
    ],
    cards: [
      { status: 'todo', title: '订购空调滤网', due: '2026-11-26', priority: 'high', labels: ['车间'] },
      { status: 'todo', title: '整理筹备会的会议纪要', due: '2026-11-27' },
      { status: 'todo', title: '给三楼的植物浇水', rrule: 'FREQ=WEEKLY;BYDAY=MO', due: '2026-11-30' },
      { status: 'doing', title: '比较两份屋顶维修报价', due: '2026-11-30', progress: 0.6, labels: ['房屋'] },
      { status: 'doing', title: '翻译房屋使用守则', progress: 0.25 },
      { status: 'waiting', title: '保险公司的答复', due: '2026-12-03', assignee: '小李' },
      { status: 'waiting', title: '新货架到货', assignee: '老王' },
      { status: 'done', title: '缴纳电费', due: '2026-11-23' },
      { status: 'done', title: '归还借来的电钻' },
    ],
    search: '印刷厂的文件',
  },
};
