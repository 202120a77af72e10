import { type PointerEvent as ReactPointerEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { TaskStatus } from '../../../src-shared/schema/task.ts';

export interface DropPlace {
  status: TaskStatus;
  /** The card it will stand before; null for the end of the column. */
  before: string | null;
}

export interface Drag {
  id: string;
  over: DropPlace | null;
}

/** Movement that turns a press into a drag, in pixels. */
const threshold = 6;
/** A finger that rests this long means to drag; before that it scrolls. */
const touchHoldMs = 350;
const edge = 48;

/**
 * Dragging cards with mouse, pen or finger. Columns carry `data-column`, cards `data-card`. Pointer events rather than
 * HTML drag and drop: it has no touch, and its picture cannot follow the theme.
 */
export function usePointerDrag(onDrop: (id: string, place: DropPlace) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const stop = useRef<(() => void) | null>(null);
  const dropped = useRef(onDrop);
  useEffect(() => {
    dropped.current = onDrop;
  });
  useEffect(() => () => stop.current?.(), []);

  const onPointerDown = useCallback((event: ReactPointerEvent<HTMLElement>, id: string) => {
    if (event.button !== 0 || (event.target as Element).closest('button, a, input')) return;
    stop.current?.();
    stop.current = follow(event.nativeEvent, event.currentTarget, {
      onOver: (over) => setDrag({ id, over }),
      onEnd(over) {
        stop.current = null;
        setDrag(null);
        if (over) dropped.current(id, over);
      },
    });
  }, []);

  return { drag, onPointerDown };
}

interface Followers {
  onOver(place: DropPlace | null): void;
  onEnd(place: DropPlace | null): void;
}

/** Follows one pointer from press to release. Returns what ends it early. */
function follow(start: PointerEvent, card: HTMLElement, { onOver, onEnd }: Followers): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const box = card.getBoundingClientRect();
  let ghost: HTMLElement | null = null;
  let over: DropPlace | null = null;
  let point = { x: start.clientX, y: start.clientY };
  let frame = 0;
  const holding = start.pointerType === 'touch' ? setTimeout(begin, touchHoldMs) : null;

  function begin() {
    ghost = picture(card, box);
    document.body.append(ghost);
    document.body.classList.add('dragging');
    card.ownerDocument.getSelection()?.removeAllRanges();
    update();
  }

  function update() {
    if (!ghost) return;
    ghost.style.transform = `translate(${box.left + point.x - start.clientX}px, ${box.top + point.y - start.clientY}px)`;
    const next = placeAt(point, card.dataset['card'] ?? '');
    if (next?.status !== over?.status || next?.before !== over?.before || !over) {
      over = next;
      onOver(over);
    }
    if (frame === 0) frame = requestAnimationFrame(scroll);
  }

  function scroll() {
    frame = 0;
    if (ghost && scrollNear(point)) update();
  }

  function finish(place: DropPlace | null) {
    controller.abort();
    if (holding) clearTimeout(holding);
    cancelAnimationFrame(frame);
    const wasDragging = ghost !== null;
    ghost?.remove();
    ghost = null;
    document.body.classList.remove('dragging');
    if (wasDragging) swallowClick();
    onEnd(wasDragging ? place : null);
  }

  const samePointer = (event: PointerEvent) => event.pointerId === start.pointerId;
  window.addEventListener(
    'pointermove',
    (event) => {
      if (!samePointer(event)) return;
      point = { x: event.clientX, y: event.clientY };
      const moved = Math.hypot(point.x - start.clientX, point.y - start.clientY) > threshold;
      if (ghost) update();
      else if (moved && holding) finish(null);
      else if (moved) begin();
    },
    { signal },
  );
  window.addEventListener('pointerup', (event) => samePointer(event) && finish(over), { signal });
  window.addEventListener('pointercancel', (event) => samePointer(event) && finish(null), { signal });
  window.addEventListener('touchmove', (event) => ghost && event.preventDefault(), { signal, passive: false });
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      finish(null);
    },
    { signal, capture: true },
  );
  return () => finish(null);
}

function picture(card: HTMLElement, box: DOMRect): HTMLElement {
  const ghost = card.cloneNode(true) as HTMLElement;
  ghost.removeAttribute('data-card');
  ghost.setAttribute('aria-hidden', 'true');
  ghost.inert = true;
  ghost.classList.add('drag-picture');
  ghost.style.width = `${box.width}px`;
  return ghost;
}

function placeAt({ x, y }: { x: number; y: number }, dragged: string): DropPlace | null {
  const column = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-column]');
  if (!column) return null;
  const cards = [...column.querySelectorAll<HTMLElement>('[data-card]')]
    .filter((card) => card.dataset['card'] !== dragged)
    .map((card) => ({ id: card.dataset['card'] ?? null, box: card.getBoundingClientRect() }))
    .toSorted((a, b) => a.box.top - b.box.top);
  const next = cards.find(({ box }) => y < box.top + box.height / 2);
  return { status: column.dataset['column'] as TaskStatus, before: next?.id ?? null };
}

/** Scrolls the column or the board when the pointer is near its edge; tells whether anything moved. */
function scrollNear({ x, y }: { x: number; y: number }): boolean {
  const under = document.elementFromPoint(x, y);
  const column = under?.closest('[data-column]')?.querySelector('[data-scroll]');
  const board = under?.closest('[data-board]');
  const down = column ? push(y, column.getBoundingClientRect().top, column.getBoundingClientRect().bottom) : 0;
  const across = board ? push(x, board.getBoundingClientRect().left, board.getBoundingClientRect().right) : 0;
  if (down) column?.scrollBy(0, down);
  if (across) board?.scrollBy(across, 0);
  return down !== 0 || across !== 0;
}

function push(at: number, from: number, to: number): number {
  if (at < from + edge) return -10;
  return at > to - edge ? 10 : 0;
}

/** The release of a drag is no click on the card. */
function swallowClick() {
  const swallow = (event: MouseEvent) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
}
