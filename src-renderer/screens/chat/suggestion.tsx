import { Link, useNavigate } from '@tanstack/react-router';
import { CalendarClock, Check, ListTodo, Undo2 } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { PressEvent } from 'react-aria-components';
import type { Task } from '../../../src-shared/schema/task.ts';
import { useCanWrite, useTaskActions, useTasks, useUndoHistory } from '../../api/index.ts';
import { useReportFailure } from '../../app/toast.tsx';
import { doneSentence } from '../../app/undo-bar.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { Button } from '../../components/button.tsx';
import { formatDue, formatPercent } from '../../components/format.ts';
import { isComposing } from '../../components/keyboard.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { focusPast, focusWriting, suggestionMark } from './focus.ts';

/** The cards that a message made, where it was said: no toast, nothing that goes away by itself. */
export function Suggestions({ ids }: { ids: readonly string[] }) {
  // A message that is read again no longer names a card that was dismissed; the way back stays where it was given.
  const [known, setKnown] = useState(ids);
  const added = ids.filter((id) => !known.includes(id));
  if (added.length > 0) setKnown([...known, ...added]);
  const tasks = useTasks(known);
  if (tasks.length === 0) return null;
  return (
    <div className="mt-1.5 mb-1 flex max-w-xl flex-col gap-1.5">
      {tasks.map(({ id, task }) => {
        if (task === null) return <Gone key={id} id={id} />;
        if (task === undefined) return null;
        return task.status === 'suggested' ? <Suggestion key={id} task={task} /> : <OnBoard key={id} task={task} />;
      })}
    </div>
  );
}

/** Answers a suggestion and says so. */
export function useAnswers() {
  const t = useText();
  const announce = useAnnounce();
  const actions = useTaskActions({ onFailure: useReportFailure() });
  return {
    accept(task: Task) {
      actions.move(task, 'todo');
      announce(doneSentence(t, { type: 'moved', title: task.title, to: 'todo' }));
    },
    dismiss(task: Task) {
      actions.remove(task);
      announce(doneSentence(t, { type: 'dismissed', title: task.title }));
    },
  };
}

function Gone({ id }: { id: string }) {
  const t = useText();
  return (
    <p className="flex min-h-7 flex-wrap items-center gap-x-2 text-meta text-text-3">
      <span>{t('suggestion.gone')}</span>
      <UndoStep id={id} />
    </p>
  );
}

/** The way back from the answer given last, where it was given. */
function UndoStep({ id }: { id: string }) {
  const t = useText();
  const announce = useAnnounce();
  const { latest } = useUndoHistory();
  const actions = useTaskActions({ onFailure: useReportFailure() });
  if (latest?.inverse.id !== id) return null;
  return (
    <Button
      size="small"
      icon={<Undo2 aria-hidden="true" size={14} />}
      onPress={({ target, pointerType }) => {
        if (pointerType !== 'touch') focusWriting(target as HTMLElement);
        actions.undoLast();
        announce(t('undo.undone'));
      }}
    >
      {t('common.undo')}
    </Button>
  );
}

function OnBoard({ task }: { task: Task }) {
  const t = useText();
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-meta text-text-2">
      <Check aria-hidden="true" size={13} className="text-ok" />
      <span lang={writtenLanguage(task.title)} className="min-w-0 truncate font-semibold">
        {task.title}
      </span>
      <span>{t('suggestion.onBoard', { column: t(`board.column.${task.status}`) })}</span>
      <Link to="/todos" search={{ task: task.id }} className="py-1 text-accent underline underline-offset-2">
        {t('suggestion.open')}
      </Link>
      <UndoStep id={task.id} />
    </p>
  );
}

function Suggestion({ task }: { task: Task }) {
  const t = useText();
  const place = usePlace();
  const navigate = useNavigate();
  const canWrite = useCanWrite();
  const answers = useAnswers();
  const card = useRef<HTMLDivElement>(null);

  /** A finger has no focus to lose, and where one writes it would bring up the keyboard of the screen. */
  function answer(give: (task: Task) => void, press?: PressEvent) {
    if (card.current && press?.pointerType !== 'touch') focusPast(card.current);
    give(task);
  }
  const accept = (press?: PressEvent) => answer(answers.accept, press);
  const dismiss = (press?: PressEvent) => answer(answers.dismiss, press);
  const edit = () => void navigate({ to: '/todos', search: { task: task.id } });

  function onKeyDown(event: KeyboardEvent) {
    if (event.target !== event.currentTarget || !canWrite || isComposing(event)) return;
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { Enter: accept, e: edit, E: edit, Backspace: dismiss }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  return (
    // The card takes keys of its own beside its buttons: Enter, E and Backspace answer it without a way through them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      {...suggestionMark(task.id)}
      ref={card}
      role="group"
      aria-label={t('suggestion.label', { title: task.title })}
      aria-describedby={canWrite ? `keys-${task.id}` : undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="group/card card flex flex-col gap-1.5 border-accent/50 p-3"
    >
      <div className="flex flex-wrap items-center gap-x-2 text-caption text-text-2">
        <ListTodo aria-hidden="true" size={13} className="text-accent" />
        <span>{t('suggestion.heading')}</span>
        {task.confidence !== null && (
          <span>{t('suggestion.confidence', { percent: formatPercent(task.confidence, place.language) })}</span>
        )}
        {/* The keys act on the card itself, not on its buttons, so that is when they are shown. */}
        {canWrite && (
          <span id={`keys-${task.id}`} className="invisible ml-auto group-focus/card:visible narrow:hidden">
            {t('suggestion.keys')}
          </span>
        )}
      </div>
      <p lang={writtenLanguage(task.title)} className="wrap-anywhere font-semibold text-chat">
        {task.title}
      </p>
      {task.due && (
        <p className="flex items-center gap-1.5 text-meta text-text-2">
          <CalendarClock aria-hidden="true" size={13} />
          {formatDue(task.due, place)}
        </p>
      )}
      {canWrite && (
        <div className="mt-1 flex flex-wrap items-center gap-2">
          <Button size="small" kind="primary" onPress={accept}>
            {t('suggestion.accept')}
          </Button>
          <Button size="small" onPress={edit}>
            {t('suggestion.edit')}
          </Button>
          <Button size="small" kind="quiet" onPress={dismiss}>
            {t('suggestion.dismiss')}
          </Button>
        </div>
      )}
    </div>
  );
}
