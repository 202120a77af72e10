import type { Durability } from './open.ts';

/** What the store's thread is started with. */
export interface StoreWorkerData {
  file: string;
  durability: Durability;
}

export interface Call {
  op: string;
  args: unknown;
}

/** `ok` is null where an operation answers nothing. */
export type CallResult = { ok: unknown } | { error: CallError };

/** An error as it crosses the thread: `code` is one of ours, or '' for a fault of the program. */
export interface CallError {
  code: string;
  message: string;
  data: Readonly<Record<string, unknown>>;
  stack?: string;
}

/**
 * Calls and results cross as JSON text: for many small objects that was measured at a third of the cost of a structured
 * clone, and nothing in them is more than JSON.
 */
export type ToStore = { type: 'batch'; calls: string } | { type: 'close' };

export type FromStore =
  | {
      type: 'open';
      settings: { synchronous: number; journal_mode: string; foreign_keys: number };
      waiting: number;
      checked: boolean;
    }
  | { type: 'failed'; error: CallError }
  /** `waiting`: messages that still have to be worked, after this batch. */
  | { type: 'done'; results: string; waiting: number }
  | { type: 'closed' };
