export { createMemories, type Memories, type MemoriesDeps } from './memories.ts';
export { createRecall, type Recall, type RecallDeps, type Recalled, type RecallOptions } from './recall.ts';
export { isPartOfName, isSayingWord, type Saying } from './saying.ts';
export { type CountedStep, countMemories } from './statistics.ts';
export { followTerms } from './terms/follow.ts';
export { type ReadTimes } from './time.ts';
