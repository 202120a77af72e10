import type Database from 'better-sqlite3';
import { eraseOps } from './erasing/erase-steps.ts';
import { erasureOps } from './erasing/erasures.ts';
import { factOps } from './facts.ts';
import { importOps } from './imports.ts';
import { memoryOps } from './memories.ts';
import { memoryIndexOps } from './memory-index.ts';
import { memoryVectorOps } from './memory-vectors.ts';
import { messageOps, messageStatements } from './messages.ts';
import type { Op } from './op.ts';
import { outboxOps } from './outbox.ts';
import { pairingCodeOps } from './pairing-codes.ts';
import { createCoveredMessages } from './sealing/covered-messages.ts';
import { memoryKeyOps } from './sealing/memory-keys.ts';
import { createSealing, openDeps, type SealDeps } from './sealing/sealing.ts';
import { tendOps } from './sealing/tend.ts';
import { taskOps, taskStatements } from './tasks.ts';
import { tokenOps } from './tokens.ts';
import { totalOps } from './totals.ts';
import { type Queue, workOps } from './work.ts';

/** Every operation of the store by name. */
export function createOps(db: Database.Database, queue: Queue, seals: SealDeps = openDeps()) {
  const sealing = createSealing(db, seals);
  const covered = createCoveredMessages(db, sealing);
  const messages = messageStatements(db, queue, covered);
  const tasks = taskStatements(db);
  const memories = memoryOps(db, sealing, covered);
  const tokens = tokenOps(db);
  return {
    ...messageOps(db, messages, queue),
    ...taskOps(db, tasks),
    ...memories,
    ...memoryIndexOps(db),
    ...factOps(db),
    ...erasureOps(db),
    ...eraseOps(db, queue),
    ...memoryKeyOps(db, seals),
    ...tendOps(db, sealing, covered),
    ...memoryVectorOps(db),
    ...tokens,
    ...pairingCodeOps(db, { insertToken: tokens['tokens.insert'] }),
    ...outboxOps(db, messages),
    ...totalOps(db),
    ...importOps(db, {
      insertMemories: (rows) => memories['memories.insert'].run({ rows }),
      markMemory: (id, patch) => memories['memories.update'].run({ id, patch }),
      forgetMemory: (id, now) => memories['memories.forget'].run({ id, now }),
      restoreMemory: (id) => memories['memories.restore'].run({ id }),
      endOfColumn: tasks.endOf,
    }),
    ...workOps(db, {
      queue,
      messages,
      tasks,
      memories: {
        insert: (rows) => memories['memories.insert'].run({ rows }),
        forget: (id, now) => memories['memories.forget'].run({ id, now }),
      },
    }),
  };
}

export type StoreOps = ReturnType<typeof createOps>;
export type OpName = keyof StoreOps;
export type OpArgs<K extends OpName> = StoreOps[K] extends Op<infer A, unknown> ? A : never;
export type OpResult<K extends OpName> = StoreOps[K] extends Op<never, infer R> ? R : never;
