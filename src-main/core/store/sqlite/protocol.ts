import type { Plan } from '../server/settle.ts';
import type { Durability } from './open.ts';
import type { SalvageReport } from './salvage-schema.ts';
import type { SensitiveRules } from './sealing/sensitivity.ts';

/** What the store's thread is started with. */
export interface StoreWorkerData {
  file: string;
  durability: Durability;
  /** The folder of the copies. */
  copies: string;
  repair: boolean;
  now: number;
  /** What makes a memory sensitive beside a person who says so. */
  sensitive: SensitiveRules;
  /** The database server that keeps what is here; null: this file is all there is. */
  server: string | null;
}

/** What became of the file and its server at the start. */
export interface ServerOpened {
  /** Without user and password. */
  name: string;
  plan: Plan;
  /** Rows that came from there, and those that somebody had changed there by other means. */
  fetched: number;
  altered: number;
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
      salvage: SalvageReport | null;
      hasSealed: boolean;
      server: ServerOpened | null;
    }
  /** The database could not be opened. */
  | { type: 'failed'; error: CallError }
  /** Writes are refused for now, and will be tried again. */
  | { type: 'trouble'; error: CallError }
  /** Writes are taken again. `error` is the fault after which the file was opened anew. */
  | { type: 'recovered'; error: CallError | null }
  /**
   * One value for each call, and beside them the calls that failed, by their place in the batch. Plain values in one
   * list cross the thread at half the cost of an object for each. `waiting`: messages still to be worked, after this;
   * `hasSealed`: whether there are sealed memories.
   */
  | {
      type: 'done';
      values: unknown[];
      errors: [place: number, error: CallError][];
      waiting: number;
      hasSealed: boolean;
    }
  | { type: 'closed' };
