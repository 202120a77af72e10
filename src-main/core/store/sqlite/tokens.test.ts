import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { deviceSchema, tokenOps, tokenSchema } from './tokens.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 8, 1);

function openTokens() {
  const db = new Database(':memory:');
  db.exec(tokenSchema + deviceSchema);
  return tokenOps(db);
}

const phone = {
  id: 'T1',
  role: 'operator',
  label: 'phone',
  origin: 'pairing',
  created_at: now,
  expires_at: now + day,
} as const;

test('a token that was given out is listed and found with its role and its end', () => {
  const tokens = openTokens();

  tokens['tokens.insert'].run(phone);

  const expected = {
    id: 'T1',
    role: 'operator',
    label: 'phone',
    origin: 'pairing',
    created_at: '2026-09-01T00:00:00.000Z',
    expires_at: '2026-09-02T00:00:00.000Z',
    revoked_at: null,
    last_used: null,
  };
  expect(tokens['tokens.list'].run(undefined as never)).toEqual([expected]);
  expect(tokens['tokens.find'].run({ id: 'T1' })).toEqual(expected);
  expect(tokens['tokens.find'].run({ id: 'T2' })).toBeNull();
});

test('revoking twice keeps the time of the first, and an unknown token is told apart', () => {
  const tokens = openTokens();
  tokens['tokens.insert'].run(phone);

  const first = tokens['tokens.revoke'].run({ id: 'T1', now: now + 1000 });
  const second = tokens['tokens.revoke'].run({ id: 'T1', now: now + 9000 });

  expect(first?.revoked_at).toBe('2026-09-01T00:00:01.000Z');
  expect(second).toEqual(first);
  expect(tokens['tokens.revoke'].run({ id: 'nobody', now })).toBeNull();
});

test('tokens that ended long ago leave the list when the next one is given out', () => {
  const tokens = openTokens();
  tokens['tokens.insert'].run(phone);

  tokens['tokens.insert'].run({ ...phone, id: 'T2', created_at: now + 32 * day, expires_at: now + 33 * day });

  expect(tokens['tokens.list'].run(undefined as never).map((token) => token.id)).toEqual(['T2']);
});
