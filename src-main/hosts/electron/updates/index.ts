export { askFeed } from './update-session.ts';
export { readUpdateSource } from './update-source.ts';
export { createUpdates, type UpdateSource, type Updates } from './updates.ts';
