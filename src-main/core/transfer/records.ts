import type { MemoryRecord, TaskRecord } from '../../../src-shared/schema/transfer.ts';
import { isoTime } from '../foundation/clock.ts';
import type { KeptMemory, KeptTask } from '../store/index.ts';

/** The one place where a memory of the store becomes what leaves it: in the open, so a locked one does not; null for it. */
export function recordOfMemory({ seq: _seq, used: _used, locked, ...memory }: KeptMemory): MemoryRecord | null {
  if (locked !== undefined) return null;
  return { type: 'memory', ...memory };
}

export function recordOfTask({ seq: _seq, removed_at, ...task }: KeptTask): TaskRecord {
  return { type: 'task', ...task, removed_at: removed_at === null ? null : isoTime(removed_at) };
}
