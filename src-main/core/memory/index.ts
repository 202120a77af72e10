export { factsState, nextLesson } from './facts/learn.ts';
export { createKeyring, type Keyring } from './keyring.ts';
export { createKnownFacts, type KnownFacts } from './known-facts.ts';
export { createMemories, type Memories, type MemoriesDeps } from './memories.ts';
export { createRecall, type Recall, type RecallDeps, type Recalled, type RecallOptions } from './recall.ts';
export { isPartOfName, isSayingWord, type Saying } from './saying.ts';
export { withSealed } from './sealed-hits.ts';
export { followTerms } from './terms/follow.ts';
export { type ReadTimes } from './time.ts';
