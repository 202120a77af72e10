import { ArrowDown, Sparkles } from 'lucide-react';
import { type SyntheticEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { mainConversation, useMessages, useOutbox } from '../../api/index.ts';
import { EmptyState, FailureState, Skeleton } from '../../app/notice.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { dayOf, formatDay } from '../../components/format.ts';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { usePlace } from '../../components/use-place.ts';
import { useText } from '../../locales/index.ts';
import { MessageRow, UnsentRow } from './message-row.tsx';
import { type Row, transcript } from './transcript.ts';

interface MessageListProps {
  conversation: string;
  /** A message to bring into view, from a link. */
  target: string | null;
}

/** Within this distance of the end a reader wants to follow what is new. */
const nearEnd = 48;
/** The space below the last message, in pixels. */
const endMargin = 16;
/** Pages read at most while looking for the message of a link. */
const searchDepth = 40;
const upwards: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

const isNearEnd = (list: Element) => list.scrollHeight - list.clientHeight - list.scrollTop < nearEnd;

export function MessageList({ conversation, target }: MessageListProps) {
  const t = useText();
  const query = useMessages(conversation);
  const { entries } = useOutbox();
  const { data, error, refetch, hasNextPage, isPending } = query;

  const messages = useMemo(() => data?.pages.flatMap((page) => page.items).toReversed() ?? [], [data]);
  const unsent = conversation === mainConversation ? entries : none;
  const rows = useMemo(
    () => transcript({ messages, unsent, isComplete: !hasNextPage, dayOf: (at) => dayOf(new Date(at)) }),
    [messages, unsent, hasNextPage],
  );
  useAnnouncedReplies(conversation, messages);

  if (rows.length === 0) {
    return (
      <div className="quiet-scroll flex min-h-0 flex-1 flex-col justify-center">
        {error ? (
          <FailureState error={error} onRetry={() => void refetch()} />
        ) : isPending ? (
          <Skeleton rows={5} className="mt-auto" />
        ) : conversation === mainConversation ? (
          <Welcome />
        ) : (
          <p className="p-8 text-center text-text-2">{t('chat.emptyOther')}</p>
        )}
      </div>
    );
  }
  return <Scroller rows={rows} target={target} query={query} />;
}

const none: readonly never[] = [];

interface ScrollerProps {
  rows: Row[];
  target: string | null;
  query: ReturnType<typeof useMessages>;
}

/** Grows upwards: older pages come in above without moving what is read, new messages push only a reader at the end. */
function Scroller({ rows, target, query }: ScrollerProps) {
  const t = useText();
  const handle = useRef<VirtualizerHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(target === null);
  const lastOffset = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);
  const firstKey = rows[0]?.type === 'beginning' || rows[0]?.type === 'day' ? rows[1]?.key : rows[0]?.key;
  const shift = usePrepended(firstKey, rows);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;

  useTarget(target, rows, query, (index) => {
    follows.current = false;
    handle.current?.scrollToIndex(index, { align: 'center' });
  });

  useLayoutEffect(() => {
    if (follows.current) handle.current?.scrollToIndex(rows.length - 1, { align: 'end', offset: endMargin });
  }, [rows]);

  useEffect(() => {
    // Cards and sources load after their message and make it taller, the window may change: stay at the end.
    const observer = new ResizeObserver(() => {
      if (follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    if (box.current) observer.observe(box.current);
    for (const part of box.current?.children ?? []) observer.observe(part);
    return () => observer.disconnect();
  }, []);

  function onScroll(offset: number) {
    const list = box.current;
    if (!list) return;
    const atEnd = isNearEnd(list);
    // On the way up the first steps are still near the end: only a way down, or a stop there, means to follow again.
    if (!atEnd) follows.current = false;
    else if (offset > lastOffset.current) follows.current = true;
    lastOffset.current = offset;
    setAtEnd(atEnd);
    if (offset < 600 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }

  function onScrollEnd() {
    if (box.current && isNearEnd(box.current)) follows.current = true;
  }

  /** Rows measured during the first steps upwards must not pull the reader back to the end. */
  function leaveEnd(event: SyntheticEvent) {
    const list = box.current;
    if (list && list.scrollTop > 0 && list.contains(event.target as Node)) follows.current = false;
  }

  // A page that does not fill the window leaves nothing to scroll, so the next one is read at once.
  useEffect(() => {
    const list = box.current;
    if (list && list.scrollHeight <= list.clientHeight && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [rows, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {isFetchingNextPage && (
        <p
          role="status"
          className="absolute inset-x-0 top-2 z-10 mx-auto w-fit rounded-full bg-sunken px-3 py-1 text-meta text-text-2"
        >
          {t('chat.older')}
        </p>
      )}
      <ScrollArea
        ref={box}
        label={t('chat.messages')}
        className="flex min-h-0 flex-1 flex-col"
        onWheel={(event) => event.deltaY < 0 && leaveEnd(event)}
        onKeyDown={(event) => upwards.has(event.key) && leaveEnd(event)}
        onTouchMove={leaveEnd}
        onPointerDown={(event) => event.target === box.current && leaveEnd(event)}
      >
        <div className="flex-1" />
        <Virtualizer ref={handle} shift={shift} bufferSize={600} onScroll={onScroll} onScrollEnd={onScrollEnd}>
          {rows.map((row) => (
            <div key={row.key} className="mx-auto w-full max-w-3xl px-4">
              <RowView row={row} isTarget={row.type === 'message' && row.message.id === target} />
            </div>
          ))}
        </Virtualizer>
        <div className="h-4 shrink-0" />
      </ScrollArea>
      {!isAtEnd && (
        <Button
          size="small"
          icon={<ArrowDown aria-hidden="true" size={14} />}
          onPress={() => {
            follows.current = true;
            handle.current?.scrollToIndex(rows.length - 1, { align: 'end', offset: endMargin });
          }}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full! shadow-float"
        >
          {t('chat.latest')}
        </Button>
      )}
    </div>
  );
}

function RowView({ row, isTarget }: { row: Row; isTarget: boolean }) {
  const t = useText();
  const place = usePlace();
  switch (row.type) {
    case 'beginning':
      return <p className="pt-6 text-center text-meta text-text-3">{t('chat.beginning')}</p>;
    case 'day':
      return (
        <h2 className="flex items-center gap-3 pt-5 pb-1 font-normal text-meta text-text-3 before:h-px before:flex-1 before:bg-divider after:h-px after:flex-1 after:bg-divider">
          {formatDay(new Date(row.at), place)}
        </h2>
      );
    case 'message':
      return (
        <MessageRow message={row.message} isFirstOfRun={row.isFirstOfRun} taskIds={row.taskIds} isTarget={isTarget} />
      );
    case 'unsent':
      return <UnsentRow entry={row.entry} isFirstOfRun={row.isFirstOfRun} />;
  }
}

/** True for the render in which rows were added above the ones already there. */
function usePrepended(firstKey: string | undefined, rows: readonly Row[]): boolean {
  const [before, setBefore] = useState({ firstKey, length: rows.length, shift: false });
  if (before.firstKey !== firstKey || before.length !== rows.length) {
    const isAbove =
      before.firstKey !== firstKey && rows.length > before.length && rows.some((row) => row.key === before.firstKey);
    const next = { firstKey, length: rows.length, shift: isAbove };
    setBefore(next);
    return next.shift;
  }
  return before.shift;
}

/** Reads older pages until the message of a link is there, then shows it once. */
function useTarget(
  target: string | null,
  rows: readonly Row[],
  query: ReturnType<typeof useMessages>,
  show: (index: number) => void,
) {
  const shown = useRef<string | null>(null);
  const { hasNextPage, isFetching, fetchNextPage, data } = query;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (target === null || shown.current === target) return;
    const index = rows.findIndex((row) => row.type === 'message' && row.message.id === target);
    if (index >= 0) {
      shown.current = target;
      show(index);
    } else if (hasNextPage && !isFetching && pages < searchDepth) void fetchNextPage();
  });
}

/** Says aloud what Clawdbot answers while the conversation is open, not what was there before. */
function useAnnouncedReplies(
  conversation: string,
  messages: readonly { id: string; direction: string; content: string }[],
) {
  const t = useText();
  const announce = useAnnounce();
  const last = messages.at(-1);
  const heard = useRef<{ conversation: string; id: string | undefined } | null>(null);
  useEffect(() => {
    if (
      heard.current?.conversation === conversation &&
      last &&
      last.id !== heard.current.id &&
      last.direction === 'out'
    ) {
      announce(t('chat.newReply', { text: last.content.slice(0, 300) }));
    }
    if (last) heard.current = { conversation, id: last.id };
  }, [conversation, last, announce, t]);
}

function Welcome() {
  const t = useText();
  const { outbox } = useOutbox();
  const tries = [t('chat.try1'), t('chat.try2'), t('chat.try3')];
  return (
    <EmptyState
      title={t('chat.emptyTitle')}
      text={t('chat.emptyText')}
      icon={<Sparkles aria-hidden="true" size={28} />}
    >
      <div role="group" aria-label={t('chat.tryLabel')} className="flex flex-col gap-2">
        {tries.map((text) => (
          <Button key={text} onPress={() => outbox.add(text)} className="h-auto! min-h-8 py-1.5 text-left font-normal!">
            {text}
          </Button>
        ))}
      </div>
    </EmptyState>
  );
}
