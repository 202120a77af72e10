// The clock of an open loop: posts the moment of each arrival once it has come, never before. A thread of its own can
// sleep for a fraction of a millisecond, which timers cannot, and costs no core, as spinning would.
import { parentPort, workerData } from 'node:worker_threads';

const { perSecond, seconds } = workerData as { perSecond: number; seconds: number };
const cell = new Int32Array(new SharedArrayBuffer(4));
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const begun = nowMs();
for (let due = begun; ; ) {
  // Poisson: the next arrival knows nothing of the one before.
  due += (-Math.log(1 - Math.random()) / perSecond) * 1000;
  if (due - begun > seconds * 1000) break;
  for (let wait = due - nowMs(); wait > 0; wait = due - nowMs()) Atomics.wait(cell, 0, 0, wait);
  parentPort?.postMessage(due);
}
