import { Worker } from 'node:worker_threads';
import { AppError } from '../foundation/app-error.ts';
import type { Logger } from '../foundation/logger.ts';
import { workerFile } from '../foundation/worker-file.ts';
import type { MindCalls, MindReply, MindRequest, MindWorkerData } from './protocol.ts';

/** The mind's thread as its users see it. Restarted when it dies or no longer answers. */
export interface Mind {
  /** @throws AppError REQUEST_TIMEOUT when no answer comes in time, SHUTTING_DOWN, QUEUE_FULL when too much waits. */
  ask<K extends keyof MindCalls>(call: K, args: MindCalls[K]['args']): Promise<MindCalls[K]['result']>;
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
const resourceLimits = { maxYoungGenerationSizeMb: 16 };

export function createMind({ data, logger }: { data: MindWorkerData; logger: Logger }): Mind {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let closing = false;
  let worker = start();

  function start(): Worker {
    const started = new Worker(workerFile(import.meta.url, './worker.ts', './mind-worker.js'), {
      workerData: data,
      resourceLimits,
    });
    started.on('message', take);
    started.on('error', (error) => logger.error('mind.died', { error }));
    started.on('exit', () => {
      if (closing || started !== worker) return;
      failAll(new AppError('INTERNAL', 'the thread that reads messages stopped and was started anew'));
      worker = start();
    });
    return started;
  }

  function take(reply: MindReply): void {
    if (reply.type === 'ready') return;
    const asked = waiting.get(reply.id);
    if (!asked) return;
    waiting.delete(reply.id);
    clearTimeout(asked.timer);
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
    const stuck = worker;
    failAll(new AppError('REQUEST_TIMEOUT', `reading a message took longer than ${answerTimeoutMs / 1000} s`));
    worker = start();
    void stuck.terminate();
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
        worker.postMessage(request);
      });
    },
    async close() {
      closing = true;
      failAll(new AppError('SHUTTING_DOWN', 'the product is stopping', { retry_after_s: 5 }));
      await worker.terminate();
    },
  };
}
