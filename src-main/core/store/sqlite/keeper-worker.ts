import { parentPort, workerData } from 'node:worker_threads';
import { isAppError } from '../../foundation/app-error.ts';
import { describeFindings, writeRecord } from './check-record.ts';
import { makeCopy } from './copies.ts';
import type { KeeperJob, KeeperOutcome } from './keeper.ts';
import { sqliteCode } from './open.ts';

/** Makes one copy of the database, looks it through, says what it found, and ends. */
const port = parentPort;
if (!port) throw new Error('the keeper runs in a worker thread');
const { file, folder, reason, now, version } = workerData as KeeperJob;

/** Rests after each step, so that a whole file of work is felt by nobody. */
const rest = new Int32Array(new SharedArrayBuffer(4));
const pause = () => void Atomics.wait(rest, 0, 0, 2);

const tell = (outcome: KeeperOutcome) => port.postMessage(outcome);

try {
  const { findings, copy } = await makeCopy({ file, folder, reason, now, pause });
  const check = describeFindings(findings, now, version);
  writeRecord(folder, check);
  tell({ type: 'done', check, copy, index: findings.index });
} catch (error) {
  const code = isAppError(error) ? error.code : sqliteCode(error) || ((error as NodeJS.ErrnoException).code ?? '');
  tell({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
}
