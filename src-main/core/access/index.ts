export { type Access, createAccess } from './access.ts';
export { describeReach, type Listening } from './reach.ts';
