export {
  analyseQuery,
  asOneTerm,
  foldText,
  holdsPassage,
  type IndexText,
  indexText,
  type QueryPart,
  type QueryTerm,
  type QueryText,
} from './segment.ts';
export {
  foldUnits,
  instantOf,
  PAST,
  type ReadOptions,
  readTimes,
  wallClock,
} from './time/index.ts';
