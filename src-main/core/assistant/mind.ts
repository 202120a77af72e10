import { Worker } from 'node:worker_threads';
import { AppError } from '../foundation/app-error.ts';
import type { Logger } from '../foundation/logger.ts';
import { workerFile } from '../foundation/worker-file.ts';
import type { Store } from '../store/index.ts';
import type { MindCalls, MindReply, MindRequest, MindWish, MindWorkerData } from './protocol.ts';

/**
 * The mind's thread as its users see it. It is there while it is asked: the first question starts it, a long rest ends
 * it, and when it dies or no longer answers the next question has a fresh one.
 */
export interface Mind {
  /** @throws AppError REQUEST_TIMEOUT when no answer comes in time, SHUTTING_DOWN, QUEUE_FULL when too much waits. */
  ask<K extends keyof MindCalls>(call: K, args: MindCalls[K]['args']): Promise<MindCalls[K]['result']>;
  /** Starts the thread and lets it rest no more: where there is much to search, what it knows by heart is worth its room. */
  stayAwake(): void;
  close(): Promise<void>;
}

interface Waiting {
  request: MindRequest;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** The slowest honest call is a search over a very large memory, some hundred milliseconds. */
const answerTimeoutMs = 20_000;
const maxWaiting = 1000;
/** An idle product holds 14 MB less without this thread, and starting it takes a tenth of a second. */
const defaultRestMs = 10 * 60_000;
/** With half of it one search in fifty among 100,000 memories took twice as long, because it was interrupted by a collection. */
const resourceLimits = { maxYoungGenerationSizeMb: 32 };

/** What the thread asks for, as an operation of the store. A part that is out of date is made again by the thread. */
export function grantWish(store: Pick<Store, 'call'>, wish: MindWish): Promise<unknown> {
  switch (wish.type) {
    case 'learn':
      return store.call('facts.learn', wish.lesson);
    case 'keep':
      return store.call('memoryIndex.keep', wish.part);
    case 'trim':
      return store.call('memoryIndex.trim', { applied: wish.applied });
    case 'keep_vectors':
      return store.call('memoryVectors.keep', wish.made);
    case 'lose_vectors':
      return store.call('memoryVectors.lose', { seqs: wish.seqs });
    case 'drop_vectors':
      return store.call('memoryVectors.drop', { except: wish.except, limit: droppedAtOnce });
    case 'keep_vector_part':
      return store.call('vectorIndex.keep', wish.part);
    case 'trim_vectors':
      return store.call('vectorIndex.trim', { applied: wish.applied });
    default:
      return wish satisfies never;
  }
}

/** Vectors that nobody uses go so many in a commit. */
const droppedAtOnce = 1_000;

export interface MindDeps {
  data: MindWorkerData;
  logger: Logger;
  /** Writes what the thread, which only reads, asks to have written. */
  onWish(wish: MindWish): void;
  /** How long the thread is kept without a question. */
  restMs?: number;
}

export function createMind({ data, logger, onWish, restMs = defaultRestMs }: MindDeps): Mind {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let closing = false;
  let worker: Worker | null = null;
  let rest: NodeJS.Timeout | undefined;
  let rests = true;

  function start(): Worker {
    const started = new Worker(workerFile(import.meta.url, './worker.ts', './mind-worker.js'), {
      workerData: data,
      resourceLimits,
    });
    started.on('message', take);
    started.on('error', (error) => logger.error('mind.died', { error }));
    started.on('exit', () => {
      if (started !== worker) return;
      worker = null;
      failAll(new AppError('INTERNAL', 'the thread that reads messages stopped; the next question starts a fresh one'));
    });
    return started;
  }

  /** Lets go of the thread; what it may still say is no longer heard. */
  async function end(): Promise<void> {
    clearTimeout(rest);
    const ended = worker;
    worker = null;
    await ended?.terminate();
  }

  function goToRest(): void {
    clearTimeout(rest);
    if (rests) rest = setTimeout(() => void end(), restMs).unref();
  }

  function take(reply: MindReply): void {
    if (reply.type === 'index_failed') {
      const { name, message, stack } = reply;
      return logger.error('mind.index_failed', { error: Object.assign(new Error(message), { name, stack }) });
    }
    if (reply.type !== 'result' && reply.type !== 'error') return onWish(reply);
    const asked = waiting.get(reply.id);
    if (!asked) return;
    waiting.delete(reply.id);
    clearTimeout(asked.timer);
    if (waiting.size === 0) goToRest();
    if (reply.type === 'result') asked.resolve(reply.ok);
    else asked.reject(Object.assign(new Error(reply.message), { name: reply.name, stack: reply.stack }));
  }

  function failAll(error: Error): void {
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    waiting.clear();
  }

  /** A call that does not end holds up all others, so its thread goes and a fresh one takes over. */
  function timeOut(): void {
    logger.error('mind.timed_out', { waiting: waiting.size });
    void end();
    failAll(new AppError('REQUEST_TIMEOUT', `reading a message took longer than ${answerTimeoutMs / 1000} s`));
  }

  return {
    ask<K extends keyof MindCalls>(call: K, args: MindCalls[K]['args']): Promise<MindCalls[K]['result']> {
      if (closing)
        return Promise.reject(new AppError('SHUTTING_DOWN', 'the product is stopping', { retry_after_s: 5 }));
      if (waiting.size >= maxWaiting)
        return Promise.reject(
          new AppError('QUEUE_FULL', 'too many searches wait; try again in a moment', { retry_after_s: 1 }),
        );
      return new Promise((resolve, reject) => {
        const id = nextId++;
        const request = { id, call, args } as MindRequest;
        const timer = setTimeout(timeOut, answerTimeoutMs);
        waiting.set(id, { request, resolve: resolve as (value: unknown) => void, reject, timer });
        clearTimeout(rest);
        worker ??= start();
        worker.postMessage(request);
      });
    },
    stayAwake() {
      if (closing) return;
      rests = false;
      clearTimeout(rest);
      worker ??= start();
    },
    async close() {
      closing = true;
      failAll(new AppError('SHUTTING_DOWN', 'the product is stopping', { retry_after_s: 5 }));
      await end();
    },
  };
}
