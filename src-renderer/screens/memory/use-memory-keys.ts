import { useEffect, useRef } from 'react';
import type { Memory } from '../../../src-shared/schema/memory.ts';
import { type MemoryChange, useApi } from '../../api/index.ts';
import { isTyping } from '../../components/keyboard.ts';

interface MemoryKeys {
  canWrite: boolean;
  /** An inspector stands beside the list. */
  isOpen: boolean;
  /** The memory that keys are about: the one whose row has the focus, else the one that is shown. */
  id(): string | null;
  undo(): void;
  close(): void;
  add(): void;
  edit(id: string): void;
  mark(memory: Memory, change: Pick<MemoryChange, 'pinned' | 'never_use'>): Promise<void>;
  /** Forgets it, or brings it back where it was forgotten. */
  forget(memory: Memory): Promise<void>;
  openSource(memory: Memory, conversation: string): void;
  onFailure(error: unknown): void;
}

/** Keys of the screen work wherever the focus is, as long as no field or dialog has it. */
export function useMemoryKeys(keys: MemoryKeys) {
  const { connection } = useApi();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const { memories, messages } = connection.client;

    async function about(act: (memory: Memory) => unknown): Promise<void> {
      const id = latest.current.id();
      if (id === null) return;
      try {
        await act(await memories.get({ id, forgotten: true }));
      } catch (error) {
        latest.current.onFailure(error);
      }
    }

    async function openSource(memory: Memory): Promise<void> {
      if (memory.message_id === null) return;
      const { channel, conversation_id } = await messages.get({ id: memory.message_id });
      latest.current.openSource(memory, `${channel}:${conversation_id}`);
    }

    function writing(key: string): (() => unknown) | undefined {
      const { add, edit, mark, forget, id } = latest.current;
      return {
        n: add,
        e: () => {
          const at = id();
          if (at !== null) edit(at);
        },
        p: () => about((memory) => mark(memory, { pinned: !memory.pinned })),
        x: () => about((memory) => mark(memory, { never_use: !memory.never_use })),
        '#': () => about(forget),
        Delete: () => about(forget),
      }[key];
    }

    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return;
      if (isTyping(event.target) || event.altKey) return;
      const { canWrite, isOpen, close, undo } = latest.current;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const held = event.ctrlKey || event.metaKey;
      if (key === 'z' && !event.shiftKey) undo();
      else if (held) return;
      else if (key === 'Escape' && isOpen) close();
      else if (key === '/') document.querySelector<HTMLElement>('[data-memory-search]')?.focus();
      else if (key === 'u') void about(openSource);
      else {
        const act = canWrite ? writing(key) : undefined;
        if (!act) return;
        void act();
      }
      event.preventDefault();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [connection]);
}

export const focusedId = (): string | null =>
  document.activeElement?.closest<HTMLElement>('[data-memory]')?.dataset['memory'] ?? null;

/** The row that takes the place of one that goes. */
export function rowAfter(id: string): HTMLElement | null {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-memory]')];
  const at = rows.findIndex((row) => row.dataset['memory'] === id);
  return rows[at + 1] ?? rows[at - 1] ?? null;
}
