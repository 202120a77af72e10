import { Brain, Search } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { type MemoryLook, useMemoryList, useMemorySearch } from '../../api/index.ts';
import { EmptyState, FailureState, Skeleton } from '../../app/notice.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { useText } from '../../locales/index.ts';
import { MemoryRows } from './memory-rows.tsx';

interface ListProps {
  look: MemoryLook;
  /** How many filters are set. */
  narrowed: number;
  query: string;
  current: string | undefined;
  onOpen(id: string): void;
  onClear(): void;
}

/** By time, the latest first. Forgotten ones, which no search knows, are also looked through for a passage here. */
export function AllMemories({
  look,
  narrowed,
  query,
  current,
  onOpen,
  onClear,
  children,
}: ListProps & { children: ReactNode }) {
  const t = useText();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useMemoryList(look, query, true);
  if (!data) return <NotYet error={error} onRetry={() => void refetch()} />;
  const memories = data.pages.flatMap((page) => page.items);
  if (memories.length > 0)
    return (
      <MemoryRows
        byDay
        label={t('memory.list')}
        memories={memories}
        current={current ?? null}
        onOpen={onOpen}
        onNearEnd={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()}
      />
    );
  if (look.forgotten && narrowed === 1 && query === '')
    return <Nothing title={t('memory.noForgottenTitle')} text={t('memory.noForgottenText')} onClear={onClear} />;
  if (narrowed > 0 || query !== '')
    return (
      <Nothing title={t('memory.noneTitle')} text={t('memory.noneText')} onClear={narrowed > 0 ? onClear : null} />
    );
  return (
    <Fill>
      <EmptyState
        title={t('memory.emptyTitle')}
        text={t('memory.emptyText')}
        icon={<Brain aria-hidden="true" size={28} />}
      >
        {children}
      </EmptyState>
    </Fill>
  );
}

const mostFound = 50;

/** The memories that answer a question, the best first. */
export function FoundMemories({ look, narrowed, query, current, onOpen, onClear }: ListProps) {
  const t = useText();
  const announce = useAnnounce();
  const { data, error, refetch, isPlaceholderData } = useMemorySearch(query, look);
  const count = data && !isPlaceholderData ? data.results.length : null;
  useEffect(() => {
    if (count !== null) announce(t('memory.results', { count }));
  }, [count, announce, t]);

  if (!data) return <NotYet error={error} onRetry={() => void refetch()} />;
  if (data.results.length === 0)
    return (
      <Nothing title={t('memory.noneTitle')} text={t('memory.noneText')} onClear={narrowed > 0 ? onClear : null} />
    );
  const label =
    data.results.length >= mostFound
      ? t('memory.resultsMost', { count: data.results.length })
      : t('memory.results', { count: data.results.length });
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <p className="px-4 py-1.5 text-meta text-text-2">
        {label} {t('memory.took', { ms: Math.max(1, Math.round(data.took_ms)) })}
      </p>
      <MemoryRows label={label} memories={data.results} current={current ?? null} onOpen={onOpen} />
    </div>
  );
}

function NotYet({ error, onRetry }: { error: unknown; onRetry(): void }) {
  return <Fill>{error ? <FailureState error={error} onRetry={onRetry} /> : <Skeleton rows={6} />}</Fill>;
}

function Nothing({ title, text, onClear }: { title: string; text: string; onClear: (() => void) | null }) {
  const t = useText();
  return (
    <Fill>
      <EmptyState title={title} text={text} icon={<Search aria-hidden="true" size={28} />}>
        {onClear && <Button onPress={onClear}>{t('memory.clear')}</Button>}
      </EmptyState>
    </Fill>
  );
}

const Fill = ({ children }: { children: ReactNode }) => (
  <div className="quiet-scroll flex flex-1 flex-col">{children}</div>
);
