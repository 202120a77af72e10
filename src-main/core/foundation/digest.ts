import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two digests are the same, in a time that does not depend on where they differ. The one place of the product
 * that compares secrets: both sides are digests of fixed length, so that a length tells nothing either.
 */
export function digestsEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export const sha256 = (text: string | Buffer): Buffer => hash('sha256', text, 'buffer');
