import { randomInt } from 'node:crypto';
import type { Role } from '../../../src-shared/schema/access.ts';
import { AppError } from '../foundation/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { digestsEqual, sha256 } from '../foundation/digest.ts';

/** Crockford's 32: no I, L, O or U, so nothing is misread. 8 of them are 40 bits, guessed at 10 a minute at most. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 8;
/** A code that was never used makes room for newer ones. */
const maxLive = 8;

export class PairingCodeInvalid extends AppError<'PAIRING_CODE_INVALID'> {
  constructor() {
    super(
      'PAIRING_CODE_INVALID',
      'This pairing code is wrong, was used already or has expired; ask for a new one where Clawdbot runs',
    );
  }
}

interface LiveCode {
  digest: Buffer;
  role: Role;
  /** By the monotonic clock. */
  expiresAt: number;
}

/** Short codes that a person reads off one screen and types into another; each works once. They live in memory only. */
export function createPairing(clock: Clock) {
  let live: LiveCode[] = [];

  return {
    newCode({ ttlMs, role }: { ttlMs: number; role: Role }): string {
      const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
      live = [...stillLive(), { digest: sha256(code), role, expiresAt: clock.monotonicMs() + ttlMs }].slice(-maxLive);
      return `${code.slice(0, 4)}-${code.slice(4)}`;
    },

    /** Spends a code. @throws PairingCodeInvalid */
    redeem(typed: string): Role {
      const wanted = sha256(normalise(typed));
      live = stillLive();
      // Every live code is compared, so the time taken does not say which one came close.
      const matching = live.filter((code) => digestsEqual(code.digest, wanted));
      const [found] = matching;
      if (!found) throw new PairingCodeInvalid();
      live = live.filter((code) => code !== found);
      return found.role;
    },
  };

  function stillLive(): LiveCode[] {
    const now = clock.monotonicMs();
    return live.filter((code) => code.expiresAt > now);
  }
}

/** As people type: any case, with or without the dash, O for 0, I and L for 1. */
function normalise(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}
