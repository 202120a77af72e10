import type { TaskPriority, TaskStatus } from '../../../src-shared/schema/task.ts';

/** In the order of the board, written here so that the page does not load the schemas for five words. */
export const statuses: readonly TaskStatus[] = ['suggested', 'todo', 'doing', 'waiting', 'done'];
export const priorities: readonly TaskPriority[] = ['low', 'normal', 'high'];
