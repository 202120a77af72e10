export { createMemories, type Memories, type MemoriesDeps } from './memories.ts';
export { createRecall, type Recall, type RecallDeps, type RecallOptions } from './recall.ts';
export { type ReadTimes } from './time.ts';
