export { ArchiveRefused } from './archive-refused.ts';
export { createEntryNames } from './entry-names.ts';
export { type ArchiveLimits, openZip, readZip } from './read-zip.ts';
export { writeZip } from './write-zip.ts';
