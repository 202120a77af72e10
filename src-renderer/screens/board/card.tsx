import { CircleAlert, Ellipsis, Repeat } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, type PointerEvent } from 'react';
import type { Task } from '../../../src-shared/schema/task.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { ChannelIcon } from '../../components/channel-icon.tsx';
import { classes } from '../../components/classes.ts';
import { type DueState, dueState, formatDue, formatPercent, type Place } from '../../components/format.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { channelOf } from './filter.ts';

export interface CardHandlers {
  onKeyDown(event: KeyboardEvent<HTMLElement>, task: Task): void;
  onPointerDown(event: PointerEvent<HTMLElement>, id: string): void;
  onFocus(id: string): void;
  onOpen(task: Task): void;
  onMenu(task: Task): void;
  onAccept(task: Task): void;
  onDismiss(task: Task): void;
}

interface CardProps {
  task: Task;
  row: number;
  place: Place;
  isCurrent: boolean;
  isLifted: boolean;
  isDragged: boolean;
  isOpen: boolean;
  canWrite: boolean;
  handlers: CardHandlers;
}

/** One todo. It is a row of its column's grid, so that screen readers hand it the keys. */
export const Card = memo(function Card(props: CardProps) {
  const { task, row, place, isCurrent, isLifted, isDragged, isOpen, canWrite, handlers } = props;
  const t = useText();
  const tabIndex = isCurrent ? 0 : -1;
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    handlers.onMenu(task);
  };

  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      aria-label={task.title}
      aria-selected={isOpen}
      data-card={task.id}
      tabIndex={tabIndex}
      onKeyDown={(event) => event.target === event.currentTarget && handlers.onKeyDown(event, task)}
      onPointerDown={(event) => canWrite && handlers.onPointerDown(event, task.id)}
      onFocus={() => handlers.onFocus(task.id)}
      onClick={(event) => !(event.target as Element).closest('button') && handlers.onOpen(task)}
      onContextMenu={canWrite ? onContextMenu : undefined}
      className={classes(
        'card group relative flex cursor-default select-none px-(--pad) py-2 shadow-[0_1px_1px_rgb(0_0_0/0.03)] hover:border-border',
        isLifted && 'outline-2 outline-accent outline-dashed outline-offset-2',
        isDragged && 'opacity-40',
        isOpen && 'border-accent!',
      )}
    >
      <div role="gridcell" className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex items-start gap-1.5">
          {task.priority === 'high' && (
            <CircleAlert aria-label={t('card.high')} size={14} className="mt-0.75 shrink-0 text-warn" />
          )}
          <p
            lang={writtenLanguage(task.title)}
            className={classes(
              'wrap-anywhere line-clamp-4 min-w-0 flex-1 pr-1 font-semibold',
              task.status === 'done' && 'text-text-2 line-through decoration-text-3',
            )}
          >
            {task.title}
          </p>
          {canWrite && (
            <IconButton
              size="small"
              label={t('card.actions', { title: task.title })}
              excludeFromTabOrder={!isCurrent}
              onPress={() => handlers.onMenu(task)}
              className="-my-0.5 -mr-1"
            >
              <Ellipsis aria-hidden="true" size={15} />
            </IconButton>
          )}
        </div>
        <CardFacts task={task} place={place} />
        {task.status === 'suggested' && task.source && (
          <blockquote
            lang={writtenLanguage(task.source.quote)}
            className="line-clamp-2 border-divider border-l-2 pl-2 text-meta text-text-2"
          >
            {task.source.quote}
          </blockquote>
        )}
        {task.source && (
          <p className="flex items-center gap-1 truncate text-caption text-text-3">
            <ChannelIcon channel={channelOf(task)} size={11} />
            <span className="truncate">
              {channelOf(task) === 'chat'
                ? t('nav.chat')
                : t('card.from', { channel: channelOf(task), sender: task.source.sender_id })}
            </span>
          </p>
        )}
        {task.status === 'suggested' && canWrite && (
          <div className="mt-1 flex flex-wrap gap-1">
            <Button size="small" excludeFromTabOrder={!isCurrent} onPress={() => handlers.onAccept(task)}>
              {t('card.accept')}
            </Button>
            <Button size="small" kind="quiet" excludeFromTabOrder={!isCurrent} onPress={() => handlers.onDismiss(task)}>
              {t('card.dismiss')}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
});

const dueLooks: Record<DueState, string> = {
  overdue: 'text-danger',
  today: 'text-warn',
  soon: 'text-text-2',
  later: 'text-text-3',
};

function CardFacts({ task, place }: { task: Task; place: Place }) {
  const t = useText();
  const due = task.due && { state: dueState(task.due, place), when: formatDue(task.due, place) };
  const isOpen = task.status !== 'done';
  const hasFacts =
    due || task.rrule || task.labels.length > 0 || task.assignee || task.confidence !== null || task.progress > 0;
  if (!hasFacts) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-meta text-text-2">
      {due && (
        <span className={isOpen ? dueLooks[due.state] : 'text-text-3'}>
          {t(isOpen && due.state === 'overdue' ? 'card.overdue' : 'card.due', { when: due.when })}
        </span>
      )}
      {task.rrule && <Repeat aria-label={t('card.repeats')} size={12} />}
      {task.assignee && <span>@{task.assignee}</span>}
      {task.labels.map((label) => (
        <span key={label} className="rounded-sm bg-sunken px-1 text-caption leading-4">
          #{label}
        </span>
      ))}
      {task.progress > 0 && task.progress < 1 && (
        <span>{t('card.progress', { percent: formatPercent(task.progress, place.language) })}</span>
      )}
      {task.status === 'suggested' && task.confidence !== null && (
        <span className="text-text-3">{formatPercent(task.confidence, place.language)}</span>
      )}
    </div>
  );
}
