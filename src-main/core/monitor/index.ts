export { createProcessFigures, type ProcessFigures } from './process-figures.ts';
export { createRecentErrors, type RecentErrors } from './recent-errors.ts';
