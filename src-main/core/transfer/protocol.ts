import type { ImportFault, ImportSource, Refusal } from '../../../src-shared/schema/transfer.ts';
import type { IncomingRecord } from '../store/index.ts';

/** What the reading thread is started with. */
export interface ReaderData {
  path: string;
  /** As the person knows the file. */
  name: string;
  now: number;
}

/** Asked for one at a time, so that what is read waits for what is kept. */
export interface Batch {
  type: 'batch';
  source: ImportSource | null;
  records: IncomingRecord[];
  refusals: Refusal[];
  /** 0…1 */
  progress: number;
}

export type FromReader =
  | Batch
  | { type: 'end' }
  | { type: 'fault'; fault: ImportFault }
  | { type: 'error'; code: string };
