export { parseAddress } from './server/address.ts';
export { compareWithServer, lookAtServer, type MoveReport, moveToServer } from './server/later.ts';
export { type Settlement } from './sqlite/after-restore.ts';
export { type Looked, lookAtDatabase, settleDatabase, snapshotDatabase } from './sqlite/backup-jobs.ts';
export { openStore, type Store, type StoreOptions } from './sqlite/client.ts';
export { copiesFolder, listCopies, stampOf } from './sqlite/copies.ts';
export { type ErasePlace, eraseFromFront, type WhomToErase } from './sqlite/erasing/erase-steps.ts';
export { type ErasedCounts, nothingErased, sumOfErased } from './sqlite/erasing/erase-texts.ts';
export { digestOfPerson, type ErasedMark, type Erasure } from './sqlite/erasing/erasures.ts';
export { ends, type FactsState, type LearnedFact, type Lesson } from './sqlite/facts.ts';
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
export {
  filterConditions,
  listMemories,
  type MemoryListQuery,
  type MemoryPage,
  parseListCursor,
} from './sqlite/memory-list.ts';
export { type MadeVectors, textMark, type VectorIndexPart } from './sqlite/memory-vectors.ts';
export { acceptRow, conversationKey, type MessageRow, type NewMessage } from './sqlite/messages.ts';
export { type Durability } from './sqlite/open.ts';
export { type OpArgs, type OpName, type OpResult } from './sqlite/ops.ts';
export { type OutboxItem } from './sqlite/outbox.ts';
export { openReader, type Reader } from './sqlite/reader.ts';
export { damagedFolder } from './sqlite/salvage.ts';
export { totalOf } from './sqlite/salvage-report.ts';
export { type FoundRoot, type KeyVersion, type UnlockedKey } from './sqlite/sealing/memory-keys.ts';
export { type SensitiveRules } from './sqlite/sealing/sensitivity.ts';
export { type TendPlace } from './sqlite/sealing/tend.ts';
export { type KeptTask, type NewTask, type TaskPatch } from './sqlite/tasks.ts';
export { type Totals } from './sqlite/totals.ts';
export { type Effects, type Finished, type Lease } from './sqlite/work.ts';
