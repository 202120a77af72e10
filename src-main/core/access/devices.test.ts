import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Principal, Role, roleCovers } from '../../../src-shared/schema/access.ts';
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

const minute = 60_000;
const me = '127.0.0.1';
const start = Date.UTC(2026, 8, 1);

/** Access over the real store, with time in the test's hands and the writes of last uses counted. */
function setUp({ key = randomBytes(32), fails = false } = {}) {
  let elapsed = 0;
  let setBackMs = 0;
  const clock: Clock = {
    now: () => start + elapsed - setBackMs,
    monotonicMs: () => elapsed,
    sleep: () => Promise.reject(new Error('access never sleeps')),
  };
  const written: unknown[] = [];
  const failures: unknown[] = [];
  const revoked: string[] = [];
  let changes = 0;
  const counting: Pick<Store, 'call'> = {
    call(op, args) {
      if (op === 'tokens.used') {
        written.push(args);
        if (fails) return Promise.reject(new Error('the disk is full'));
      }
      return store.call(op, args);
    },
  };
  const access = createAccess({
    store: counting,
    key,
    clock,
    ids: createIds(Date.now),
    onRevoke: (id) => revoked.push(id),
    onChange: () => changes++,
    onFailure: (error) => failures.push(error),
  });
  const device = async (id: string) => (await access.list()).find((token) => token.id === id);
  const signIn = async (role: Role, label: string = role) => {
    const { token, id } = await access.mint({ role, label, ttlSeconds: 3600, origin: 'api' });
    const session = await access.authenticate(token, me);
    if (!session) throw new Error('a fresh token was refused');
    return { token, id, session };
  };
  return {
    access,
    key,
    written,
    failures,
    revoked,
    device,
    signIn,
    changes: () => changes,
    pass: (ms: number) => (elapsed += ms),
    /** As an administrator or a time server does; the monotonic clock goes on. */
    setBack: (ms: number) => (setBackMs += ms),
  };
}

const asking = (role: Role, tokenId = 'T'): Principal => ({ tokenId, role, label: role });

test('a token says how it came, and when, by what and from how far it was last used', async () => {
  const { access, signIn, device, pass } = setUp();
  const { id, session } = await signIn('operator');
  expect(await device(id)).toMatchObject({ origin: 'api', last_used: null, connections: 0 });

  pass(5000);
  access.noteUse(session, { way: 'rest', remote: '192.168.1.7' });

  const at = new Date(start + 5000).toISOString();
  expect(await device(id)).toMatchObject({ last_used: { at, way: 'rest', from: 'local_network' } });
});

test.each([
  ['127.0.0.1', 'this_machine'],
  ['::1', 'this_machine'],
  ['10.1.2.3', 'local_network'],
  ['fd00::7', 'local_network'],
  ['203.0.113.9', 'elsewhere'],
  ['2001:db8::1', 'elsewhere'],
  ['', 'elsewhere'],
])('a use from %j is kept as %s, and the address is not', async (remote, from) => {
  const { access, signIn, device, written } = setUp();
  const { id, session } = await signIn('viewer');
  access.noteUse(session, { way: 'rest', remote });
  expect(await device(id)).toMatchObject({ last_used: { from } });
  expect(written).toEqual([expect.objectContaining({ from })]);
});

test('ten thousand uses within a minute are one write; the latest is known at once and kept at the end', async () => {
  const { access, signIn, device, written, pass } = setUp();
  const { id, session } = await signIn('operator');

  for (let i = 0; i < 10_000; i++) {
    pass(5);
    access.noteUse(session, { way: 'rest', remote: me });
  }
  const latest = new Date(start + 50_000).toISOString();
  expect(written).toHaveLength(1);
  expect((await device(id))?.last_used?.at).toBe(latest);

  await access.close();
  expect(written).toHaveLength(2);
  expect((await store.call('tokens.find', { id }))?.last_used?.at).toBe(latest);
  await access.close();
  expect(written).toHaveLength(2);

  pass(minute);
  access.noteUse(session, { way: 'rest', remote: me });
  expect(written).toHaveLength(3);
});

test('a last use that cannot be written is told and disturbs nothing', async () => {
  const { access, signIn, failures } = setUp({ fails: true });
  const { token, session } = await signIn('operator');
  access.noteUse(session, { way: 'rest', remote: me });
  await expect.poll(() => failures).toHaveLength(1);
  expect(await access.authenticate(token, me)).toMatchObject({ role: 'operator' });
});

test('open connections are counted, and their end is a use', async () => {
  const { access, signIn, device, pass } = setUp();
  const { id, session } = await signIn('operator');

  const closeFirst = access.noteConnection(session, { way: 'interface', remote: me });
  const closeSecond = access.noteConnection(session, { way: 'socket', remote: me });
  expect((await device(id))?.connections).toBe(2);

  closeFirst();
  closeFirst();
  expect((await device(id))?.connections).toBe(1);
  pass(minute);
  closeSecond();
  expect(await device(id)).toMatchObject({
    connections: 0,
    last_used: { at: new Date(start + minute).toISOString(), way: 'socket' },
  });
});

test('a device that comes, goes or is renamed is news', async () => {
  const { access, signIn, changes } = setUp();
  const { id } = await signIn('viewer');
  expect(changes()).toBe(1);
  await access.rename(id, 'other');
  await access.revoke(id);
  const { code } = await access.newPairingCode({ ttlMs: minute, role: 'viewer' });
  expect(changes()).toBe(3);
  await access.pair({ code, label: 'x', address: me });
  expect(changes()).toBe(4);
});

test('a new label is in the list and in what a proven token is called', async () => {
  const { access, signIn, device } = setUp();
  const { id, token } = await signIn('viewer', 'phone');
  await access.rename(id, 'kitchen tablet');
  expect((await device(id))?.label).toBe('kitchen tablet');
  expect(access.peek(token)?.label).toBe('kitchen tablet');
  await expect(access.rename('nobody', 'x')).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
});

test('revoking all others ends every token but the one that asks, and withdraws their codes', async () => {
  const { access, signIn, revoked } = setUp();
  const mine = await signIn('admin', 'mine');
  const others = [await signIn('admin', 'other'), await signIn('viewer', 'wall')];
  const theirs = await access.grantPairingCode({ role: 'admin', label: null }, asking('admin', others[0]?.id));
  const printed = await access.newPairingCode({ ttlMs: minute, role: 'admin' });
  const own = await access.grantPairingCode({ role: 'viewer', label: null }, asking('admin', mine.id));

  // Tokens of the tests before are in the same store.
  expect(await access.revokeOthers(mine.id)).toBeGreaterThanOrEqual(2);

  expect(access.peek(mine.token)).not.toBeNull();
  for (const { token, id } of others) {
    expect(access.peek(token)).toBeNull();
    expect(await access.authenticate(token, me)).toBeNull();
    expect(revoked).toContain(id);
  }
  for (const { code } of [theirs, printed])
    await expect(access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({
      code: 'PAIRING_CODE_INVALID',
    });
  await expect(access.pair({ code: own.code, label: 'x', address: me })).resolves.toBeDefined();
});

const pairs = Role.options.flatMap((held) => Role.options.map((wanted) => [held, wanted] as const));
test.each(pairs)('%s can give %s only when it holds that much, as a code and as a token', async (held, wanted) => {
  const { access } = setUp();
  const give = () => [
    access.grantPairingCode({ role: wanted, label: null }, asking(held)),
    access.grant({ role: wanted, label: 'x', ttlSeconds: 60 }, asking(held)),
  ];
  const outcomes = await Promise.allSettled(give());
  const codes = outcomes.map((one) => (one.status === 'fulfilled' ? 'given' : (one.reason as { code: string }).code));
  const expected = roleCovers(held, wanted) ? 'given' : 'FORBIDDEN';
  expect(codes).toEqual([expected, expected]);
});

test('a code pairs a device under the label and the role that were granted, whatever the device calls itself', async () => {
  const { access, device } = setUp();
  const { id, code, expires_at } = await access.grantPairingCode(
    { role: 'viewer', label: 'Phone' },
    asking('operator'),
  );
  expect(expires_at).toBe(new Date(start + minute).toISOString());
  expect(await access.findPairingCode(id)).toMatchObject({ state: 'waiting', token_id: null });

  const { token } = await access.pair({ code, label: 'admin console', address: me });

  const session = await access.authenticate(token, me);
  expect(session).toMatchObject({ role: 'viewer', label: 'Phone' });
  expect(await access.findPairingCode(id)).toMatchObject({ state: 'used', token_id: session?.tokenId });
  expect(await device(session?.tokenId ?? '')).toMatchObject({ origin: 'pairing', role: 'viewer' });
});

test('a granted code works once, for a minute, and not after it was taken back', async () => {
  const { access, pass } = setUp();
  const refused = { code: 'PAIRING_CODE_INVALID' };
  const offer = () => access.grantPairingCode({ role: 'viewer', label: null }, asking('admin'));
  const tryIt = (code: string) => access.pair({ code, label: 'x', address: me });

  const used = await offer();
  const both = await Promise.allSettled([tryIt(used.code), tryIt(used.code)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);

  const withdrawn = await offer();
  await access.withdrawPairingCode(withdrawn.id);
  await expect(tryIt(withdrawn.code)).rejects.toMatchObject(refused);
  await expect(access.findPairingCode(withdrawn.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });

  const late = await offer();
  pass(minute - 1);
  expect((await access.findPairingCode(late.id)).state).toBe('waiting');
  pass(1);
  await expect(tryIt(late.code)).rejects.toMatchObject(refused);
  expect((await access.findPairingCode(late.id)).state).toBe('expired');
});

test('a clock that is set back does not make a code live longer', async () => {
  const { access, setBack } = setUp();
  const { code } = await access.grantPairingCode({ role: 'viewer', label: null }, asking('admin'));
  setBack(10 * minute);
  await expect(access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({ code: 'PAIRING_CODE_INVALID' });
});

test('a code ends with the token of who granted it: nobody comes back by a code of their own', async () => {
  const { access, signIn } = setUp();
  const thief = await signIn('admin', 'stolen laptop');
  const { code } = await access.grantPairingCode({ role: 'admin', label: null }, thief.session);
  await access.revoke(thief.id);
  await expect(access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({ code: 'PAIRING_CODE_INVALID' });
});

test('a code made beside a running product pairs there, and what is kept of it pairs nobody', async () => {
  const running = setUp();
  const beside = setUp({ key: running.key });
  const { code, id } = await beside.access.newPairingCode({ ttlMs: minute, role: 'operator', label: 'phone' });
  const kept = await store.call('pairing.find', { id });
  expect(JSON.stringify(kept)).not.toContain(code.replace('-', ''));

  // Under another key the same letters are another code.
  await expect(setUp().access.pair({ code, label: 'x', address: me })).rejects.toMatchObject({
    code: 'PAIRING_CODE_INVALID',
  });
  await expect(running.access.pair({ code, label: 'x', address: me })).resolves.toBeDefined();
  expect((await beside.access.findPairingCode(id)).state).toBe('used');
});
