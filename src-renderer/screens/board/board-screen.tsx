import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Keyboard, ListChecks, Plus, Search } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Board, Task, TaskStatus } from '../../../src-shared/schema/task.ts';
import { findTask, useCanWrite, useConnectionState, useTaskActions, useTasks, withChange } from '../../api/index.ts';
import { EmptyState, FailureState, Skeleton } from '../../app/notice.tsx';
import { useReportFailure } from '../../app/toast.tsx';
import { doneSentence, UndoBar } from '../../app/undo-bar.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { Choice } from '../../components/field.tsx';
import { dueState } from '../../components/format.ts';
import { useFrameActions } from '../../components/frame-actions.ts';
import { isTyping } from '../../components/keyboard.ts';
import { usePlace } from '../../components/use-place.ts';
import { useText } from '../../locales/index.ts';
import type { CardHandlers } from './card.tsx';
import { Column } from './column.tsx';
import { channelOf, type DueChoice, dueChoices, type Filter, isFiltering, matches } from './filter.ts';
import { Inspector, type InspectorField } from './inspector.tsx';
import { MoveMenu } from './move-menu.tsx';
import { QuickAdd } from './quick-add.tsx';
import { useHeldFocus, useScreenKeys } from './screen-focus.ts';
import { priorities } from './statuses.ts';
import { type Direction, neighbour, pushed, spotOf } from './steps.ts';
import { usePointerDrag } from './use-pointer-drag.ts';
import { useShownBoard } from './use-shown-board.ts';

const route = getRouteApi('/todos');

const arrows: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };

interface Lifted {
  id: string;
  status: TaskStatus;
  before: string | null;
  /** Where it came from, to say so when the move is cancelled. */
  from: Board;
}

export function BoardScreen() {
  const t = useText();
  const place = usePlace();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const { openHelp } = useFrameActions();
  const search = route.useSearch();
  const canWrite = useCanWrite();
  const connection = useConnectionState();
  const { board: stored, error, refetch, showAll } = useShownBoard();
  const actions = useTaskActions({ onFailure: useReportFailure() });
  const [current, setCurrent] = useState<string | null>(null);
  const [reveal, setReveal] = useState<string | null>(null);
  const [lifted, setLifted] = useState<Lifted | null>(null);
  const [menu, setMenu] = useState<Task | null>(null);
  const [focus, setFocus] = useState<{ field: InspectorField } | null>(null);
  const anchor = useRef<HTMLElement | null>(null);
  const filterField = useRef<HTMLInputElement>(null);

  const filter: Filter = useMemo(
    () => ({
      text: search.q ?? '',
      due: dueChoices.find((choice) => choice === search.due) ?? 'any',
      channel: search.channel ?? 'any',
    }),
    [search.q, search.due, search.channel],
  );
  const whole = useMemo(
    () => (stored && lifted ? withChange(stored, lifted.id, { status: lifted.status, before: lifted.before }) : stored),
    [stored, lifted],
  );
  const board = useMemo(() => whole && filtered(whole, (task) => matches(task, filter, place)), [whole, filter, place]);
  const setSearch = useCallback(
    (change: Partial<typeof search>) =>
      void navigate({ to: '/todos', search: (before) => withoutBlanks({ ...before, ...change }), replace: true }),
    [navigate],
  );

  const { drag, onPointerDown } = usePointerDrag((id, to) => {
    const task = stored && findTask(stored, id);
    if (!task || !stored) return;
    const after = withChange(stored, id, to);
    if (JSON.stringify(spotOf(after, id)) === JSON.stringify(spotOf(stored, id))) return;
    actions.move(task, to.status, to.before);
    announce(positionSentence('card.dropped', after, task));
  });

  function positionSentence(
    key: 'card.position' | 'card.lifted' | 'card.dropped' | 'card.cancelled',
    on: Board,
    task: Task,
  ): string {
    const spot = spotOf(on, task.id);
    const column = spot && on.columns[spot.column];
    if (!spot || !column) return task.title;
    return t(key, {
      title: task.title,
      column: t(`board.column.${column.status}`),
      position: spot.row + 1,
      total: column.tasks.length,
    });
  }

  function refocus(id: string) {
    setCurrent(id);
    setReveal(id);
  }

  function open(task: Task, field?: InspectorField) {
    setCurrent(task.id);
    setSearch({ task: task.id });
    setFocus(field ? { field } : null);
  }

  function close() {
    setSearch({ task: '' });
    setFocus(null);
    if (search.task) refocus(search.task);
  }

  function moveTo(task: Task, status: TaskStatus, before: string | null = null) {
    if (!stored) return;
    actions.move(task, status, before);
    announce(positionSentence('card.dropped', withChange(stored, task.id, { status, before }), task));
    refocus(task.id);
  }

  /** After a card has gone, its neighbour has the focus. */
  function removeCard(task: Task) {
    const spot = board && spotOf(board, task.id);
    const next =
      board &&
      spot &&
      (neighbour(board, spot, 'down') ??
        neighbour(board, spot, 'up') ??
        neighbour(board, spot, 'right') ??
        neighbour(board, spot, 'left'));
    actions.remove(task);
    announce(doneSentence(t, { type: task.status === 'suggested' ? 'dismissed' : 'removed', title: task.title }));
    if (search.task === task.id) setSearch({ task: '' });
    if (next) refocus(next.id);
  }

  function undo() {
    const done = actions.undoLast();
    announce(done ? t('undo.undone') : t('undo.nothing'));
  }

  function step(task: Task, direction: Direction, isPush: boolean) {
    if (!board) return;
    if (isPush) {
      const to = pushed(board, task.id, direction);
      if (to && canWrite) moveTo(task, to.status, to.before);
      return;
    }
    const spot = spotOf(board, task.id);
    const next = spot && neighbour(board, spot, direction);
    if (next) refocus(next.id);
  }

  function stepLifted(task: Task, held: Lifted, direction: Direction) {
    const to = board && pushed(board, task.id, direction);
    if (!to || !stored) return;
    setLifted({ ...held, ...to });
    announce(positionSentence('card.position', withChange(stored, task.id, to), task));
    refocus(task.id);
  }

  function jump(task: Task, key: string) {
    const column = board?.columns.find((each) => each.tasks.some((one) => one.id === task.id));
    if (!column) return;
    const at = column.tasks.findIndex((each) => each.id === task.id);
    const last = column.tasks.length - 1;
    const to = { Home: 0, End: last, PageUp: Math.max(0, at - 8), PageDown: Math.min(last, at + 8) }[key];
    const next = to === undefined ? undefined : column.tasks[to];
    if (next) refocus(next.id);
  }

  function onLiftedKey(event: KeyboardEvent, task: Task, held: Lifted) {
    const direction = arrows[event.key];
    if (direction) stepLifted(task, held, direction);
    else if (event.key === ' ' || event.key === 'Enter') {
      setLifted(null);
      moveTo(task, held.status, held.before);
    } else if (event.key === 'Escape') {
      setLifted(null);
      announce(positionSentence('card.cancelled', held.from, task));
      refocus(task.id);
    } else if (event.key !== 'Tab') return;
    else setLifted(null);
    if (event.key !== 'Tab') {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function cardKeys(task: Task): Record<string, (() => void) | undefined> {
    const reading = { o: () => open(task), u: () => open(task, 'source') };
    const opening = { Enter: () => open(task), Escape: search.task ? close : undefined };
    if (!canWrite) return { ...reading, ...opening };
    const isSuggested = task.status === 'suggested';
    const nextPriority = priorities[(priorities.indexOf(task.priority) + 1) % priorities.length] ?? 'normal';
    return {
      ...reading,
      ...opening,
      Enter: isSuggested ? () => moveTo(task, 'todo') : () => open(task),
      Backspace: isSuggested ? () => removeCard(task) : undefined,
      ' ': () => lift(task),
      e: () => open(task, 'title'),
      d: () => open(task, 'due'),
      l: () => open(task, 'labels'),
      p: () => actions.update(task, { priority: nextPriority }),
      t: () => moveTo(task, task.status === 'done' ? 'todo' : 'done'),
      m: () => openMenu(task),
      '#': () => removeCard(task),
      Delete: () => removeCard(task),
    };
  }

  function lift(task: Task) {
    const spot = stored && spotOf(stored, task.id);
    if (!stored || !spot) return;
    const before = stored.columns[spot.column]?.tasks[spot.row + 1]?.id ?? null;
    setLifted({ id: task.id, status: task.status, before, from: stored });
    announce(positionSentence('card.lifted', stored, task));
  }

  function openMenu(task: Task) {
    anchor.current = document.querySelector<HTMLElement>(`[data-card="${CSS.escape(task.id)}"]`);
    setCurrent(task.id);
    setMenu(task);
  }

  const handlers: CardHandlers = {
    onKeyDown(event, task) {
      if (lifted?.id === task.id) return onLiftedKey(event, task, lifted);
      const direction = arrows[event.key];
      const isPush = (event.ctrlKey || event.metaKey) && event.shiftKey;
      if (direction && (isPush || !(event.ctrlKey || event.metaKey || event.altKey))) {
        event.preventDefault();
        return step(task, direction, isPush);
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = cardKeys(task)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act) act();
      else if (['Home', 'End', 'PageUp', 'PageDown'].includes(event.key)) jump(task, event.key);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    onPointerDown,
    onFocus: setCurrent,
    onOpen: (task) => open(task),
    onMenu: openMenu,
    onAccept: (task) => moveTo(task, 'todo'),
    onDismiss: removeCard,
  };

  function onScreenKey(event: globalThis.KeyboardEvent) {
    if (isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const isCommand = event.ctrlKey || event.metaKey;
    if (key === 'z' && !event.shiftKey && !event.altKey) undo();
    else if (isCommand || event.altKey) return;
    else if (key === 'n' && canWrite) setSearch({ add: '1' });
    else if (key === '/') filterField.current?.focus();
    else return;
    event.preventDefault();
  }

  const onRevealed = useCallback(() => setReveal(null), []);
  const hasLayer = search.add !== undefined || menu !== null;
  const holdsFocus = useHeldFocus();
  // A card that changes its column is drawn anew there; who was on it stays on it, whoever moved it.
  useEffect(() => {
    if (current === null || !holdsFocus.current || document.activeElement !== document.body) return;
    queueMicrotask(() => setReveal(current));
  }, [board, current, holdsFocus]);
  useScreenKeys(onScreenKey);

  const onBoard = search.task && stored ? findTask(stored, search.task) : undefined;
  const [alone] = useTasks(search.task && !onBoard ? [search.task] : []);
  const inspected = onBoard ?? alone?.task ?? null;
  const first = board?.columns.flatMap((column) => column.tasks)[0]?.id ?? null;
  const tabStop = current !== null && board && findTask(board, current) ? current : first;
  const isEmpty = stored?.columns.every((column) => column.total === 0) ?? false;

  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 px-4 py-2">
        <h1 className="mr-2 text-page">{t('board.title')}</h1>
        <FilterBar filter={filter} board={stored} fieldRef={filterField} onChange={setSearch} />
        <div className="flex-1" />
        <IconButton label={t('board.shortcuts')} keys="?" onPress={openHelp} className="narrow:hidden">
          <Keyboard aria-hidden="true" size={17} />
        </IconButton>
        {canWrite && (
          <Button kind="primary" icon={<Plus aria-hidden="true" size={15} />} onPress={() => setSearch({ add: '1' })}>
            {t('board.add')}
          </Button>
        )}
      </header>
      {error && !stored ? (
        <FailureState error={error} onRetry={() => void refetch()} />
      ) : !board ? (
        <Columns>
          {[3, 4, 2, 1, 2].map((rows, column) => (
            <div key={column} className="min-w-[11.75rem] flex-1">
              <Skeleton rows={rows} />
            </div>
          ))}
        </Columns>
      ) : isEmpty && !isFiltering(filter) ? (
        <div className="flex flex-1 flex-col justify-center">
          <EmptyState
            title={t('board.emptyTitle')}
            text={t('board.emptyText')}
            icon={<ListChecks aria-hidden="true" size={28} />}
          >
            <Button onPress={() => void navigate({ to: '/status' })}>{t('board.emptyChannels')}</Button>
            {canWrite && <Button onPress={() => setSearch({ add: '1' })}>{t('board.add')}</Button>}
          </EmptyState>
        </div>
      ) : (
        <Columns>
          {board.columns.map((column) => (
            <Column
              key={column.status}
              status={column.status}
              tasks={column.tasks}
              total={column.total}
              missing={column.total - (whole?.columns.find((each) => each.status === column.status)?.tasks.length ?? 0)}
              place={place}
              current={tabStop}
              lifted={lifted?.id ?? null}
              open={inspected?.id ?? null}
              drag={drag}
              reveal={hasLayer ? null : reveal}
              canWrite={canWrite}
              isFiltered={isFiltering(filter)}
              handlers={handlers}
              onRevealed={onRevealed}
              onShowAll={showAll}
            />
          ))}
        </Columns>
      )}
      <footer className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-4 px-4 text-meta text-text-2">
        <UndoBar onUndo={undo} />
        <div className="flex-1" />
        {connection.type === 'reconnecting' && <span>{t('common.offlineKept')}</span>}
        {stored && <Totals board={stored} />}
      </footer>
      {inspected && (
        <Inspector
          key={inspected.id}
          task={inspected}
          focus={focus}
          canWrite={canWrite}
          onChange={(change) =>
            change.status && change.status !== inspected.status
              ? actions.move(inspected, change.status)
              : change.status === undefined && actions.update(inspected, change)
          }
          onAccept={() => moveTo(inspected, 'todo')}
          onRemove={() => removeCard(inspected)}
          onClose={close}
        />
      )}
      {menu && (
        <MoveMenu
          task={menu}
          anchor={anchor}
          onMove={(to) => moveTo(menu, to)}
          onOpen={() => open(menu)}
          onDelete={() => removeCard(menu)}
          onClose={() => {
            setMenu(null);
            setReveal((next) => next ?? menu.id);
          }}
        />
      )}
      {search.add !== undefined && canWrite && (
        <QuickAdd
          initial={search.add === '1' ? '' : search.add}
          create={actions.create}
          onAdded={(task) => {
            announce(doneSentence(t, { type: 'added', title: task.title }));
            refocus(task.id);
          }}
          onClose={() => setSearch({ add: '' })}
        />
      )}
    </div>
  );
}

function Columns({ children }: { children: React.ReactNode }) {
  return (
    <div
      data-board=""
      className="flex min-h-0 flex-1 gap-3 overflow-x-auto px-4 pb-1 narrow:snap-x narrow:snap-mandatory"
    >
      {children}
    </div>
  );
}

function filtered(board: Board, keep: (task: Task) => boolean): Board {
  return { ...board, columns: board.columns.map((column) => ({ ...column, tasks: column.tasks.filter(keep) })) };
}

const withoutBlanks = <T extends object>(search: T): T =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== '')) as T;

interface FilterBarProps {
  filter: Filter;
  board: Board | undefined;
  fieldRef: React.RefObject<HTMLInputElement | null>;
  onChange(change: { q?: string; due?: string; channel?: string }): void;
}

function FilterBar({ filter, board, fieldRef, onChange }: FilterBarProps) {
  const t = useText();
  const channels = [...new Set(board?.columns.flatMap((column) => column.tasks.map(channelOf)) ?? [])].toSorted();
  const channelName = (name: string) =>
    name === 'hand' ? t('board.channel.hand') : name === 'chat' ? t('nav.chat') : name;
  return (
    <search className="flex flex-wrap items-center gap-2 narrow:order-last narrow:w-full">
      <div className="relative narrow:w-full">
        <Search aria-hidden="true" size={14} className="absolute top-2.25 left-2 text-text-3" />
        <input
          ref={fieldRef}
          type="search"
          aria-label={t('board.filter')}
          placeholder={t('board.filter')}
          value={filter.text}
          onChange={(event) => onChange({ q: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (filter.text) onChange({ q: '' });
            else event.currentTarget.blur();
          }}
          className="h-8 w-44 narrow:w-full rounded-md border border-border bg-surface pr-2 pl-7"
        />
      </div>
      <Choice
        hideLabel
        label={t('board.filterDue')}
        value={filter.due}
        neutral="any"
        choices={dueChoices.map((value) => ({ value, label: t(`board.due.${value}`) }))}
        onChange={(due: DueChoice) => onChange({ due: due === 'any' ? '' : due })}
        className="w-36"
      />
      {(channels.length > 1 || filter.channel !== 'any') && (
        <Choice
          hideLabel
          label={t('board.filterChannel')}
          value={filter.channel}
          neutral="any"
          choices={[
            { value: 'any', label: t('board.channel.any') },
            ...channels.map((value) => ({ value, label: channelName(value) })),
          ]}
          onChange={(channel) => onChange({ channel: channel === 'any' ? '' : channel })}
          className="w-36"
        />
      )}
      {isFiltering(filter) && (
        <Button kind="quiet" onPress={() => onChange({ q: '', due: '', channel: '' })}>
          {t('board.clearFilter')}
        </Button>
      )}
    </search>
  );
}

function Totals({ board }: { board: Board }) {
  const t = useText();
  const place = usePlace();
  const openColumns = board.columns.filter((column) => column.status !== 'done' && column.status !== 'suggested');
  const open = openColumns.reduce((sum, column) => sum + column.total, 0);
  const overdue = openColumns
    .flatMap((column) => column.tasks)
    .filter((task) => task.due && dueState(task.due, place) === 'overdue').length;
  return (
    <span>
      {t('board.open', { count: open })}
      {overdue > 0 && <span className="text-danger"> · {t('board.overdue', { count: overdue })}</span>}
    </span>
  );
}
