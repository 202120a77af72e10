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

export type CallResult = { ok: unknown } | { error: CallError };

/** An error as it crosses the thread: `code` is one of ours, or '' for a fault of the program. */
export interface CallError {
  code: string;
  message: string;
  data: Readonly<Record<string, unknown>>;
  stack?: string;
}

export type ToStore = { type: 'batch'; calls: Call[] } | { type: 'close' };

export type FromStore =
  | {
      type: 'open';
      settings: { synchronous: number; journal_mode: string; foreign_keys: number };
      waiting: number;
      checked: boolean;
    }
  | { type: 'failed'; error: CallError }
  /** `waiting`: messages that still have to be worked, after this batch. */
  | { type: 'done'; results: CallResult[]; waiting: number }
  | { type: 'closed' };
