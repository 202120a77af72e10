import type { Durability } from './open.ts';

/** What the store's thread is started with. */
export interface StoreWorkerData {
  file: string;
  durability: Durability;
}

export type Call = readonly [op: string, args: unknown];

/** What one call came to. `ok` is null where an operation answers nothing. */
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
  /**
   * One value for each call, and beside them the calls that failed, by their place in the batch. Plain values in one
   * list cross the thread at half the cost of an object for each. `waiting`: messages still to be worked, after this.
   */
  | { type: 'done'; values: unknown[]; errors: [place: number, error: CallError][]; waiting: number }
  | { type: 'closed' };
