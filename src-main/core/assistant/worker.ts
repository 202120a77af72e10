import { parentPort, workerData } from 'node:worker_threads';
import type { MindWorkerData } from './protocol.ts';
import { runMind } from './thread.ts';

if (!parentPort) throw new Error('the mind worker runs in a worker thread');
// No embedder comes with the product yet; without one, memories are found by their words and times.
runMind(parentPort, workerData as MindWorkerData, []);
