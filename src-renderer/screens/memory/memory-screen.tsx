import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Brain, Plus, Search } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import {
  type TimeRange,
  useCanWrite,
  useConnectionState,
  useMemoryActions,
  useMemoryList,
  useMemorySearch,
  useStatus,
  useTaskActions,
} from '../../api/index.ts';
import { EmptyState, FailureState, Skeleton } from '../../app/notice.tsx';
import { useReportFailure } from '../../app/toast.tsx';
import { doneSentence, UndoBar } from '../../app/undo-bar.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { inputLook } from '../../components/field.tsx';
import { isTyping } from '../../components/keyboard.ts';
import { useText } from '../../locales/index.ts';
import { AddMemory } from './add-memory.tsx';
import { MemoryInspector } from './memory-inspector.tsx';
import { MemoryRows } from './memory-rows.tsx';
import { useSettled } from './use-settled.ts';
import { WhenFilter } from './when-filter.tsx';

const route = getRouteApi('/memory');
const typingPauseMs = 200;

/** Days are the reader's: from the first moment of one to the last moment of the other. */
function rangeOf(from: string | undefined, to: string | undefined): TimeRange {
  const end = to ? new Date(`${to}T00:00:00`) : null;
  end?.setDate(end.getDate() + 1);
  return { from: from ? new Date(`${from}T00:00:00`).toISOString() : undefined, to: end?.toISOString() };
}

export function MemoryScreen() {
  const t = useText();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const search = route.useSearch();
  const canWrite = useCanWrite();
  const report = useReportFailure();
  const { add, forget } = useMemoryActions({ onFailure: report });
  const { undoLast } = useTaskActions({ onFailure: report });
  const [typed, setTyped] = useState(search.q ?? '');
  const query = useSettled(typed.trim(), typingPauseMs);
  const range = rangeOf(search.from, search.to);

  const setSearch = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({
        to: '/memory',
        search: (before) => Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value)),
        replace: true,
      }),
    [navigate],
  );
  useEffect(() => setSearch({ q: query }), [query, setSearch]);
  const isCut = useConnectionState().type === 'reconnecting';

  // A command may bring a new question while the screen is open.
  const [asked, setAsked] = useState(search.q);
  if (asked !== search.q) {
    setAsked(search.q);
    if (search.q !== undefined && search.q !== query) setTyped(search.q);
  }

  function undo() {
    const done = undoLast();
    announce(done ? t('undo.undone') : t('undo.nothing'));
  }

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (isTyping(event.target) || event.defaultPrevented || document.querySelector('[role="dialog"]')) return;
      if (event.key.toLowerCase() === 'z' && !event.shiftKey && !event.altKey) undo();
      else if (event.key === 'Escape' && search.id) setSearch({ id: '' });
      else if (event.key === '/') document.querySelector<HTMLElement>('[data-memory-search]')?.focus();
      else return;
      event.preventDefault();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });

  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 px-4 py-2">
        <h1 className="mr-2 text-page">{t('memory.title')}</h1>
        <div className="relative min-w-48 max-w-md flex-1 narrow:order-last narrow:basis-full">
          <Search aria-hidden="true" size={14} className="absolute top-2.25 left-2 text-text-3" />
          <input
            type="search"
            data-memory-search=""
            aria-label={t('memory.search')}
            placeholder={t('memory.placeholder')}
            value={typed}
            maxLength={2000}
            onChange={(event) => setTyped(event.target.value)}
            className={`${inputLook} pl-7!`}
          />
        </div>
        <div className="flex flex-wrap gap-2 narrow:order-last">
          <WhenFilter from={search.from} to={search.to} onChange={setSearch} />
        </div>
        <div className="flex-1" />
        {canWrite && (
          <Button kind="primary" icon={<Plus aria-hidden="true" size={15} />} onPress={() => setSearch({ add: '1' })}>
            {t('memory.add')}
          </Button>
        )}
      </header>
      <div className="relative flex min-h-0 flex-1 border-divider border-t">
        {query === '' ? (
          <AllMemories
            range={range}
            current={search.id}
            onOpen={(id) => setSearch({ id })}
            onAdd={canWrite ? () => setSearch({ add: '1' }) : null}
          />
        ) : (
          <FoundMemories query={query} range={range} current={search.id} onOpen={(id) => setSearch({ id })} />
        )}
        {search.id && (
          <MemoryInspector
            key={search.id}
            id={search.id}
            canWrite={canWrite}
            onForget={async (memory) => {
              const title = memory.locked ? t(`memory.locked.${memory.locked}`) : memory.content;
              if (!(await forget(memory))) return;
              announce(doneSentence(t, { type: 'forgotten', title }));
              setSearch({ id: '' });
            }}
            onClose={() => setSearch({ id: '' })}
          />
        )}
      </div>
      <footer className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-4 border-divider border-t px-4 text-meta text-text-2">
        <UndoBar onUndo={undo} />
        <div className="flex-1" />
        {isCut && <span>{t('common.offlineKept')}</span>}
        <Total />
      </footer>
      {search.add !== undefined && canWrite && (
        <AddMemory
          add={add}
          onAdded={(memory) => {
            announce(t('memory.saved'));
            setTyped('');
            setSearch({ id: memory.id, add: '', q: '' });
          }}
          onClose={() => setSearch({ add: '' })}
        />
      )}
    </div>
  );
}

function Total() {
  const t = useText();
  const { data } = useStatus();
  return data ? <span>{t('memory.total', { count: data.totals.memories })}</span> : null;
}

interface ListProps {
  range: TimeRange;
  current: string | undefined;
  onOpen(id: string): void;
}

function AllMemories({ range, current, onOpen, onAdd }: ListProps & { onAdd: (() => void) | null }) {
  const t = useText();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useMemoryList(range, true);
  if (error && !data)
    return (
      <Fill>
        <FailureState error={error} onRetry={() => void refetch()} />
      </Fill>
    );
  if (!data)
    return (
      <Fill>
        <Skeleton rows={6} />
      </Fill>
    );
  const memories = data.pages.flatMap((page) => page.items);
  if (memories.length === 0) {
    const isNarrowed = Boolean(range.from || range.to);
    return (
      <Fill>
        <EmptyState
          title={t(isNarrowed ? 'memory.noneTitle' : 'memory.emptyTitle')}
          text={t(isNarrowed ? 'memory.noneText' : 'memory.emptyText')}
          icon={<Brain aria-hidden="true" size={28} />}
        >
          {!isNarrowed && onAdd && <Button onPress={onAdd}>{t('memory.add')}</Button>}
        </EmptyState>
      </Fill>
    );
  }
  return (
    <MemoryRows
      label={t('memory.list')}
      memories={memories}
      current={current ?? null}
      onOpen={onOpen}
      onNearEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
    />
  );
}

function FoundMemories({ query, range, current, onOpen }: ListProps & { query: string }) {
  const t = useText();
  const announce = useAnnounce();
  const { data, error, refetch, isPlaceholderData } = useMemorySearch(query, range);
  const count = data && !isPlaceholderData ? data.results.length : null;
  useEffect(() => {
    if (count !== null) announce(t('memory.results', { count }));
  }, [count, announce, t]);

  if (error && !data)
    return (
      <Fill>
        <FailureState error={error} onRetry={() => void refetch()} />
      </Fill>
    );
  if (!data)
    return (
      <Fill>
        <Skeleton rows={6} />
      </Fill>
    );
  if (data.results.length === 0) {
    return (
      <Fill>
        <EmptyState
          title={t('memory.noneTitle')}
          text={t('memory.noneText')}
          icon={<Search aria-hidden="true" size={28} />}
        />
      </Fill>
    );
  }
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <p className="px-4 py-1.5 text-meta text-text-2">
        {t('memory.results', { count: data.results.length })}{' '}
        {t('memory.took', { ms: Math.max(1, Math.round(data.took_ms)) })}
      </p>
      <MemoryRows
        label={t('memory.results', { count: data.results.length })}
        memories={data.results}
        current={current ?? null}
        onOpen={onOpen}
      />
    </div>
  );
}

const Fill = ({ children }: { children: React.ReactNode }) => (
  <div className="quiet-scroll flex flex-1 flex-col">{children}</div>
);
