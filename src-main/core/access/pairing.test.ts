import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../../src-shared/schema/access.ts';
import type { Clock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import { createPairing } from './pairing.ts';
import { openTestStore, type TestStore } from './test-store.ts';

const start = Date.UTC(2026, 0, 1);
let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

function setUp() {
  let elapsed = 0;
  const clock: Clock = {
    now: () => start + elapsed,
    monotonicMs: () => elapsed,
    sleep: () => Promise.reject(new Error('pairing never sleeps')),
  };
  const pairing = createPairing({ store, key: Buffer.alloc(32, 7), clock, ids: createIds(clock.now) });
  return {
    redeem: async (typed: string) => (await pairing.redeem(typed, 'tablet')).role,
    newCode: async (role: Role = 'viewer', ttlMs = 60_000) =>
      (await pairing.offer({ role, label: null, grantedBy: null, ttlMs })).code,
    pass: (ms: number) => (elapsed += ms),
  };
}

const times = async (count: number, make: () => Promise<string>): Promise<string[]> => {
  const made: string[] = [];
  for (let index = 0; index < count; index++) made.push(await make());
  return made;
};

const refused = expect.objectContaining({
  code: 'PAIRING_CODE_INVALID',
  message:
    'This pairing code is wrong, was used already or has expired; ask for a new one under Settings › Devices or where Clawdbot runs',
});

test('a code is two groups of four that nobody misreads, and no two are alike', async () => {
  const { newCode } = setUp();
  const codes = await times(500, newCode);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(codes).size).toBe(500);
  expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
});

test('a code gives the role it was made for, once', async () => {
  const { newCode, redeem } = setUp();
  const codes = {
    viewer: await newCode('viewer'),
    operator: await newCode('operator'),
    admin: await newCode('admin'),
  };
  for (const [role, code] of Object.entries(codes)) expect(await redeem(code)).toBe(role);
  for (const code of Object.values(codes)) await expect(redeem(code)).rejects.toEqual(refused);
});

test('spending one code leaves the others', async () => {
  const { newCode, redeem } = setUp();
  const [first, second] = [await newCode('viewer'), await newCode('operator')];
  await redeem(second);
  expect(await redeem(first)).toBe('viewer');
});

describe('as people type', () => {
  const typed: [string, (code: string) => string][] = [
    ['in lower case', (code) => code.toLowerCase()],
    ['without the dash', (code) => code.replace('-', '')],
    ['with spaces around and between', (code) => `  ${code.replace('-', ' ').split('').join(' ')} \n`],
    ['with the letter O for every 0', (code) => code.replaceAll('0', 'O')],
    ['with a small o for every 0', (code) => code.toLowerCase().replaceAll('0', 'o')],
    ['with I for every 1', (code) => code.replaceAll('1', 'I')],
    ['with l for every 1', (code) => code.replaceAll('1', 'l')],
  ];
  test.each(typed)('a code is read %s', async (_how, type) => {
    const { newCode, redeem } = setUp();
    // Enough of them that zeros and ones are among them, several in one code too.
    for (let i = 0; i < 200; i++) expect(await redeem(type(await newCode('operator')))).toBe('operator');
  });

  test('a code with one character wrong, missing or too many is refused, and not spent', async () => {
    const { newCode, redeem } = setUp();
    const code = await newCode();
    const other = code.startsWith('Z') ? 'Y' : 'Z';
    for (const wrong of [`${other}${code.slice(1)}`, code.slice(1), code.slice(0, -1), `${code}0`, '', '----'])
      await expect(redeem(wrong), wrong).rejects.toEqual(refused);
    expect(await redeem(code)).toBe('viewer');
  });
});

test('a code works until its time is over, and no longer', async () => {
  const { newCode, redeem, pass } = setUp();
  const [spent, late] = [await newCode(), await newCode()];
  pass(59_999);
  expect(await redeem(spent)).toBe('viewer');
  pass(1);
  await expect(redeem(late)).rejects.toEqual(refused);
});

test('the ninth code takes the place of the oldest, and ended ones take no place at all', async () => {
  const { newCode, redeem, pass } = setUp();
  const short = await times(7, () => newCode('admin', 1_000));
  const kept = await newCode('operator');
  pass(1_000);
  const later = await times(7, newCode);
  expect(await redeem(kept)).toBe('operator');
  for (const code of short) await expect(redeem(code)).rejects.toEqual(refused);

  const [ninth] = await times(2, newCode);
  await expect(redeem(later[0] ?? '')).rejects.toEqual(refused);
  expect(await redeem(later[1] ?? '')).toBe('viewer');
  expect(await redeem(ninth ?? '')).toBe('viewer');
});
