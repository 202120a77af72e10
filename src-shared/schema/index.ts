export * from './access.ts';
export * from './common.ts';
export * from './extraction.ts';
export * from './mapping.ts';
export * from './memory.ts';
export * from './message.ts';
export * from './status.ts';
export * from './task.ts';
