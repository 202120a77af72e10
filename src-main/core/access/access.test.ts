import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import { openStore, type Store } from '../store/index.ts';
import { createAccess } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'clawdbot-access-'));
let store: Store;

beforeAll(async () => {
  store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Access over the real store, with time in the test's hands. */
function setUp(key = randomBytes(32), kept: Pick<Store, 'call'> = store) {
  let elapsed = 0;
  const start = Date.UTC(2026, 8, 1);
  const clock: Clock = {
    now: () => start + elapsed,
    monotonicMs: () => elapsed,
    sleep: () => Promise.reject(new Error('access never sleeps')),
  };
  const revoked: string[] = [];
  const access = createAccess({
    store: kept,
    key,
    clock,
    ids: createIds(Date.now),
    onRevoke: (id) => revoked.push(id),
  });
  return { access, key, revoked, pass: (ms: number) => (elapsed += ms), start };
}

const me = '127.0.0.1';
const hour = 3600;

test('a minted token speaks for its role and label until it expires', async () => {
  const { access, pass } = setUp();
  const { token, id } = await access.mint({ role: 'operator', label: 'phone', ttlSeconds: hour });

  expect(await access.authenticate(token, me)).toMatchObject({ tokenId: id, role: 'operator', label: 'phone' });
  expect(access.peek(token)).toMatchObject({ tokenId: id });

  pass(hour * 1000);
  expect(access.peek(token)).toBeNull();
  expect(await access.authenticate(token, me)).toBeNull();
});

test('revoking a token ends it at once, also where it was proven before, and says so', async () => {
  const { access, revoked } = setUp();
  const { token, id } = await access.mint({ role: 'admin', label: 'laptop', ttlSeconds: hour });
  await access.authenticate(token, me);

  const record = await access.revoke(id);

  expect(record.revoked_at).not.toBeNull();
  expect(access.peek(token)).toBeNull();
  expect(await access.authenticate(token, me)).toBeNull();
  expect(revoked).toEqual([id]);
  await expect(access.revoke('nobody')).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
});

test('a token revoked while its record is being read is refused', async () => {
  let answerRead = () => {};
  const held = new Promise<void>((resolve) => (answerRead = resolve));
  let read = () => {};
  const wasRead = new Promise<void>((resolve) => (read = resolve));
  const slowStore: Pick<Store, 'call'> = {
    async call(op, args) {
      const result = await store.call(op, args);
      if (op !== 'tokens.find') return result;
      read();
      await held;
      return result;
    },
  };
  const { access } = setUp(randomBytes(32), slowStore);
  const { token, id } = await access.mint({ role: 'admin', label: 'laptop', ttlSeconds: hour });

  const checked = access.authenticate(token, me);
  await wasRead;
  await access.revoke(id);
  answerRead();

  expect(await checked).toBeNull();
  expect(access.peek(token)).toBeNull();
});

test('the record decides the role, whatever the token says of itself', async () => {
  const { access, key, start } = setUp();
  const { id } = await access.mint({ role: 'viewer', label: 'wall screen', ttlSeconds: hour });
  const boastful = await new SignJWT({ role: 'admin' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setJti(id)
    .setAudience('clawdbot')
    .setIssuedAt(start / 1000)
    .setExpirationTime(start / 1000 + hour)
    .sign(key);

  expect(await access.authenticate(boastful, me)).toMatchObject({ role: 'viewer' });
});

test('forged, foreign and unrecorded tokens are refused', async () => {
  const { access, key, start } = setUp();
  const good = await access.mint({ role: 'admin', label: 'a', ttlSeconds: hour });
  const [header, payload, signature] = good.token.split('.');
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const sign = (claims: Record<string, string>, alg = 'HS256', audience = 'clawdbot') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, typ: 'JWT' })
      .setAudience(audience)
      .setIssuedAt(start / 1000)
      .setExpirationTime(start / 1000 + hour)
      .sign(key);
  const foreign = await setUp().access.mint({ role: 'admin', label: 'other instance', ttlSeconds: hour });

  const refused = {
    empty: '',
    'an array': '[]',
    'one MiB': 'x'.repeat(1 << 20),
    'of another instance': foreign.token,
    unsigned: `${unsigned}.${payload}.`,
    'signature cut': `${header}.${payload}.`,
    'signature changed': `${header}.${payload}.${signature?.split('').reverse().join('')}`,
    'of another audience': await sign({ jti: good.id }, 'HS256', 'elsewhere'),
    'another algorithm': await sign({ jti: good.id }, 'HS512'),
    'without id': await sign({}),
    'without record': await sign({ jti: 'never-minted' }),
  };
  const sessions = await Promise.all(
    Object.values(refused).map((token, i) => access.authenticate(token, `192.0.2.${i}`)),
  );
  const admitted = Object.keys(refused).filter((_, i) => sessions[i] !== null);
  expect(admitted).toEqual([]);
});

test('1,000 guesses from this machine get ten answers, and the owner gets in after the delay', async () => {
  const { access, pass } = setUp();
  const { token } = await access.mint({ role: 'admin', label: 'owner', ttlSeconds: 7 * 24 * hour });
  const ways = ['127.0.0.1', '::1', '127.1.2.3'];

  const outcomes = await Promise.allSettled(
    Array.from({ length: 1000 }, (_, i) => access.authenticate(`guess-${i}`, ways[i % ways.length] ?? me)),
  );

  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(10);
  await expect(access.authenticate(token, me)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    data: { retry_after_s: 60 },
  });
  pass(60_000);
  expect(await access.authenticate(token, me)).toMatchObject({ label: 'owner' });
});

test('each full minute of guessing doubles the wait, up to a quarter of an hour', async () => {
  const { access, pass } = setUp();
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 10; i++) await access.authenticate('guess', me);
    const refusal = await access.authenticate('guess', me).catch((error: unknown) => error);
    const seconds = (refusal as { data: { retry_after_s: number } }).data.retry_after_s;
    waits.push(seconds);
    pass(seconds * 1000);
  }
  expect(waits).toEqual([60, 120, 240, 480, 900, 900]);
});

test('a window that was proven before goes on while its neighbour guesses', async () => {
  const { access } = setUp();
  const { token } = await access.mint({ role: 'operator', label: 'window', ttlSeconds: hour });
  await access.authenticate(token, me);

  for (let i = 0; i < 10; i++) await access.authenticate('guess', me);

  expect(await access.authenticate(token, me)).toMatchObject({ label: 'window' });
});

test('a window that asks fifty things at once with a token not seen before gets fifty answers', async () => {
  const { key, access: before } = setUp();
  const { token, id } = await before.mint({ role: 'operator', label: 'laptop', ttlSeconds: hour });
  const { access } = setUp(key);

  const answers = await Promise.all(Array.from({ length: 50 }, () => access.authenticate(token, me)));

  expect(answers.map((session) => session?.tokenId)).toEqual(answers.map(() => id));
});

test('an expired token that keeps knocking locks nobody out', async () => {
  const { access, pass } = setUp();
  const old = await access.mint({ role: 'viewer', label: 'forgotten tab', ttlSeconds: 1 });
  const fresh = await access.mint({ role: 'viewer', label: 'new tab', ttlSeconds: hour });
  pass(1000);

  for (let i = 0; i < 50; i++) expect(await access.authenticate(old.token, me)).toBeNull();

  expect(await access.authenticate(fresh.token, me)).toMatchObject({ label: 'new tab' });
});

test('a token of little power buys no guesses: proving it takes back its own attempt only', async () => {
  const { access, pass } = setUp();
  const old = await access.mint({ role: 'viewer', label: 'mine', ttlSeconds: 1 });
  pass(1000);
  let judged = 0;
  for (let i = 0; i < 100; i++) {
    await access.authenticate(old.token, me).catch(() => null);
    await access.authenticate('guess', me).then(
      () => judged++,
      () => null,
    );
  }
  expect(judged).toBe(10);
});

test('a pairing code, typed as people type, gives one token with the role it was made for', async () => {
  const { access } = setUp();
  const code = access.newPairingCode({ ttlMs: 60_000, role: 'operator' });
  const typed = ` ${code.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;

  const { token } = await access.pair({ code: typed, label: 'tablet', address: me });

  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(await access.authenticate(token, me)).toMatchObject({ role: 'operator', label: 'tablet' });
  await expect(access.pair({ code, label: 'again', address: me })).rejects.toMatchObject({
    code: 'PAIRING_CODE_INVALID',
  });
});

test('a pairing code ends with its time, and the oldest makes room for the ninth', async () => {
  const { access, pass } = setUp();
  const first = access.newPairingCode({ ttlMs: 60_000, role: 'viewer' });
  const others = Array.from({ length: 8 }, () => access.newPairingCode({ ttlMs: 60_000, role: 'viewer' }));

  await expect(access.pair({ code: first, label: 'x', address: me })).rejects.toMatchObject({
    code: 'PAIRING_CODE_INVALID',
  });
  await expect(access.pair({ code: others[0] ?? '', label: 'x', address: me })).resolves.toBeDefined();
  pass(60_000);
  await expect(access.pair({ code: others[1] ?? '', label: 'x', address: me })).rejects.toMatchObject({
    code: 'PAIRING_CODE_INVALID',
  });
});

test('guessing at pairing codes is limited like guessing at tokens', async () => {
  const { access } = setUp();
  const code = access.newPairingCode({ ttlMs: 60_000, role: 'admin' });
  for (let i = 0; i < 10; i++) {
    await expect(access.pair({ code: 'AAAA-AAAA', label: 'x', address: '::1' })).rejects.toMatchObject({
      code: 'PAIRING_CODE_INVALID',
    });
  }
  await expect(access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

test('tokens that were given out are listed', async () => {
  const { access } = setUp();
  const { id } = await access.mint({ role: 'viewer', label: 'listed', ttlSeconds: hour });

  expect((await access.list()).find((token) => token.id === id)).toMatchObject({ label: 'listed', role: 'viewer' });
});
