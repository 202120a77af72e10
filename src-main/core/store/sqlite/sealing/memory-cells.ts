import type { LockReason, Memory } from '../../../../../src-shared/schema/memory.ts';
import type { Sealing } from './sealing.ts';

/** What `memories.sensitive` says: in the open, marked and not sealed yet, or sealed. */
export const marks = { open: 0, marked: 1, sealed: 2 } as const;

/** A condition on `memories`. The first half of it is what their partial index is made by. */
export const isSealed = 'sensitive > 0 AND sensitive = 2';

/** The columns that are sealed, as they stand in the row; `metadata` is JSON also when it is sealed. */
export interface SealedCells {
  content: string;
  metadata: string;
  sensitive: number;
}

type Texts = Pick<Memory, 'content' | 'metadata'>;

const place = (id: string, field: 'content' | 'metadata') => ({ table: 'memories', row: id, field }) as const;

/** @throws AppError MEMORY_LOCKED */
export function sealedCells(sealing: Sealing, id: string, { content, metadata }: Texts): SealedCells {
  return {
    content: sealing.seal(place(id, 'content'), content),
    metadata: JSON.stringify(sealing.seal(place(id, 'metadata'), JSON.stringify(metadata))),
    sensitive: marks.sealed,
  };
}

export const openCells = ({ content, metadata }: Texts, sensitive = false): SealedCells => ({
  content,
  metadata: JSON.stringify(metadata),
  sensitive: sensitive ? marks.marked : marks.open,
});

/** What the cells of a row say, or why they say nothing. */
export function textsOf(
  sealing: Sealing,
  id: string,
  { content, metadata, sensitive }: SealedCells,
): Texts & { locked?: LockReason } {
  if (sensitive !== marks.sealed) return { content, metadata: JSON.parse(metadata) as Memory['metadata'] };
  const text = sealing.open(place(id, 'content'), content);
  const more = sealing.open(place(id, 'metadata'), String(JSON.parse(metadata)));
  if ('locked' in text) return { content: '', metadata: {}, locked: text.locked };
  if ('locked' in more) return { content: '', metadata: {}, locked: more.locked };
  return { content: text.text, metadata: JSON.parse(more.text) as Memory['metadata'] };
}
