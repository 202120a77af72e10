import type Database from 'better-sqlite3';
import type { AccessToken, Role } from '../../../../src-shared/schema/access.ts';
import type { Op } from './op.ts';
import { read, write } from './op.ts';
import type { NewToken } from './tokens.ts';

/** A code that was never used makes room for newer ones. */
const maxWaiting = 8;
/** How long it can be asked what became of a code. */
const keptMs = 3_600_000;

export interface PairingCodeRow {
  id: string;
  digest: string;
  role: Role;
  label: string | null;
  granted_by: string | null;
  created_at: number;
  expires_at: number;
  token_id: string | null;
}

export type NewPairingCode = Omit<PairingCodeRow, 'token_id'>;

interface PairingParts {
  insertToken: Op<NewToken, AccessToken>;
}

export function pairingCodeOps(db: Database.Database, { insertToken }: PairingParts) {
  // A clock that was set back does not make a code live longer: before its beginning it does not hold either.
  const sweep = db.prepare('DELETE FROM pairing_codes WHERE expires_at < @now - @keptMs OR created_at > @now');
  const makeRoom = db.prepare(`DELETE FROM pairing_codes WHERE token_id IS NULL AND id NOT IN
    (SELECT id FROM pairing_codes WHERE token_id IS NULL ORDER BY created_at DESC, id DESC LIMIT ?)`);
  const insert = db.prepare(
    `INSERT INTO pairing_codes(id, digest, role, label, granted_by, created_at, expires_at)
     VALUES (@id, @digest, @role, @label, @granted_by, @created_at, @expires_at)`,
  );
  // Who was revoked must not come back by a code of their own.
  const live = db.prepare<[{ digest: string; now: number }], PairingCodeRow>(
    `SELECT * FROM pairing_codes
     WHERE digest = @digest AND token_id IS NULL AND created_at <= @now AND expires_at > @now
       AND NOT EXISTS (SELECT 1 FROM tokens
         WHERE tokens.id = granted_by AND (revoked_at IS NOT NULL OR tokens.expires_at <= @now))`,
  );
  const spend = db.prepare('UPDATE pairing_codes SET token_id = ? WHERE id = ?');
  const byId = db.prepare<[string], PairingCodeRow>('SELECT * FROM pairing_codes WHERE id = ?');
  const withdraw = db.prepare('DELETE FROM pairing_codes WHERE id = ? AND token_id IS NULL');

  return {
    'pairing.offer': write((code: NewPairingCode): null => {
      sweep.run({ now: code.created_at, keptMs });
      insert.run(code);
      makeRoom.run(maxWaiting);
      return null;
    }),

    /** Spends a code: it is used and its token is there, or neither. Null when no live code has this digest. */
    'pairing.redeem': write(
      ({
        digest,
        now,
        token,
      }: {
        digest: string;
        now: number;
        /** Its label is what the browser calls itself, for a code that came without one. */
        token: Omit<NewToken, 'role'>;
      }): AccessToken | null => {
        const code = live.get({ digest, now });
        if (!code) return null;
        spend.run(token.id, code.id);
        return insertToken.run({ ...token, role: code.role, label: code.label ?? token.label });
      },
    ),

    'pairing.find': read(({ id }: { id: string }): PairingCodeRow | null => byId.get(id) ?? null),

    'pairing.withdraw': write(({ id }: { id: string }): null => {
      withdraw.run(id);
      return null;
    }),
  };
}
