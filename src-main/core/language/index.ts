export { irregularForms } from './irregular.ts';
export { findSecrets, mask, maskAll, type SecretKind, type SecretSpan } from './secrets/index.ts';
export {
  analyseQuery,
  asOneTerm,
  foldText,
  holdsPassage,
  type IndexText,
  indexText,
  indexTokens,
  type QueryPart,
  type QueryTerm,
  type QueryText,
} from './segment.ts';
export { type Sentence, sentencesOf } from './sentences.ts';
export {
  foldUnits,
  instantOf,
  PAST,
  type ReadOptions,
  readTimes,
  wallClock,
} from './time/index.ts';
export { isGram, type Token } from './tokens.ts';
