import { hash, timingSafeEqual } from 'node:crypto';

const hexLength = 64;
const scratchA = Buffer.alloc(hexLength);
const scratchB = Buffer.alloc(hexLength);

/**
 * Whether two SHA-256 digests in lower-case hex are the same, in a time that does not depend on where they differ. The one
 * place of the product that compares secrets: both sides are digests, so that a length tells nothing either. They are
 * copied into room that is there already: making a Buffer costs half as much as the digest itself, and this runs for every
 * message.
 */
export function hexDigestsEqual(a: string, b: string): boolean {
  if (a.length !== hexLength || b.length !== hexLength) return false;
  scratchA.write(a, 'latin1');
  scratchB.write(b, 'latin1');
  return timingSafeEqual(scratchA, scratchB);
}

export const sha256 = (text: string | Buffer): Buffer => hash('sha256', text, 'buffer');
