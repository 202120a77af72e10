import { createHmac, randomInt } from 'node:crypto';
import type { AccessToken, PairingCode, Role } from '../../../src-shared/schema/access.ts';
import { AppError } from '../foundation/app-error.ts';
import { type Clock, isoTime } from '../foundation/clock.ts';
import type { Ids } from '../foundation/ids.ts';
import type { Store } from '../store/index.ts';

/** Crockford's 32: no I, L, O or U, so nothing is misread. 8 of them are 40 bits, guessed at 10 a minute at most. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 8;
/** How long a browser or phone stays paired without being asked again. */
const pairedForMs = 90 * 86_400_000;

export class PairingCodeInvalid extends AppError<'PAIRING_CODE_INVALID'> {
  constructor() {
    super(
      'PAIRING_CODE_INVALID',
      'This pairing code is wrong, was used already or has expired; ask for a new one under Settings › Devices or where Clawdbot runs',
    );
  }
}

export interface PairingDeps {
  store: Pick<Store, 'call'>;
  /** Keys the digests under which codes are kept. */
  key: Uint8Array;
  clock: Clock;
  ids: Ids;
}

export interface PairingRequest {
  role: Role;
  /** Null: the browser names itself. */
  label: string | null;
  /** The token of whoever grants it; null: the owner does, where the product runs. */
  grantedBy: string | null;
  ttlMs: number;
}

/** A code as it is shown, this once. */
export interface OfferedCode extends PairingCode {
  code: string;
  ttl_seconds: number;
}

/** Short codes that a person reads off one screen and types, or scans, into another. Each works once. */
export function createPairing({ store, key, clock, ids }: PairingDeps) {
  return {
    async offer({ role, label, grantedBy, ttlMs }: PairingRequest): Promise<OfferedCode> {
      const code = Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join('');
      const id = ids.next();
      const now = clock.now();
      const row = { id, role, label, created_at: now, expires_at: now + ttlMs };
      await store.call('pairing.offer', { ...row, digest: digest(code), granted_by: grantedBy });
      const shown = `${code.slice(0, 4)}-${code.slice(4)}`;
      return { ...describe({ ...row, token_id: null }), code: shown, ttl_seconds: Math.floor(ttlMs / 1000) };
    },

    /** What became of a code; null when there is none of this id. */
    async find(id: string): Promise<PairingCode | null> {
      const row = await store.call('pairing.find', { id });
      return row && describe(row);
    },

    withdraw: (id: string): Promise<null> => store.call('pairing.withdraw', { id }),

    /** Spends a code and gives its token a record. @throws PairingCodeInvalid */
    async redeem(typed: string, label: string): Promise<AccessToken> {
      // Whole seconds, as the token itself has them.
      const now = Math.floor(clock.now() / 1000) * 1000;
      const record = await store.call('pairing.redeem', {
        digest: digest(normalise(typed)),
        now: clock.now(),
        token: { id: ids.next(), label, origin: 'pairing', created_at: now, expires_at: now + pairedForMs },
      });
      if (!record) throw new PairingCodeInvalid();
      return record;
    },
  };

  /** Without the key, which is not in the database, 40 bits cannot be found out from it. */
  function digest(code: string): string {
    return createHmac('sha256', key).update('pairing code ').update(code).digest('hex');
  }

  function describe(row: {
    id: string;
    role: Role;
    label: string | null;
    expires_at: number;
    token_id: string | null;
  }): PairingCode {
    const { id, role, label, token_id } = row;
    const state = token_id !== null ? 'used' : row.expires_at > clock.now() ? 'waiting' : 'expired';
    return { id, role, label, expires_at: isoTime(row.expires_at), state, token_id };
  }
}

/** As people type: any case, with or without the dash, O for 0, I and L for 1. */
function normalise(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}
