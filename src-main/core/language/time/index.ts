export { PAST } from './policy.ts';
export { MAX_TIME_TEXT, type ReadOptions, readTimes } from './read-times.ts';
export { foldUnits } from './tokens.ts';
export { instantOf, wallClock } from './zone.ts';
