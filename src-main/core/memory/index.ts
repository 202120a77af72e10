export { maskOfQuery } from './mask.ts';
export { createMemories, type Memories, type MemoriesDeps } from './memories.ts';
export { createRecall, type Recall, type RecallDeps, type Recalled, type RecallOptions } from './recall.ts';
export { isPartOfName, isSayingWord, type Saying } from './saying.ts';
export { followTerms } from './terms/follow.ts';
export { type ReadTimes } from './time.ts';
export { type Embedder } from './vectors/embedder.ts';
export { createSemantics, type Semantics, type SemanticsDeps, type VectorWish } from './vectors/semantics.ts';
