import { createHash } from 'node:crypto';

/** What the committed icons were made from, and what they are: SHA-256 by file name. */
export interface IconRecord {
  drawings: Record<string, string>;
  icons: Record<string, string>;
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
