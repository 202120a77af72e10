import type Database from 'better-sqlite3';
import type { AccessToken, AddressClass, Role, TokenOrigin, TokenWay } from '../../../../src-shared/schema/access.ts';
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

/**
 * How a token came to be and what it was last used for; and the codes that become one. A code stands here by the product's
 * keyed digest of it, so that neither the file nor a copy of it pairs anybody.
 */
export const deviceSchema = `
  ALTER TABLE tokens ADD COLUMN origin TEXT NOT NULL DEFAULT 'unknown'
    CHECK (origin IN ('pairing', 'command_line', 'start', 'api', 'unknown'));
  ALTER TABLE tokens ADD COLUMN used_at INTEGER;
  ALTER TABLE tokens ADD COLUMN used_way TEXT;
  ALTER TABLE tokens ADD COLUMN used_from TEXT;

  CREATE TABLE pairing_codes(
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    label TEXT,
    -- The token that granted it, without which it does not hold; null: the owner did, where the product runs.
    granted_by TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    token_id TEXT
  ) STRICT, WITHOUT ROWID;
`;

/** A token that ended this long ago is no longer worth a row. */
const keptAfterEndMs = 30 * 86_400_000;

interface TokenRow {
  id: string;
  role: Role;
  label: string;
  origin: TokenOrigin;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  used_at: number | null;
  used_way: TokenWay | null;
  used_from: AddressClass | null;
}

export type NewToken = Pick<TokenRow, 'id' | 'role' | 'label' | 'origin' | 'created_at' | 'expires_at'>;

export interface TokenUse {
  id: string;
  at: number;
  way: TokenWay;
  from: AddressClass;
}

export function tokenOps(db: Database.Database) {
  const insert = db.prepare(
    'INSERT INTO tokens(id, role, label, origin, created_at, expires_at) VALUES (@id, @role, @label, @origin, @created_at, @expires_at)',
  );
  const sweep = db.prepare('DELETE FROM tokens WHERE expires_at < ?');
  const all = db.prepare<[], TokenRow>('SELECT * FROM tokens ORDER BY created_at DESC, id DESC');
  const byId = db.prepare<[string], TokenRow>('SELECT * FROM tokens WHERE id = ?');
  const revoke = db.prepare('UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?');
  const rename = db.prepare('UPDATE tokens SET label = ? WHERE id = ?');
  const use = db.prepare(
    'UPDATE tokens SET used_at = @at, used_way = @way, used_from = @from WHERE id = @id AND (used_at IS NULL OR used_at < @at)',
  );
  const othersThatHold = db.prepare<[string, number], TokenRow>(
    'SELECT * FROM tokens WHERE id <> ? AND revoked_at IS NULL AND expires_at > ?',
  );
  const withdrawOtherCodes = db.prepare(
    'DELETE FROM pairing_codes WHERE (granted_by IS NULL OR granted_by <> ?) AND token_id IS NULL',
  );

  const find = (id: string): AccessToken | null => {
    const row = byId.get(id);
    return row ? describe(row) : null;
  };

  function add(token: NewToken): AccessToken {
    sweep.run(token.created_at - keptAfterEndMs);
    insert.run(token);
    return describe({ ...token, revoked_at: null, used_at: null, used_way: null, used_from: null });
  }

  return {
    'tokens.insert': write(add),

    'tokens.list': read((): AccessToken[] => all.all().map(describe)),

    'tokens.find': read(({ id }: { id: string }): AccessToken | null => find(id)),

    'tokens.rename': write(({ id, label }: { id: string; label: string }): AccessToken | null => {
      rename.run(label, id);
      return find(id);
    }),

    /** A use that is older than the one kept changes nothing. */
    'tokens.used': write((used: TokenUse): null => {
      use.run(used);
      return null;
    }),

    /** Revoking twice keeps the first time; null when no token has this id. */
    'tokens.revoke': write(({ id, now }: { id: string; now: number }): AccessToken | null => {
      revoke.run(now, id);
      return find(id);
    }),

    /** Revokes every token that holds but one, with all codes that are not its own; answers whose. */
    'tokens.revokeOthers': write(({ id, now }: { id: string; now: number }): string[] => {
      const others = othersThatHold.all(id, now).map((row) => row.id);
      for (const other of others) revoke.run(now, other);
      withdrawOtherCodes.run(id);
      return others;
    }),
  };
}

function describe(row: TokenRow): AccessToken {
  const { used_at, used_way, used_from } = row;
  return {
    id: row.id,
    role: row.role,
    label: row.label,
    origin: row.origin,
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    revoked_at: row.revoked_at === null ? null : isoTime(row.revoked_at),
    last_used:
      used_at === null || used_way === null || used_from === null
        ? null
        : { at: isoTime(used_at), way: used_way, from: used_from },
  };
}
