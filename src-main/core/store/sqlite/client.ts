import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../../../src-shared/error-codes.ts';
import { AppError } from '../../foundation/app-error.ts';
import { workerFile } from '../../foundation/worker-file.ts';
import type { Durability } from './open.ts';
import type { OpArgs, OpName, OpResult } from './ops.ts';
import type { Call, CallError, FromStore, ServerOpened, StoreWorkerData, ToStore } from './protocol.ts';
import type { SalvageReport } from './salvage-schema.ts';
import { noRules, type SensitiveRules } from './sealing/sensitivity.ts';

export interface StoreOptions {
  /** The database file; its folder must exist. */
  file: string;
  durability: Durability;
  /** Where copies of the database lie; beside it, unless said otherwise. The folder is made when the first copy is. */
  copies?: string;
  /** Salvages a damaged database (default). False for whoever only looks: it is then refused. */
  repair?: boolean;
  /** Milliseconds since the epoch, for the names of what this start makes. */
  now?: number;
  /** What makes a memory sensitive, beside a person who says so; nothing, unless said otherwise. */
  sensitive?: SensitiveRules;
  /** The address of the database server that keeps what is here, with its password; null: the file is all there is. */
  server?: string | null;
  /** Called when writes begin to be refused; they are taken again after `onRecovery`, or never where the thread is gone. */
  onFailure(error: Error): void;
  /** Called when writes are taken again; `fault` is that of the disk after which the file was opened anew. */
  onRecovery?(fault: Error | null): void;
}

/** The product's data. Each call is one step that is kept whole or not at all, and resolves only after it is durable. */
export interface Store {
  /**
   * @throws AppError STORE_FULL, STORE_UNAVAILABLE, DATABASE_CORRUPT; STORE_UNAVAILABLE also for calls cut off by `close`.
   */
  call<K extends OpName>(op: K, args: OpArgs<K>): Promise<OpResult<K>>;
  /** Messages that wait to be worked, as of the last commit. */
  readonly waiting: number;
  /** Whether there are sealed memories, as of the last commit. */
  readonly hasSealed: boolean;
  /** Why writes are refused at present. */
  readonly trouble: Error | null;
  /** What SQLite answered at open, and whether the file was looked through for damage. */
  readonly opened: {
    synchronous: number;
    journal_mode: string;
    foreign_keys: number;
    checked: boolean;
    /** What was saved of a database that was damaged. */
    salvage: SalvageReport | null;
    /** The database server, and what was agreed on with it. */
    server: ServerOpened | null;
  };
  close(): Promise<void>;
}

interface Pending {
  call: Call;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One commit takes at most this many calls, so a long queue is answered in steps. */
const maxBatch = 512;
/** Small heaps: the store's thread keeps nothing but statements and one batch. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** Starts the store's thread and opens (or creates) the database. @throws AppError naming what is wrong with the file. */
export async function openStore({
  file,
  durability,
  copies = join(dirname(file), 'backups'),
  repair = true,
  now = Date.now(),
  sensitive = noRules,
  server = null,
  onFailure,
  onRecovery,
}: StoreOptions): Promise<Store> {
  const workerData: StoreWorkerData = { file, durability, copies, repair, now, sensitive, server };
  const worker = new Worker(workerFile(import.meta.url, './worker.ts', './store-worker.js'), {
    workerData,
    resourceLimits,
  });
  const opened = await firstAnswer(worker);

  let queue: Pending[] = [];
  let inFlight: Pending[] = [];
  let armed = false;
  let { waiting, hasSealed } = opened;
  let trouble: Error | null = null;
  let ended: Error | null = null;
  let tellClosed = () => {};

  /** One batch is under way at a time; what arrives meanwhile shares the next commit. */
  function send(): void {
    armed = false;
    if (inFlight.length > 0 || queue.length === 0) return;
    inFlight = queue.length <= maxBatch ? queue : queue.slice(0, maxBatch);
    queue = queue.length <= maxBatch ? [] : queue.slice(maxBatch);
    post({ type: 'batch', calls: inFlight.map(({ call }) => call) });
  }

  function arm(): void {
    if (armed || inFlight.length > 0) return;
    armed = true;
    setImmediate(send);
  }

  function settle({ values, errors }: Extract<FromStore, { type: 'done' }>): void {
    const batch = inFlight;
    inFlight = [];
    if (queue.length > 0) arm();
    for (const [place, error] of errors) batch[place]?.reject(revive(error));
    // Settling a call that has failed already changes nothing.
    batch.forEach(({ resolve }, place) => resolve(values[place]));
  }

  function end(error: Error): void {
    if (ended) return;
    ended = error;
    for (const { reject } of [...inFlight, ...queue]) reject(error);
    inFlight = [];
    queue = [];
  }

  const post = (message: ToStore) => worker.postMessage(message);

  worker.on('message', (message: FromStore) => {
    if (message.type === 'done') {
      ({ waiting, hasSealed } = message);
      settle(message);
    } else if (message.type === 'trouble') {
      trouble = revive(message.error);
      onFailure(trouble);
    } else if (message.type === 'recovered') {
      trouble = null;
      onRecovery?.(message.error && revive(message.error));
    } else if (message.type === 'closed') {
      tellClosed();
    }
  });
  worker.on('error', (cause) => {
    const error = new AppError(
      'STORE_UNAVAILABLE',
      'The store stopped unexpectedly; restart the product. Nothing that was accepted is lost',
      {},
      { cause },
    );
    end(error);
    trouble = error;
    onFailure(error);
  });
  worker.on('exit', () => {
    end(closedError());
    tellClosed();
  });

  return {
    call<K extends OpName>(op: K, args: OpArgs<K>): Promise<OpResult<K>> {
      if (ended) return Promise.reject(ended);
      return new Promise<OpResult<K>>((resolve, reject) => {
        queue.push({ call: [op, args], resolve: resolve as (value: unknown) => void, reject });
        arm();
      });
    },
    get waiting() {
      return waiting;
    },
    get hasSealed() {
      return hasSealed;
    },
    get trouble() {
      return trouble;
    },
    opened: {
      synchronous: opened.settings.synchronous,
      journal_mode: opened.settings.journal_mode,
      foreign_keys: opened.settings.foreign_keys,
      checked: opened.checked,
      salvage: opened.salvage,
      server: opened.server,
    },
    async close() {
      if (ended) return;
      while (inFlight.length > 0 || queue.length > 0) await new Promise((resolve) => setImmediate(resolve));
      const closed = new Promise<void>((resolve) => (tellClosed = resolve));
      end(closedError());
      post({ type: 'close' });
      await closed;
      await worker.terminate();
    },
  };
}

const closedError = () => new AppError('STORE_UNAVAILABLE', 'The store is closed because the product is stopping');

function firstAnswer(worker: Worker): Promise<Extract<FromStore, { type: 'open' }>> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromStore) => {
      worker.off('error', reject);
      if (message.type === 'open') resolve(message);
      else if (message.type === 'failed') void worker.terminate().then(() => reject(revive(message.error)));
      else reject(new Error(`the store's thread began with ${message.type}`));
    });
  });
}

function revive({ code, message, data, stack }: CallError): Error {
  if (code !== '') return new AppError(code as ErrorCode, message, data);
  return new Error(message, { cause: stack });
}
