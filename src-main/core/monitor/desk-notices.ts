import type { Locale } from '../../../src-shared/schema/common.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Host } from '../foundation/host.ts';

/** What a person at the desk wants to hear of without looking. */
export type DeskEvent =
  /** A todo that a message asked for. */
  | { kind: 'suggestion'; id: string }
  /** A reply that did not arrive, or may not have; `id` is the conversation. */
  | { kind: 'undelivered'; id: string }
  /** A message that could not be worked after several tries. */
  | { kind: 'set_aside'; id: string }
  /** Nothing can be stored at present. */
  | { kind: 'disk_full' | 'disk_fault' | 'server_fault' };

type Kind = DeskEvent['kind'];

/** What comes together is told together. */
const gatherMs = 1_500;
/** And of one kind no more than one notice in this time, however much happens. */
const pauseMs = 60_000;
/** Beyond it only the number counts. */
const most = 100;

export interface DeskNoticesDeps {
  /** Null where nobody wants notices. */
  host: Pick<Host, 'notify'> | null;
  clock: Clock;
  locale: Locale;
  /** Those of these todos that still wait for an answer. Asked when a notice is due, and not for each message. */
  stillSuggested(ids: readonly string[]): Promise<readonly { id: string; title: string }[]>;
  onFailure(error: unknown): void;
}

export type DeskNotices = ReturnType<typeof createDeskNotices>;

/** Tells the person at the desk what happened, each kind in one notice at a time: a flood of messages is no flood of notices. */
export function createDeskNotices({ host, clock, locale, stillSuggested, onFailure }: DeskNoticesDeps) {
  const ending = new AbortController();
  const waiting = new Map<Kind, DeskEvent[]>();
  const lastShown = new Map<Kind, number>();

  return {
    tell(event: DeskEvent): void {
      if (host === null) return;
      const gathered = waiting.get(event.kind);
      if (gathered) {
        if (gathered.length < most) gathered.push(event);
        return;
      }
      waiting.set(event.kind, [event]);
      const last = lastShown.get(event.kind);
      const pause = last === undefined ? 0 : last + pauseMs - clock.monotonicMs();
      clock.sleep(Math.max(gatherMs, pause), ending.signal).then(
        () => show(event.kind).catch(onFailure),
        () => {},
      );
    },

    /** What was not told yet is not told any more. */
    stop: (): void => ending.abort(),
  };

  async function show(kind: Kind): Promise<void> {
    const gathered = waiting.get(kind) ?? [];
    waiting.delete(kind);
    lastShown.set(kind, clock.monotonicMs());
    const notice = kind === 'suggestion' ? await ofSuggestions(gathered) : noticeOf(kind, gathered, locale);
    if (notice && !ending.signal.aborted) host?.notify(notice);
  }

  /** Null where all were answered meanwhile, or none waits for an answer. */
  async function ofSuggestions(gathered: readonly DeskEvent[]): Promise<Notice | null> {
    const waitingNow = await stillSuggested(gathered.flatMap((event) => ('id' in event ? [event.id] : [])));
    const [only, ...others] = waitingNow;
    const words = texts[locale].suggestion;
    if (!only) return null;
    if (others.length > 0) return { title: words.many(waitingNow.length), body: words.what, open: links.suggestion };
    return {
      title: words.one,
      body: only.title.slice(0, longestTitle),
      open: `clawdbot://task/${only.id}`,
      task: only.id,
    };
  }
}

type Notice = Parameters<Host['notify']>[0];

const links = {
  suggestion: 'clawdbot://board',
  undelivered: 'clawdbot://chat',
  set_aside: 'clawdbot://chat',
  disk_full: undefined,
  disk_fault: undefined,
  server_fault: undefined,
} as const;

/** Titles come from what people wrote: a notice shows text, and no desktop reads more in it than that. */
const longestTitle = 120;

function noticeOf(kind: Exclude<Kind, 'suggestion'>, gathered: readonly DeskEvent[], locale: Locale): Notice {
  const words = texts[locale][kind];
  const title = gathered.length === 1 ? words.one : words.many(gathered.length);
  const link = linkTo(kind, gathered);
  return { title, body: words.what, ...(link === undefined ? {} : { open: link }) };
}

/** One conversation opens itself. */
function linkTo(kind: Exclude<Kind, 'suggestion'>, [first, ...others]: readonly DeskEvent[]): string | undefined {
  if (first?.kind === 'undelivered' && others.length === 0)
    return `clawdbot://conversation/${encodeURIComponent(first.id)}`;
  return links[kind];
}

interface Words {
  one: string;
  many(count: number): string;
  what: string;
}

/** The two languages side by side. */
const texts: Record<Locale, Record<Kind, Words>> = {
  en: {
    suggestion: {
      one: 'Suggested todo',
      many: (count) => `${count} suggested todos`,
      what: 'They wait on the board until you accept or dismiss them.',
    },
    undelivered: {
      one: 'A reply did not arrive',
      many: (count) => `${count} replies did not arrive`,
      what: 'Look at the conversation: the reply stands there, with the reason.',
    },
    set_aside: {
      one: 'A message needs a look',
      many: (count) => `${count} messages need a look`,
      what: 'It could not be worked after several tries. It is kept, and the Status screen can try again.',
    },
    disk_full: {
      one: 'The disk is full',
      many: () => 'The disk is full',
      what: 'Nothing new can be stored. Free some space; Clawdbot goes on by itself.',
    },
    disk_fault: {
      one: 'The disk does not take what is written',
      many: () => 'The disk does not take what is written',
      what: 'Nothing new can be stored. Check the disk; Clawdbot tries again by itself.',
    },
    server_fault: {
      one: 'The database server takes nothing',
      many: () => 'The database server takes nothing',
      what: 'Nothing new can be stored. Check the server and the network; Clawdbot tries again by itself.',
    },
  },
  'zh-CN': {
    suggestion: {
      one: '建议的待办',
      many: (count) => `${count} 条建议的待办`,
      what: '它们在看板上等待，直到你接受或忽略。',
    },
    undelivered: {
      one: '有一条回复没有送达',
      many: (count) => `有 ${count} 条回复没有送达`,
      what: '请查看对话：回复和原因都在那里。',
    },
    set_aside: {
      one: '有一条消息需要查看',
      many: (count) => `有 ${count} 条消息需要查看`,
      what: '多次尝试仍无法处理。消息已保留，可以在“状态”页面重试。',
    },
    disk_full: {
      one: '磁盘已满',
      many: () => '磁盘已满',
      what: '无法保存新内容。请腾出空间；Clawdbot 会自动继续。',
    },
    disk_fault: {
      one: '磁盘无法写入',
      many: () => '磁盘无法写入',
      what: '无法保存新内容。请检查磁盘；Clawdbot 会自动重试。',
    },
    server_fault: {
      one: '数据库服务器无法写入',
      many: () => '数据库服务器无法写入',
      what: '无法保存新内容。请检查服务器和网络；Clawdbot 会自动重试。',
    },
  },
};
