import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Clock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import type { Store } from '../store/index.ts';
import { createAccess } from './index.ts';
import { openTestStore, type TestStore } from './test-store.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

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
  const failed: unknown[] = [];
  const changes = { count: 0 };
  const access = createAccess({
    store: kept,
    key,
    clock,
    ids: createIds(Date.now),
    onRevoke: (id) => revoked.push(id),
    onChange: () => changes.count++,
    onFailure: (error) => failed.push(error),
  });
  const mint = (request: Omit<Parameters<typeof access.mint>[0], 'origin'>) =>
    access.mint({ ...request, origin: 'api' });
  return { access, mint, key, revoked, failed, changes, clock, pass: (ms: number) => (elapsed += ms), start };
}

const me = '127.0.0.1';
const hour = 3600;

test('a minted token speaks for its role and label until it expires', async () => {
  const { access, mint, pass } = setUp();
  const { token, id } = await mint({ role: 'operator', label: 'phone', ttlSeconds: hour });

  expect(await access.authenticate(token, me)).toMatchObject({ tokenId: id, role: 'operator', label: 'phone' });
  expect(access.peek(token)).toMatchObject({ tokenId: id });

  pass(hour * 1000);
  expect(access.peek(token)).toBeNull();
  expect(await access.authenticate(token, me)).toBeNull();
});

test('revoking a token ends it at once, also where it was proven before, and says so', async () => {
  const { access, mint, revoked } = setUp();
  const { token, id } = await mint({ role: 'admin', label: 'laptop', ttlSeconds: hour });
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
  const { access, mint } = setUp(randomBytes(32), slowStore);
  const { token, id } = await mint({ role: 'admin', label: 'laptop', ttlSeconds: hour });

  const checked = access.authenticate(token, me);
  await wasRead;
  await access.revoke(id);
  answerRead();

  expect(await checked).toBeNull();
  expect(access.peek(token)).toBeNull();
});

test('the record decides the role, whatever the token says of itself', async () => {
  const { access, mint, key, start } = setUp();
  const { id } = await mint({ role: 'viewer', label: 'wall screen', ttlSeconds: hour });
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
  const { access, mint, key, start } = setUp();
  const good = await mint({ role: 'admin', label: 'a', ttlSeconds: hour });
  const [header, payload, signature] = good.token.split('.');
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const sign = (claims: Record<string, string>, alg = 'HS256', audience = 'clawdbot') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, typ: 'JWT' })
      .setAudience(audience)
      .setIssuedAt(start / 1000)
      .setExpirationTime(start / 1000 + hour)
      .sign(key);
  const foreign = await setUp().mint({ role: 'admin', label: 'other instance', ttlSeconds: hour });

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
  const { access, mint, pass } = setUp();
  const { token } = await mint({ role: 'admin', label: 'owner', ttlSeconds: 7 * 24 * hour });
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
  const { access, mint } = setUp();
  const { token } = await mint({ role: 'operator', label: 'window', ttlSeconds: hour });
  await access.authenticate(token, me);

  for (let i = 0; i < 10; i++) await access.authenticate('guess', me);

  expect(await access.authenticate(token, me)).toMatchObject({ label: 'window' });
});

test('a window that asks fifty things at once with a token not seen before gets fifty answers', async () => {
  const { key, mint: before } = setUp();
  const { token, id } = await before({ role: 'operator', label: 'laptop', ttlSeconds: hour });
  const { access } = setUp(key);

  const answers = await Promise.all(Array.from({ length: 50 }, () => access.authenticate(token, me)));

  expect(answers.map((session) => session?.tokenId)).toEqual(answers.map(() => id));
});

test('an expired token that keeps knocking locks nobody out', async () => {
  const { access, mint, pass } = setUp();
  const old = await mint({ role: 'viewer', label: 'forgotten tab', ttlSeconds: 1 });
  const fresh = await mint({ role: 'viewer', label: 'new tab', ttlSeconds: hour });
  pass(1000);

  for (let i = 0; i < 50; i++) expect(await access.authenticate(old.token, me)).toBeNull();

  expect(await access.authenticate(fresh.token, me)).toMatchObject({ label: 'new tab' });
});

test('a token of little power buys no guesses: proving it takes back its own attempt only', async () => {
  const { access, mint, pass } = setUp();
  const old = await mint({ role: 'viewer', label: 'mine', ttlSeconds: 1 });
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
  const { code } = await access.newPairingCode({ ttlMs: 60_000, role: 'operator' });
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
  const offer = async () => (await access.newPairingCode({ ttlMs: 60_000, role: 'viewer' })).code;
  const first = await offer();
  const others: string[] = [];
  for (let i = 0; i < 8; i++) others.push(await offer());

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
  const { code } = await access.newPairingCode({ ttlMs: 60_000, role: 'admin' });
  for (let i = 0; i < 10; i++) {
    await expect(access.pair({ code: 'AAAA-AAAA', label: 'x', address: '::1' })).rejects.toMatchObject({
      code: 'PAIRING_CODE_INVALID',
    });
  }
  await expect(access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

test('tokens that were given out are listed', async () => {
  const { access, mint } = setUp();
  const { id } = await mint({ role: 'viewer', label: 'listed', ttlSeconds: hour });

  expect((await access.list()).find((token) => token.id === id)).toMatchObject({ label: 'listed', role: 'viewer' });
});

test('a household that pairs many devices in one minute is no guesser', async () => {
  const { access } = setUp();
  for (let i = 0; i < 30; i++) {
    const { code } = await access.newPairingCode({ ttlMs: 60_000, role: 'viewer' });
    await expect(access.pair({ code, label: `screen ${i}`, address: me })).resolves.toMatchObject({
      token: expect.any(String),
      expires_at: '2026-11-30T00:00:00.000Z',
    });
  }
});

test('who guessed too often reads how long to wait, in whole seconds', async () => {
  const { access, pass } = setUp();
  for (let i = 0; i < 10; i++) await access.authenticate('guess', me);
  pass(500);
  await expect(access.authenticate('guess', me)).rejects.toMatchObject({
    message: 'Too many failed attempts from this address; try again in 60 s',
    data: { retry_after_s: 60 },
  });
});
