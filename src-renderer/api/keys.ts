import type { TaskStatus } from '../../src-shared/schema/task.ts';

/** Every key of the query cache, in one place, so that an event knows what it makes stale. */
export const keys = {
  me: ['me'] as const,
  /** Who has access; everything below it changes when a device comes, goes or is renamed. */
  access: ['access'] as const,
  devices: ['access', 'devices'] as const,
  pairingCode: (id: string) => ['access', 'code', id] as const,
  reach: ['reach'] as const,
  desktop: ['desktop'] as const,
  status: ['status'] as const,
  deadLetters: ['dead-letters'] as const,
  conversations: ['conversations'] as const,
  messages: (conversation: string) => ['messages', conversation] as const,
  summaries: (conversation: string) => ['summaries', conversation] as const,
  message: (id: string) => ['message', id] as const,
  board: ['board', 'main'] as const,
  column: (status: TaskStatus) => ['board', 'column', status] as const,
  allTasks: ['task'] as const,
  task: (id: string) => ['task', id] as const,
  memories: (look: object) => ['memories', 'list', look] as const,
  memoryLists: ['memories', 'list'] as const,
  memorySearches: ['memories', 'search'] as const,
  memorySearch: (query: object) => ['memories', 'search', query] as const,
  memoryStatistics: ['memories', 'statistics'] as const,
  facts: (superseded: boolean) => ['memories', 'facts', superseded] as const,
  /** Everything about one; the rest begins with it. */
  memory: (id: string) => ['memory', id] as const,
  memoryDetail: (id: string) => ['memory', id, 'detail'] as const,
  memoryUses: (id: string) => ['memory', id, 'uses'] as const,
  memoryKey: ['memory-key'] as const,
  imports: ['imports'] as const,
  erasures: ['erasures'] as const,
  erasurePreview: (request: object) => ['erasures', 'preview', request] as const,
};
