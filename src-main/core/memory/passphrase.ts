import { randomBytes, scrypt } from 'node:crypto';
import { AppError } from '../foundation/app-error.ts';

/** scrypt (RFC 7914) with r = 8 and p = 1: 128 MiB and some 0.4 s for each guess, of which a start needs one. */
export const usualCost = 2 ** 17;
const blockSize = 8;
/** What stands in the database is judged before anything is computed: less would be weak, more would fill the memory. */
const leastCost = 2 ** 14;
const mostCost = 2 ** 18;
const saltBytes = 16;

export const newSalt = (): string => randomBytes(saltBytes).toString('base64url');

/** The key that a passphrase gives; of its Unicode forms all count as one. @throws AppError DATABASE_CORRUPT */
export function rootOfPassphrase(passphrase: string, salt: string | null, cost: number | null): Promise<Uint8Array> {
  const bytes = Buffer.from(salt ?? '', 'base64url');
  if (cost === null || bytes.length !== saltBytes || cost < leastCost || cost > mostCost || Math.log2(cost) % 1 !== 0)
    throw new AppError(
      'DATABASE_CORRUPT',
      'What the database says of the passphrase of sensitive memories cannot be; put a copy of the database in its place',
    );
  return new Promise((resolve, reject) => {
    const options = { N: cost, r: blockSize, p: 1, maxmem: 256 * blockSize * cost };
    scrypt(passphrase.normalize('NFKC'), bytes, 32, options, (error, root) => (error ? reject(error) : resolve(root)));
  });
}
