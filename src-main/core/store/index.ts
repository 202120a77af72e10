export { type Settlement } from './sqlite/after-restore.ts';
export { type Looked, lookAtDatabase, settleDatabase, snapshotDatabase } from './sqlite/backup-jobs.ts';
export { openStore, type Store, type StoreOptions } from './sqlite/client.ts';
export { copiesFolder, stampOf } from './sqlite/copies.ts';
export { type FolderLock, lockDataFolder, runningOn } from './sqlite/folder-lock.ts';
export { readHealth } from './sqlite/health.ts';
export {
  type ImportHead,
  type ImportOutcome,
  type IncomingMemory,
  type IncomingRecord,
  type IncomingTask,
} from './sqlite/imports.ts';
export { createKeeper, type KeptHealth } from './sqlite/keeper.ts';
export { type KeptMemory, type MemoryRow } from './sqlite/memories.ts';
export { acceptRow, conversationKey, type MessageRow, type NewMessage } from './sqlite/messages.ts';
export { type Durability } from './sqlite/open.ts';
export { type OpArgs, type OpName, type OpResult } from './sqlite/ops.ts';
export { type OutboxItem } from './sqlite/outbox.ts';
export { openReader, type Reader } from './sqlite/reader.ts';
export { totalOf } from './sqlite/salvage-report.ts';
export { type KeptTask, type NewTask, type TaskPatch } from './sqlite/tasks.ts';
export { type Totals } from './sqlite/totals.ts';
export { type Effects, type Finished, type Lease } from './sqlite/work.ts';
