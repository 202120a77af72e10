import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerFile } from '../../../foundation/worker-file.ts';
import type { FaissAnswers, FaissCall, FaissReply } from './protocol.ts';

/** faiss-node is not there, or not built for this system. */
export class FaissUnavailable extends Error {}

interface Asked {
  resolve(answer: never): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** Adding a thousand vectors to HNSW takes a second; more than this is no answer any more. */
const answerTimeoutMs = 30_000;

export type FaissChild = ReturnType<typeof startFaiss>;

/** faiss in a process of its own, which may end at any call without taking anything with it. */
export function startFaiss(file = workerFile(import.meta.url, './process.ts', './faiss-process.js')) {
  const asked = new Map<number, Asked>();
  let nextId = 1;
  let ended: Error | null = null;
  const child: ChildProcess = fork(fileURLToPath(file), {
    serialization: 'advanced',
    // Nothing of ours is its business; one thread, for the others have work.
    env: { OMP_NUM_THREADS: '1' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('message', (reply: FaissReply) => {
    const waiting = asked.get(reply.id);
    if (!waiting) return;
    asked.delete(reply.id);
    clearTimeout(waiting.timer);
    if ('ok' in reply) waiting.resolve(reply.ok as never);
    else waiting.reject(reply.missing ? new FaissUnavailable(reply.error) : new Error(reply.error));
  });
  child.on('error', end);
  child.on('exit', (code, signal) => end(new Error(`the process of faiss ended (${signal ?? code})`)));
  // What waits for an answer keeps the product's process, not the child that may have none to give.
  child.unref();
  child.channel?.unref();

  function end(error: Error): void {
    ended ??= error;
    for (const { reject, timer } of asked.values()) {
      clearTimeout(timer);
      reject(ended);
    }
    asked.clear();
  }

  return {
    pid: child.pid,
    ask<K extends FaissCall['call']>(call: FaissCall & { call: K }): Promise<FaissAnswers[K]> {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const id = nextId++;
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          end(new Error(`faiss gave no answer within ${answerTimeoutMs / 1_000} s`));
        }, answerTimeoutMs);
        asked.set(id, { resolve: resolve as (answer: never) => void, reject, timer });
        child.send({ id, ...call }, (error) => error && end(error));
      });
    },
    close(): Promise<void> {
      end(new Error('the index is closed'));
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      child.ref();
      return new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      });
    },
  };
}
