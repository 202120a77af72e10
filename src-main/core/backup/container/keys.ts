import { hkdfSync, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { boundBytes, scryptCost } from './header.ts';

export interface BackupKeys {
  /** Shows that the passphrase is right, and nothing of it. */
  proof: Buffer;
  /** Seals the content of this one file. */
  content: Buffer;
}

const keyBytes = 32;
const stretch = promisify<string, Buffer, number, object, Buffer>(scrypt);

/**
 * scrypt (RFC 7914) makes guessing slow, HKDF-SHA256 (RFC 5869) parts what it gives into two keys that tell nothing of
 * each other. The salt of HKDF is the part of the header that says what the file is, so none of it can be altered. The
 * passphrase is composed first: the same letters are other bytes on another keyboard.
 */
export async function deriveKeys(
  passphrase: string,
  { logN, salt, bound }: { logN: number; salt: Buffer; bound: Buffer },
): Promise<BackupKeys> {
  const stretched = await stretch(passphrase.normalize('NFC'), salt, keyBytes, scryptCost(logN));
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', stretched, bound.subarray(0, boundBytes), `clawdbot backup 1 ${use}`, keyBytes));
  return { proof: derive('proof'), content: derive('content') };
}
