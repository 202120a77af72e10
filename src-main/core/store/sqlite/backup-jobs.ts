import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../../../src-shared/error-codes.ts';
import { AppError } from '../../foundation/app-error.ts';
import { workerFile } from '../../foundation/worker-file.ts';
import type { Settlement } from './after-restore.ts';

/** What a backup needs of a database, each a look at the whole of it and so in a thread of its own. */
export type BackupJob =
  | { type: 'snapshot'; file: string; to: string }
  | { type: 'look'; file: string }
  | { type: 'settle'; file: string; now: number };

/** What a look through everything came to. */
export interface Looked {
  /** Null where all is well. */
  damage: string | null;
  bytes: number;
  messages: number;
  memories: number;
}

export type BackupJobOutcome =
  | { type: 'looked'; looked: Looked }
  | { type: 'settled'; settlement: Settlement }
  | { type: 'failed'; code: string; reason: string; message: string };

/** Copies a database, which may be in use, as of one moment, and looks the copy through. @throws AppError STORE_FULL */
export const snapshotDatabase = (file: string, to: string, signal: AbortSignal): Promise<Looked> =>
  looked({ type: 'snapshot', file, to }, signal);

/** Looks a database through that nobody uses. @throws AppError DATABASE_NEWER */
export const lookAtDatabase = (file: string, signal: AbortSignal): Promise<Looked> =>
  looked({ type: 'look', file }, signal);

/** Brings a database of an earlier day up to date and makes it harmless. @throws AppError DATABASE_NEWER, STORE_FULL */
export async function settleDatabase(file: string, now: number, signal: AbortSignal): Promise<Settlement> {
  const outcome = await run({ type: 'settle', file, now }, signal);
  if (outcome.type !== 'settled') throw new Error(`the thread answered with ${outcome.type}`);
  return outcome.settlement;
}

async function looked(job: BackupJob, signal: AbortSignal): Promise<Looked> {
  const outcome = await run(job, signal);
  if (outcome.type !== 'looked') throw new Error(`the thread answered with ${outcome.type}`);
  return outcome.looked;
}

async function run(job: BackupJob, signal: AbortSignal): Promise<BackupJobOutcome> {
  signal.throwIfAborted();
  const thread = new Worker(workerFile(import.meta.url, './backup-worker.ts', './backup-worker.js'), {
    workerData: job,
    env: {},
  });
  const end = () => void thread.terminate();
  signal.addEventListener('abort', end, { once: true });
  try {
    const outcome = await new Promise<BackupJobOutcome | null>((resolve, reject) => {
      let told: BackupJobOutcome | null = null;
      thread.on('message', (message: BackupJobOutcome) => (told = message));
      thread.on('error', reject);
      thread.on('exit', () => resolve(told));
    });
    signal.throwIfAborted();
    if (outcome === null) throw new Error('the thread ended before it was done');
    if (outcome.type === 'failed') throw revive(outcome);
    return outcome;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function revive({ code, reason, message }: Extract<BackupJobOutcome, { type: 'failed' }>): Error {
  if (code !== '') return new AppError(code as ErrorCode, message);
  return Object.assign(new Error(message), reason === '' ? {} : { code: reason });
}
