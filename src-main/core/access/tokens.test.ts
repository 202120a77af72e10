import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import type { Store } from '../store/index.ts';
import { openTestStore, type TestStore } from './test-store.ts';
import { createTokens } from './tokens.ts';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const start = Date.UTC(2026, 8, 1);
const startS = start / 1000;

function setUp({
  key = randomBytes(32) as Uint8Array,
  kept = store as Pick<Store, 'call'>,
}: {
  key?: Uint8Array;
  kept?: Pick<Store, 'call'>;
} = {}) {
  let elapsed = 0;
  const clock: Clock = {
    now: () => start + elapsed,
    monotonicMs: () => elapsed,
    sleep: () => Promise.reject(new Error('tokens never sleep')),
  };
  const revoked: string[] = [];
  const tokens = createTokens({
    store: kept,
    key,
    clock,
    ids: createIds(Date.now),
    onRevoke: (id) => revoked.push(id),
  });
  const mint = (ttlSeconds = 3600) => tokens.mint({ role: 'operator', label: 'laptop', ttlSeconds, origin: 'api' });
  /** A token that says what we want and is signed with the right key. */
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT({ aud: 'clawdbot', iat: startS, exp: startS + 3600, ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(key);
  return { tokens, mint, sign, revoked, pass: (ms: number) => (elapsed += ms) };
}

test('a token names its id, its role and its end, and nothing else', async () => {
  const { mint } = setUp();
  const { token, id, ...record } = await mint();
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
  expect(decodeJwt(token)).toEqual({ role: 'operator', jti: id, aud: 'clawdbot', iat: startS, exp: startS + 3600 });
  expect(record).toEqual({
    role: 'operator',
    label: 'laptop',
    origin: 'api',
    last_used: null,
    created_at: '2026-09-01T00:00:00.000Z',
    expires_at: '2026-09-01T01:00:00.000Z',
    revoked_at: null,
  });
});

test('a token that holds gives the session of its record, until its very end', async () => {
  const { tokens, mint, pass } = setUp();
  const { token, id } = await mint();
  const session = { tokenId: id, role: 'operator', label: 'laptop', expiresAt: start + 3_600_000 };
  expect(tokens.peek(token)).toBeNull();
  expect(await tokens.judge(token)).toEqual({ session });
  expect(tokens.peek(token)).toEqual(session);
  pass(3_599_999);
  expect(tokens.peek(token)).toEqual(session);
  pass(1);
  expect(tokens.peek(token)).toBeNull();
  expect(await tokens.judge(token)).toEqual({ refused: 'ended' });
});

describe('a token that was ours once', () => {
  test('ended by being revoked', async () => {
    const { tokens, mint } = setUp();
    const { token, id } = await mint();
    await tokens.revoke(id);
    expect(await tokens.judge(token)).toEqual({ refused: 'ended' });
  });

  test('ended with its record', async () => {
    const { tokens, sign } = setUp();
    expect(await tokens.judge(await sign({ jti: 'never-minted' }))).toEqual({ refused: 'ended' });
  });

  test('ends when its record says so, whatever the token itself says', async () => {
    const { tokens, mint, sign, pass } = setUp();
    const { id } = await mint(60);
    const longer = await sign({ jti: id });
    pass(59_999);
    expect(await tokens.judge(longer)).toMatchObject({ session: { expiresAt: start + 60_000 } });
    pass(1);
    expect(tokens.peek(longer)).toBeNull();
    expect(await tokens.judge(longer)).toEqual({ refused: 'ended' });
    expect(tokens.peek(longer)).toBeNull();
  });
});

describe('a token that may be a guess', () => {
  test.each([
    ['without an end', { exp: undefined }],
    ['without a beginning', { iat: undefined }],
    ['without an id', { jti: undefined }],
    ['with a number as its id', { jti: 7 }],
    ['with a list as its id', { jti: ['a'] }],
    ['with nothing as its id', { jti: null }],
    ['for somebody else', { aud: 'elsewhere' }],
    ['for nobody', { aud: undefined }],
  ])('is one %s', async (_what, claims) => {
    const { tokens, mint, sign } = setUp();
    const { id } = await mint();
    expect(await tokens.judge(await sign({ jti: id, ...claims }))).toEqual({ refused: 'forged' });
  });

  test.each(['', 'null', '[]', 'a.b.c', 'x'.repeat(5000)])('is "%s"', async (token) => {
    expect(await setUp().tokens.judge(token)).toEqual({ refused: 'forged' });
  });

  test('is one of another type, or of the right one signed with another key', async () => {
    const key = randomBytes(32);
    const { tokens, mint } = setUp({ key });
    const { id } = await mint();
    const claims = { jti: id, aud: 'clawdbot', iat: startS, exp: startS + 3600 };
    const access = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(key);
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(randomBytes(32));
    for (const token of [access, foreign]) expect(await tokens.judge(token)).toEqual({ refused: 'forged' });
  });

  test('is longer than any of ours: 2,048 characters are looked at, 2,049 are not', async () => {
    const { tokens, mint, sign } = setUp();
    const { id } = await mint();
    const ofLength = async (length: number) => {
      for (let padding = 1200; padding < 1600; padding++) {
        const token = await sign({ jti: id, pad: 'x'.repeat(padding) });
        if (token.length === length) return token;
      }
      throw new Error(`no token has ${length} characters`);
    };
    const longest = await ofLength(2048);
    expect(await tokens.judge(longest)).toMatchObject({ session: { tokenId: id } });
    expect(tokens.peek(longest)).toMatchObject({ tokenId: id });
    expect(await tokens.judge(await ofLength(2049))).toEqual({ refused: 'forged' });
  });
});

describe('revoking', () => {
  test('ends this token and leaves the others, says so once, and names what it does not know', async () => {
    const { tokens, mint, revoked } = setUp();
    const [gone, kept] = [await mint(), await mint()];
    await tokens.judge(gone.token);
    await tokens.judge(kept.token);

    const record = await tokens.revoke(gone.id);

    expect(record).toMatchObject({ id: gone.id, revoked_at: '2026-09-01T00:00:00.000Z' });
    expect(tokens.peek(gone.token)).toBeNull();
    expect(tokens.peek(kept.token)).toMatchObject({ tokenId: kept.id });
    expect(revoked).toEqual([gone.id]);
    await expect(tokens.revoke('nobody')).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
      message: 'No token has the id nobody; the list of tokens shows those there are',
      data: { id: 'nobody' },
    });
    expect(revoked).toEqual([gone.id]);
  });

  test('another token while a record is read makes it be read anew, and the answer stands', async () => {
    let reads = 0;
    let inBetween = async () => {};
    const kept: Pick<Store, 'call'> = {
      async call(op, args) {
        const result = await store.call(op, args);
        if (op === 'tokens.find' && reads++ === 0) await inBetween();
        return result;
      },
    };
    const { tokens, mint } = setUp({ kept });
    const [gone, asked] = [await mint(), await mint()];
    inBetween = async () => void (await tokens.revoke(gone.id));
    expect(await tokens.judge(asked.token)).toMatchObject({ session: { tokenId: asked.id } });
    expect(reads).toBe(2);
  });
});

test('a key that cannot be used is a failure of ours, and not a guess of theirs', async () => {
  const { token } = await setUp().mint();
  await expect(setUp({ key: 'not a key' as never }).tokens.judge(token)).rejects.toThrow(TypeError);
});
