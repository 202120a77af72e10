import { EyeOff, Lock, MessageSquareText, Pin, StickyNote } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { VList, type VListHandle } from 'virtua';
import type { Memory, MemoryHit } from '../../../src-shared/schema/memory.ts';
import { classes } from '../../components/classes.ts';
import { formatDay } from '../../components/format.ts';
import { excerpt, markTerms } from '../../components/highlight.ts';
import { Marked } from '../../components/marked.tsx';
import { Moment } from '../../components/moment.tsx';
import { provenance } from '../../components/provenance.ts';
import { usePlace } from '../../components/use-place.ts';
import { writtenLanguage } from '../../components/written-language.ts';
import { useText } from '../../locales/index.ts';
import { WhyFound } from './why-found.tsx';

/** Rows that a page key passes, as on the board. */
const pageStep = 8;
const framesToDraw = 30;
const dayMs = 86_400_000;

interface MemoryRowsProps {
  label: string;
  memories: readonly (Memory | MemoryHit)[];
  current: string | null;
  /** Names each day above its first memory. */
  byDay?: boolean;
  onOpen(id: string): void;
  onNearEnd?: () => void;
}

export function MemoryRows({ label, memories, current, byDay = false, onOpen, onNearEnd }: MemoryRowsProps) {
  const list = useRef<VListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const [wanted, setWanted] = useState<number | null>(null);

  /** Up, down and the keys for more than one step walk through the rows, also to one that is not drawn yet. */
  function onKeyDown(event: KeyboardEvent) {
    const at = rowOf(event.target);
    if (at === null) return;
    const last = memories.length - 1;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(last, at + pageStep),
      PageUp: Math.max(0, at - pageStep),
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined || to < 0 || to > last) return;
    event.preventDefault();
    setFocused(to);
    setWanted(to);
  }

  // A row that was far away is drawn and measured first, and takes no focus until then.
  useEffect(() => {
    if (wanted === null) return;
    list.current?.scrollToIndex(wanted, { align: 'nearest' });
    let frame = requestAnimationFrame(() => focus(framesToDraw));
    function focus(left: number) {
      const row = box.current?.querySelector<HTMLElement>(`[data-row="${wanted}"]`);
      row?.focus({ preventScroll: true });
      if (left === 0 || (row && row === document.activeElement)) setWanted(null);
      else frame = requestAnimationFrame(() => focus(left - 1));
    }
    return () => cancelAnimationFrame(frame);
  }, [wanted]);

  return (
    <div ref={box} className="min-h-0 min-w-0 flex-1">
      <VList
        ref={list}
        role="list"
        aria-label={label}
        className="quiet-scroll h-full px-2 py-1"
        bufferSize={500}
        keepMounted={focused === null || focused >= memories.length ? none : [focused]}
        onFocus={(event) => setFocused(rowOf(event.target))}
        onScroll={(offset) => {
          const handle = list.current;
          if (handle && handle.scrollSize - handle.viewportSize - offset < 800) onNearEnd?.();
        }}
      >
        {memories.map((memory, row) => (
          <div key={memory.id} role="listitem">
            {byDay && beginsDay(memories, row) && <DayHeading at={memory.created_at} />}
            <Row
              memory={memory}
              row={row}
              byDay={byDay}
              isCurrent={memory.id === current}
              onOpen={onOpen}
              onKeyDown={onKeyDown}
            />
          </div>
        ))}
      </VList>
    </div>
  );
}

const none: readonly number[] = [];

/** Of thousands of rows, at each change: the day is compared and put in words only where it is drawn. */
function beginsDay(memories: readonly (Memory | MemoryHit)[], row: number): boolean {
  const [before, here] = [memories[row - 1], memories[row]];
  if (!before || !here) return true;
  const [one, other] = [new Date(before.created_at), new Date(here.created_at)];
  return one.getDate() !== other.getDate() || Math.abs(one.getTime() - other.getTime()) >= dayMs;
}

function DayHeading({ at }: { at: string }) {
  return <p className="px-2 pt-2 pb-0.5 text-caption text-text-3">{formatDay(new Date(at), usePlace())}</p>;
}

function rowOf(element: EventTarget): number | null {
  const row = element instanceof Element ? element.closest<HTMLElement>('[data-row]')?.dataset['row'] : undefined;
  return row === undefined ? null : Number(row);
}

interface RowProps {
  memory: Memory | MemoryHit;
  row: number;
  /** Its day stands above. */
  byDay: boolean;
  isCurrent: boolean;
  onOpen(id: string): void;
  onKeyDown(event: KeyboardEvent): void;
}

function Row({ memory, row, byDay, isCurrent, onOpen, onKeyDown }: RowProps) {
  const t = useText();
  const hit = 'terms' in memory ? memory : null;
  const locked = 'locked' in memory ? memory.locked : undefined;
  const isNote = memory.kind === 'note';
  const Icon = memory.pinned ? Pin : isNote ? StickyNote : MessageSquareText;
  return (
    <button
      type="button"
      data-row={row}
      data-memory={memory.id}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => onOpen(memory.id)}
      onKeyDown={onKeyDown}
      className={classes(
        'flex w-full items-start gap-2.5 rounded-md px-2 py-(--pad) text-left -outline-offset-2!',
        isCurrent ? 'bg-accent-soft' : 'hover:bg-sunken',
      )}
    >
      <Icon
        aria-hidden="true"
        size={15}
        className={classes('mt-0.75 shrink-0', memory.pinned ? 'text-accent' : 'text-text-3')}
      />
      {memory.pinned && <span className="sr-only">{t('memory.mark.pinned')}</span>}
      <span className="min-w-0 flex-1">
        <span
          lang={locked ? undefined : writtenLanguage(memory.content)}
          className="wrap-anywhere line-clamp-3 max-w-[75ch] text-chat"
        >
          {hit && <Marked pieces={excerpt(markTerms(hit.content, hit.terms))} />}
          {locked && t(`memory.locked.${locked}`)}
          {!hit && !locked && memory.content}
        </span>
        <span className="flex flex-wrap items-center gap-x-1.5 text-meta text-text-2">
          <Provenance memory={memory} byDay={byDay} />
          <Marks memory={memory} />
          {hit && <WhyFound hit={hit} />}
        </span>
      </span>
    </button>
  );
}

function Marks({ memory }: { memory: Memory | MemoryHit }) {
  const t = useText();
  const used = 'used' in memory ? memory.used : 0;
  return (
    <>
      {used > 0 && <span>· {t('memory.usedTimes', { count: used })}</span>}
      {memory.sensitive && (
        <span className="flex items-center gap-1">
          <Lock aria-hidden="true" size={12} />
          {t('memory.mark.sensitive')}
        </span>
      )}
      {memory.never_use && (
        <span className="flex items-center gap-1 text-warn">
          <EyeOff aria-hidden="true" size={12} />
          {t('memory.mark.never_use')}
        </span>
      )}
    </>
  );
}

function Provenance({ memory, byDay }: { memory: Memory | MemoryHit; byDay: boolean }) {
  const t = useText();
  const origin = provenance(t, memory);
  const who = [origin.where ?? (memory.message_id ? null : t('memory.kind.note')), origin.who]
    .filter(Boolean)
    .join(' · ');
  return (
    <span>
      {who}
      {who && ' · '}
      <Moment at={memory.created_at} style={byDay ? 'time' : 'moment'} />
    </span>
  );
}
