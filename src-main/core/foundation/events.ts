import type { ChangeEvent } from '../../../src-shared/schema/status.ts';

/** How many changes wait for one slow reader before they are dropped for a single `resync`. */
const maxWaiting = 256;

/** Tells whoever follows the core what changed. Each reader has a bound: a slow window never fills our memory. */
export function createEventBus() {
  const readers = new Set<(event: ChangeEvent) => void>();

  return {
    emit(event: ChangeEvent): void {
      for (const reader of readers) reader(event);
    },

    /** Calls `listener` for every change, in the same turn; returns the way to stop. */
    on(listener: (event: ChangeEvent) => void): () => void {
      readers.add(listener);
      return () => readers.delete(listener);
    },

    /** Changes from now on, until the signal aborts. */
    async *watch(signal: AbortSignal | undefined): AsyncGenerator<ChangeEvent, void> {
      const waiting: ChangeEvent[] = [];
      let wake = () => {};
      const stop = this.on((event) => {
        if (waiting.length >= maxWaiting) waiting.splice(0, waiting.length, { type: 'resync' });
        else waiting.push(event);
        wake();
      });
      const wakeUp = () => wake();
      signal?.addEventListener('abort', wakeUp);
      try {
        while (!signal?.aborted) {
          const event = waiting.shift();
          if (event) yield event;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        stop();
        signal?.removeEventListener('abort', wakeUp);
      }
    },

    get readerCount(): number {
      return readers.size;
    },
  };
}

export type EventBus = ReturnType<typeof createEventBus>;
