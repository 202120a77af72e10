import type Database from 'better-sqlite3';
import type { AccessToken } from '../../../../src-shared/schema/access.ts';
import { isoTime } from '../../foundation/clock.ts';
import { read, write } from './op.ts';

/** The record decides what a token may do; the token itself is never stored. Times are milliseconds since the epoch. */
export const tokenSchema = `
  CREATE TABLE tokens(
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT, WITHOUT ROWID;
`;

/** A token that ended this long ago is no longer worth a row. */
const keptAfterEndMs = 30 * 86_400_000;

interface TokenRow {
  id: string;
  role: AccessToken['role'];
  label: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
}

export type NewToken = Omit<TokenRow, 'revoked_at'>;

export function tokenOps(db: Database.Database) {
  const insert = db.prepare(
    'INSERT INTO tokens(id, role, label, created_at, expires_at) VALUES (@id, @role, @label, @created_at, @expires_at)',
  );
  const sweep = db.prepare('DELETE FROM tokens WHERE expires_at < ?');
  const all = db.prepare<[], TokenRow>('SELECT * FROM tokens ORDER BY created_at DESC, id DESC');
  const byId = db.prepare<[string], TokenRow>('SELECT * FROM tokens WHERE id = ?');
  const revoke = db.prepare('UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?');

  return {
    'tokens.insert': write((token: NewToken): AccessToken => {
      sweep.run(token.created_at - keptAfterEndMs);
      insert.run(token);
      return describe({ ...token, revoked_at: null });
    }),

    'tokens.list': read((): AccessToken[] => all.all().map(describe)),

    'tokens.find': read(({ id }: { id: string }): AccessToken | null => {
      const row = byId.get(id);
      return row ? describe(row) : null;
    }),

    /** Revoking twice keeps the first time; null when no token has this id. */
    'tokens.revoke': write(({ id, now }: { id: string; now: number }): AccessToken | null => {
      revoke.run(now, id);
      const row = byId.get(id);
      return row ? describe(row) : null;
    }),
  };
}

function describe(row: TokenRow): AccessToken {
  return {
    id: row.id,
    role: row.role,
    label: row.label,
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    revoked_at: row.revoked_at === null ? null : isoTime(row.revoked_at),
  };
}
