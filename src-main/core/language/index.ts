export {
  analyseQuery,
  foldText,
  holdsPassage,
  type IndexText,
  indexText,
  type QueryPart,
  type QueryTerm,
  type QueryText,
} from './segment.ts';
export { instantOf, wallClock } from './time/zone.ts';
