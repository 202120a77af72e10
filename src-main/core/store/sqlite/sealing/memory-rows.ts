import type { Memory } from '../../../../../src-shared/schema/memory.ts';
import { isoTime } from '../../../foundation/clock.ts';
import { marks, textsOf } from './memory-cells.ts';
import type { Sealing } from './sealing.ts';

export const memoryColumns =
  'seq, id, external_id, kind, content, created_at, sender_id, conversation_id, platform, subject, message_id, metadata, sensitive';

export interface StoredRow extends Omit<Memory, 'created_at' | 'metadata' | 'sensitive' | 'locked'> {
  seq: number;
  created_at: number;
  metadata: string;
  sensitive: number;
}

/** The memory that a row holds, opened where that can be. */
export function memoryOfRow(row: StoredRow, sealing: Sealing): Memory {
  return {
    id: row.id,
    external_id: row.external_id,
    kind: row.kind,
    created_at: isoTime(row.created_at),
    sender_id: row.sender_id,
    conversation_id: row.conversation_id,
    platform: row.platform,
    subject: row.subject,
    message_id: row.message_id,
    sensitive: row.sensitive !== marks.open,
    ...textsOf(sealing, row.id, row),
  };
}
