import { useEffect, useRef } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Task, TaskStatus } from '../../../src-shared/schema/task.ts';
import { Button } from '../../components/button.tsx';
import { classes } from '../../components/classes.ts';
import { formatNumber, type Place } from '../../components/format.ts';
import { useText } from '../../locales/index.ts';
import { Card, type CardHandlers } from './card.tsx';
import type { Drag } from './use-pointer-drag.ts';

interface ColumnProps {
  status: TaskStatus;
  /** What passes the filter. */
  tasks: readonly Task[];
  total: number;
  /** Cards of this column that the board did not carry. */
  missing: number;
  place: Place;
  current: string | null;
  lifted: string | null;
  open: string | null;
  drag: Drag | null;
  /** A card to bring into view and focus. */
  reveal: string | null;
  canWrite: boolean;
  isFiltered: boolean;
  handlers: CardHandlers;
  onRevealed(): void;
  onShowAll(status: TaskStatus): void;
}

export function Column(props: ColumnProps) {
  const { status, tasks, total, missing, place, current, lifted, open, drag, reveal, canWrite, isFiltered, handlers } =
    props;
  const { onRevealed, onShowAll } = props;
  const t = useText();
  const list = useRef<VirtualizerHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const name = t(`board.column.${status}`);
  const isTarget = drag?.over?.status === status;
  const keep = tasks.flatMap((task, index) => (task.id === current || task.id === drag?.id ? [index] : []));
  const revealIndex = reveal === null ? -1 : tasks.findIndex((task) => task.id === reveal);

  useEffect(() => {
    if (revealIndex < 0 || !reveal) return;
    const card = `[data-card="${CSS.escape(reveal)}"]`;
    list.current?.scrollToIndex(revealIndex, { align: 'nearest' });
    // The second frame: a dialog that has just closed gives the focus back in the first.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(focus);
    });
    function focus() {
      box.current?.querySelector<HTMLElement>(card)?.focus({ preventScroll: true });
      onRevealed();
    }
    return () => cancelAnimationFrame(frame);
  }, [reveal, revealIndex, onRevealed]);

  return (
    <section
      data-column={status}
      aria-label={name}
      className={classes(
        'flex min-h-0 w-0 min-w-[11.75rem] flex-1 flex-col rounded-lg bg-sunken narrow:w-[82vw] narrow:flex-none narrow:snap-center',
        isTarget && 'outline-2 outline-accent -outline-offset-2',
      )}
    >
      <h2 className="flex items-center gap-2 px-3 pt-2.5 pb-1.5 text-body">
        {name}
        <span className="font-normal text-text-2">
          {isFiltered && tasks.length !== total
            ? t('board.count', { shown: tasks.length, total })
            : formatNumber(total, place.language)}
        </span>
      </h2>
      <div ref={box} data-scroll="" className="quiet-scroll min-h-0 flex-1 px-2 pt-1 pb-2">
        {tasks.length === 0 ? (
          <p className="px-1 py-2 text-meta text-text-2">
            {t(isFiltered && total > 0 ? 'board.noMatch' : `board.empty.${status}`)}
          </p>
        ) : (
          <div
            role="grid"
            aria-label={t('board.columnLabel', { column: name, count: tasks.length })}
            aria-rowcount={tasks.length}
          >
            <Virtualizer ref={list} scrollRef={box} bufferSize={500} keepMounted={keep}>
              {tasks.map((task, row) => (
                <div key={task.id} className="relative pb-2">
                  {isTarget && drag?.over?.before === task.id && <DropLine />}
                  <Card
                    task={task}
                    row={row}
                    place={place}
                    isCurrent={task.id === current}
                    isLifted={task.id === lifted}
                    isDragged={task.id === drag?.id}
                    isOpen={task.id === open}
                    canWrite={canWrite}
                    handlers={handlers}
                  />
                </div>
              ))}
            </Virtualizer>
          </div>
        )}
        {isTarget && drag?.over?.before === null && (
          <div className="relative h-2">
            <DropLine />
          </div>
        )}
        {missing > 0 && (
          <Button kind="quiet" size="small" className="w-full" onPress={() => onShowAll(status)}>
            {t('board.showAll', { count: total })}
          </Button>
        )}
      </div>
    </section>
  );
}

const DropLine = () => <div aria-hidden="true" className="absolute inset-x-0 -top-1.25 h-0.5 rounded-full bg-accent" />;
