import { backoffMs } from './backoff.ts';
import { type FailureCode, failureCode, isPassing } from './failure.ts';

/** Something typed in the chat that the core has not yet confirmed. */
export interface OutboxEntry {
  external_id: string;
  content: string;
  /** Milliseconds since the epoch. */
  typed_at: number;
  /** null while it waits for its turn; a code when only a person can help. */
  failed: FailureCode | null;
}

export interface OutboxDeps {
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Sends one entry; resolves when the core has it for good. The same id twice is one message there. */
  send(entry: OutboxEntry): Promise<unknown>;
  newId(): string;
  now(): number;
  /** Waits before an entry that met a passing failure is tried again. */
  pause(ms: number): Promise<void>;
}

export type Outbox = ReturnType<typeof createOutbox>;

const key = 'clawdbot.outbox';
export const outboxLimit = 200;

/** Keeps what was typed until the core has confirmed it, across reloads, in the order of typing. */
export function createOutbox({ storage, send, newId, now, pause }: OutboxDeps) {
  const listeners = new Set<() => void>();
  let entries = readEntries(storage.getItem(key));
  let online = false;
  let flushing: Promise<void> | null = null;

  function replace(next: readonly OutboxEntry[]) {
    entries = next;
    storage.setItem(key, JSON.stringify(entries));
    for (const listener of listeners) listener();
  }

  const drop = (id: string) => replace(entries.filter((entry) => entry.external_id !== id));
  const mark = (id: string, failed: FailureCode | null) =>
    replace(entries.map((entry) => (entry.external_id === id ? { ...entry, failed } : entry)));

  async function deliver() {
    let attempts = 0;
    for (let entry = firstWaiting(entries); online && entry; entry = firstWaiting(entries)) {
      const id = entry.external_id;
      try {
        await send(entry);
        drop(id);
        attempts = 0;
      } catch (error) {
        const code = failureCode(error);
        if (!isPassing(code)) mark(id, code);
        else if (online) await pause(backoffMs(attempts++));
      }
    }
  }

  async function flush(): Promise<void> {
    if (!online) return;
    while (flushing) await flushing;
    if (!firstWaiting(entries)) return;
    flushing = deliver();
    await flushing;
    flushing = null;
  }

  return {
    entries: () => entries,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isFull: () => entries.length >= outboxLimit,
    /** Keeps it first, then tries to send. Returns false when the box is full and nothing was kept. */
    add(content: string): boolean {
      if (entries.length >= outboxLimit) return false;
      replace([...entries, { external_id: newId(), content, typed_at: now(), failed: null }]);
      void flush();
      return true;
    },
    retry(id: string) {
      mark(id, null);
      void flush();
    },
    discard: drop,
    setOnline(value: boolean) {
      online = value;
      if (value) void flush();
    },
    flush,
  };
}

const firstWaiting = (entries: readonly OutboxEntry[]) => entries.find((entry) => entry.failed === null);

/** What another version of the page left behind may have another shape: entries that do not fit are left out. */
function readEntries(stored: string | null): readonly OutboxEntry[] {
  if (!stored) return [];
  try {
    const parsed: unknown = JSON.parse(stored);
    return Array.isArray(parsed) ? parsed.filter(isEntry).slice(0, outboxLimit) : [];
  } catch {
    console.warn('clawdbot.outbox held something that is not JSON; it was set aside');
    return [];
  }
}

function isEntry(value: unknown): value is OutboxEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Partial<Record<keyof OutboxEntry, unknown>>;
  return (
    typeof entry.external_id === 'string' && typeof entry.content === 'string' && typeof entry.typed_at === 'number'
  );
}
