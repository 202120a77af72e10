import { Link } from '@tanstack/react-router';
import { ArrowUpRight, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react-aria-components';
import type { Task, TaskChange } from '../../../src-shared/schema/task.ts';
import { useMessage } from '../../api/index.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ChannelIcon } from '../../components/channel-icon.tsx';
import { Choice, TextField } from '../../components/field.tsx';
import { formatPercent } from '../../components/format.ts';
import { markSpan } from '../../components/highlight.ts';
import { isComposing } from '../../components/keyboard.ts';
import { Marked } from '../../components/marked.tsx';
import { Moment } from '../../components/moment.tsx';
import { ScrollArea } from '../../components/scroll-area.tsx';
import { useEscape } from '../../components/use-escape.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { DueField } from './due-field.tsx';
import { priorities, statuses } from './statuses.ts';

export type InspectorField = 'title' | 'due' | 'priority' | 'labels' | 'source';

interface InspectorProps {
  task: Task;
  /** The field that a key asked for; a new object each time. */
  focus: { field: InspectorField } | null;
  canWrite: boolean;
  onChange(change: TaskChange): void;
  onAccept(): void;
  onRemove(): void;
  onClose(): void;
}

export function Inspector({ task, focus, canWrite, onChange, onAccept, onRemove, onClose }: InspectorProps) {
  const t = useText();
  const due = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const panel = useRef<HTMLElement>(null);

  useEscape(panel, onClose);
  useEffect(() => {
    if (!focus) return;
    if (focus.field === 'due') due.current?.focus();
    else
      panel.current
        ?.querySelector<HTMLElement>(`[data-field="${focus.field}"] :is(input, textarea, button, a)`)
        ?.focus();
  }, [focus]);

  return (
    <aside
      ref={panel}
      aria-label={t('inspector.todo')}
      className="panel-in float absolute inset-y-0 right-0 z-20 flex w-[360px] max-w-full flex-col narrow:w-full rounded-none! border-y-0! border-r-0!"
    >
      <header className="flex h-12 shrink-0 items-center gap-2 border-divider border-b pr-2 pl-4">
        <h2 className="flex-1 text-body">{t('inspector.todo')}</h2>
        <IconButton size="small" label={t('common.close')} keys="Esc" onPress={onClose}>
          <X aria-hidden="true" size={16} />
        </IconButton>
      </header>
      <div className="quiet-scroll flex min-h-0 flex-1 flex-col gap-4 p-4">
        {task.status === 'suggested' && canWrite && (
          <div className="flex gap-2">
            <Button kind="primary" onPress={onAccept}>
              {t('card.accept')}
            </Button>
            <Button onPress={onRemove}>{t('suggestion.dismiss')}</Button>
          </div>
        )}
        <Committed
          field="title"
          label={t('inspector.title')}
          value={task.title}
          lines={2}
          isDisabled={!canWrite}
          onCommit={(title) => title && onChange({ title })}
        />
        <div className="grid grid-cols-2 gap-3">
          <Choice
            label={t('inspector.status')}
            value={task.status}
            isDisabled={!canWrite}
            choices={statuses.map((value) => ({ value, label: t(`board.column.${value}`) }))}
            onChange={(status) => onChange({ status, before: null })}
          />
          <div data-field="priority">
            <Choice
              label={t('inspector.priority')}
              value={task.priority}
              isDisabled={!canWrite}
              choices={priorities.map((value) => ({ value, label: t(`inspector.priority.${value}`) }))}
              onChange={(priority) => onChange({ priority })}
            />
          </div>
        </div>
        <DueField due={task.due} isDisabled={!canWrite} inputRef={due} onChange={(value) => onChange({ due: value })} />
        <Committed
          field="assignee"
          label={t('inspector.assignee')}
          value={task.assignee ?? ''}
          isDisabled={!canWrite}
          onCommit={(assignee) => onChange({ assignee: assignee || null })}
        />
        <Committed
          field="labels"
          label={t('inspector.labels')}
          hint={t('inspector.labelsHint')}
          value={task.labels.join(', ')}
          isDisabled={!canWrite}
          onCommit={(labels) => onChange({ labels: labelsIn(labels) })}
        />
        {task.rrule && (
          <Fact name={t('inspector.repeat')}>
            <code className="text-meta">{task.rrule}</code>
          </Fact>
        )}
        <Source task={task} />
        <History task={task} />
        {canWrite && task.status !== 'suggested' && (
          <Button kind="danger" onPress={onRemove} className="-ml-3 self-start forced-colors:ml-0">
            {t('card.delete')}
          </Button>
        )}
      </div>
    </aside>
  );
}

const labelsIn = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(/[,，、]/)
        .map((label) => label.trim())
        .filter(Boolean),
    ),
  ].slice(0, 20);

interface CommittedProps {
  field: string;
  label: string;
  hint?: string;
  value: string;
  lines?: number;
  isDisabled: boolean;
  onCommit(value: string): void;
}

/** A field that keeps what is typed until Enter or until it is left; Escape puts the old value back. */
function Committed({ field, value, onCommit, lines, hint, ...props }: CommittedProps) {
  const [draft, setDraft] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setDraft(value);
  }
  const commit = () => draft.trim() !== value && onCommit(draft.trim());
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter' && !event.shiftKey && !isComposing(event)) {
      event.preventDefault();
      commit();
    } else if (event.key === 'Escape' && draft !== value) {
      event.preventDefault();
      setDraft(value);
    } else event.continuePropagation();
  }
  return (
    <div data-field={field}>
      <TextField
        {...props}
        {...(lines ? { lines } : {})}
        {...(hint ? { hint } : {})}
        value={draft}
        onChange={setDraft}
        onBlur={commit}
        onKeyDown={onKeyDown}
        maxLength={500}
        autoComplete="off"
      />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="font-normal text-meta text-text-2">{name}</h3>
      {children}
    </div>
  );
}

/** The message that the card comes from, with the words that made it marked. */
function Source({ task }: { task: Task }) {
  const t = useText();
  const place = usePlace();
  const { source } = task;
  const { data: message, isError } = useMessage(source?.message_id ?? null);
  if (!source) return <Fact name={t('inspector.source')}>{t('inspector.byHand')}</Fact>;
  const channel = source.conversation.split(':')[0] ?? '';
  const pieces = message ? markSpan(message.content, source.start, source.end) : [{ text: source.quote, marked: true }];

  return (
    <section
      data-field="source"
      aria-label={t('inspector.source')}
      className="flex flex-col gap-2 border-divider border-t pt-3"
    >
      <h3 className="font-normal text-meta text-text-2">{t('inspector.source')}</h3>
      <ScrollArea label={t('inspector.source')} className="max-h-48 rounded-md bg-sunken">
        <blockquote
          lang={writtenLanguage(message?.content ?? source.quote)}
          className="wrap-anywhere whitespace-pre-wrap p-3 leading-relaxed"
        >
          <Marked pieces={pieces} />
        </blockquote>
      </ScrollArea>
      {isError && <p className="text-meta text-text-3">{t('inspector.sourceGone')}</p>}
      <p className="flex flex-wrap items-center gap-x-1.5 text-meta text-text-2">
        <ChannelIcon channel={channel} size={12} />
        {channel === 'chat' ? t('common.you') : `${channel} · ${source.sender_id}`}
        <span aria-hidden="true">·</span>
        <Moment at={source.at} />
      </p>
      <Link
        to="/chat"
        search={{ conversation: source.conversation, message: source.message_id }}
        className="flex min-h-6 items-center gap-1 self-start text-accent underline underline-offset-2"
      >
        {t('common.openConversation')}
        <ArrowUpRight aria-hidden="true" size={14} />
      </Link>
      {(task.confidence !== null || task.why.length > 0) && (
        <div>
          <h4 className="font-normal text-meta text-text-2">{t('inspector.why')}</h4>
          <p className="flex flex-wrap items-center gap-1.5 text-meta">
            {task.confidence !== null && (
              <span>{t('inspector.confidence', { percent: formatPercent(task.confidence, place.language) })}</span>
            )}
            {task.why.map((rule) => (
              <code key={rule} className="rounded-sm bg-sunken px-1.5 py-0.5 text-caption text-text-2">
                {rule}
              </code>
            ))}
          </p>
        </div>
      )}
    </section>
  );
}

function History({ task }: { task: Task }) {
  const t = useText();
  const place = usePlace();
  const when = (at: string) =>
    new Intl.DateTimeFormat(place.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
  return (
    <p className="flex flex-col border-divider border-t pt-3 text-meta text-text-3">
      <span>{t('inspector.created', { when: when(task.created_at) })}</span>
      {task.updated_at !== task.created_at && <span>{t('inspector.updated', { when: when(task.updated_at) })}</span>}
      {task.done_at && <span>{t('inspector.finished', { when: when(task.done_at) })}</span>}
    </p>
  );
}
