export { type ClockWatch, createClockWatch, foundClockFile, readFoundClock } from './clock-watch.ts';
export { databaseStatus, troubleNotice, troubleOf } from './database-status.ts';
export { createDeskNotices } from './desk-notices.ts';
export { type DiagnosticsBundle, type Facts, packDiagnostics } from './diagnostics.ts';
export { createProcessFigures, type ProcessFigures } from './process-figures.ts';
export { createRecentErrors, type RecentErrors } from './recent-errors.ts';
export { createRecentLines, type RecentLines } from './recent-lines.ts';
export { storeFigures } from './store-figures.ts';
