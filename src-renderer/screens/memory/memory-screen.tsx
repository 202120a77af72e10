import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ArrowRightLeft, ChartNoAxesColumn, Contact, Plus, Search } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import {
  type Done,
  useCanWrite,
  useConnectionState,
  useMemoryActions,
  useStatus,
  useTaskActions,
} from '../../api/index.ts';
import { useReportFailure } from '../../app/toast.tsx';
import { doneSentence, UndoBar } from '../../app/undo-bar.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { inputLook } from '../../components/field.tsx';
import { useText } from '../../locales/index.ts';
import { AddMemory } from './add-memory.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { FactsDialog } from './facts-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { filtersSet, lookOf, type MemorySearch, noFilters } from './look.ts';
import { MemoryInspector } from './memory-inspector.tsx';
import { AllMemories, FoundMemories } from './memory-lists.tsx';
import { StatisticsDialog } from './statistics.tsx';
import { TimeLine } from './time-line.tsx';
import { TransferDialog } from './transfer/transfer-dialog.tsx';
import { focusedId, rowAfter, useMemoryKeys } from './use-memory-keys.ts';
import { useSettled } from './use-settled.ts';

const route = getRouteApi('/memory');
const typingPauseMs = 200;

export function MemoryScreen() {
  const t = useText();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const search = route.useSearch();
  const canWrite = useCanWrite();
  const report = useReportFailure();
  const actions = useMemoryActions({ onFailure: report });
  const { undoLast } = useTaskActions({ onFailure: report });
  const [typed, setTyped] = useState(search.q ?? '');
  const [editing, setEditing] = useState<string | null>(null);
  const query = useSettled(typed.trim(), typingPauseMs);
  const look = lookOf(search);
  const narrowed = filtersSet(search);

  const setSearch = useCallback(
    (change: Partial<MemorySearch>) =>
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

  const tell = (done: Done | null): boolean => {
    if (done) announce(doneSentence(t, done));
    return done !== null;
  };

  /** The list goes on from the row after the one that leaves it. */
  async function leave(id: string, what: Promise<Done | null>) {
    const next = rowAfter(id);
    if (tell(await what)) goOn(id, next);
  }

  function goOn(id: string, next: HTMLElement | null) {
    if (search.id === id) setSearch({ id: '' });
    (next ?? document.querySelector<HTMLElement>('[data-memory-search]'))?.focus();
  }

  useMemoryKeys({
    canWrite,
    id: () => focusedId() ?? search.id ?? null,
    undo,
    close: () => setSearch({ id: '' }),
    isOpen: search.id !== undefined,
    add: () => setSearch({ add: '1' }),
    edit(id) {
      setSearch({ id });
      setEditing(id);
    },
    mark: async (memory, change) => void tell(await actions.mark(memory, change)),
    forget: (memory) =>
      leave(memory.id, memory.forgotten_at === null ? actions.forget(memory) : actions.restore(memory)),
    openSource: (memory, conversation) =>
      void navigate({ to: '/chat', search: { conversation, message: memory.message_id ?? '' } }),
    onFailure: report,
  });

  const lists = {
    look,
    narrowed,
    query,
    current: search.id,
    onOpen: (id: string) => setSearch({ id }),
    onClear: () => setSearch(noFilters),
  };

  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 px-4 py-2">
        <h1 className="mr-2 text-page">{t('memory.title')}</h1>
        <SearchField value={typed} onChange={setTyped} />
        <div className="flex-1" />
        <IconButton label={t('facts.title')} onPress={() => setSearch({ panel: 'facts' })}>
          <Contact aria-hidden="true" size={17} />
        </IconButton>
        <IconButton label={t('memory.statistics')} onPress={() => setSearch({ panel: 'statistics' })}>
          <ChartNoAxesColumn aria-hidden="true" size={17} />
        </IconButton>
        {canWrite && (
          <IconButton label={t('transfer.title')} onPress={() => setSearch({ panel: 'transfer' })}>
            <ArrowRightLeft aria-hidden="true" size={17} />
          </IconButton>
        )}
        {canWrite && (
          <Button
            kind="primary"
            aria-label={t('memory.add')}
            icon={<Plus aria-hidden="true" size={15} />}
            onPress={() => setSearch({ add: '1' })}
          >
            <span className="narrow:hidden">{t('memory.add')}</span>
            <span className="hidden narrow:inline">{t('memory.addShort')}</span>
          </Button>
        )}
      </header>
      <FilterBar search={search} canWrite={canWrite} onChange={setSearch} />
      {query === '' && !look.forgotten && <TimeLine from={search.from} to={search.to} onChoose={setSearch} />}
      <div className="relative flex min-h-0 flex-1 border-divider border-t">
        {query === '' || look.forgotten ? (
          <AllMemories {...lists}>
            {canWrite && <Button onPress={() => setSearch({ add: '1' })}>{t('memory.add')}</Button>}
            {canWrite && <Button onPress={() => setSearch({ panel: 'transfer' })}>{t('transfer.title')}</Button>}
          </AllMemories>
        ) : (
          <FoundMemories {...lists} />
        )}
        {search.id && (
          <MemoryInspector
            key={search.id}
            id={search.id}
            canWrite={canWrite}
            isEditing={editing === search.id}
            setEditing={(on) => setEditing(on ? (search.id ?? null) : null)}
            onEdit={async (memory, change) => void tell(await actions.edit(memory, change))}
            onMark={(memory, change) => void actions.mark(memory, change).then(tell)}
            onForget={(memory) => void leave(memory.id, actions.forget(memory))}
            onRestore={(memory) => void leave(memory.id, actions.restore(memory))}
            onOpen={(id) => setSearch({ id })}
            onErased={(id) => goOn(id, rowAfter(id))}
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
          add={actions.add}
          onAdded={(memory) => {
            announce(t('memory.saved'));
            setTyped('');
            setSearch({ ...noFilters, id: memory.id, add: '', q: '' });
          }}
          onClose={() => setSearch({ add: '' })}
        />
      )}
      {search.panel === 'statistics' && (
        <StatisticsDialog
          onPerson={(person) => setSearch({ ...noFilters, person, panel: '' })}
          onClose={() => setSearch({ panel: '' })}
        />
      )}
      {search.panel === 'facts' && (
        <FactsDialog
          canWrite={canWrite}
          onOpen={(id) => setSearch({ ...noFilters, id, q: '', panel: '' })}
          onClose={() => setSearch({ panel: '' })}
        />
      )}
      {search.panel === 'erase' && canWrite && (
        <EraseDialog person={search.person ?? ''} platform={search.platform} onClose={() => setSearch({ panel: '' })} />
      )}
      {search.panel === 'transfer' && canWrite && <TransferDialog onClose={() => setSearch({ panel: '' })} />}
    </div>
  );
}

function SearchField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useText();
  return (
    <div className="relative min-w-48 max-w-md flex-1 narrow:order-last narrow:max-w-none narrow:basis-full">
      <Search aria-hidden="true" size={14} className="absolute top-2.25 left-2 text-text-3" />
      <input
        type="search"
        data-memory-search=""
        aria-label={t('memory.search')}
        placeholder={t('memory.placeholder')}
        value={value}
        maxLength={2000}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          document.querySelector<HTMLElement>('[data-row]')?.focus();
        }}
        className={`${inputLook} pl-7!`}
      />
    </div>
  );
}

function Total() {
  const t = useText();
  const { data } = useStatus();
  return data ? <span>{t('memory.total', { count: data.totals.memories })}</span> : null;
}
