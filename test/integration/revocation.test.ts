import { afterAll, expect, test } from 'vitest';
import { connectOverRest } from '../fakes/rest-client.ts';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb } from '../fakes/web.ts';

const promisedMs = 1_000;
const socketRoute = { accept: () => undefined };
const web = await startWeb({ socketRoute });
afterAll(() => web.stop());

const admin = connectOverRest({ url: web.url, token: web.tokens.admin, signal: new AbortController().signal });

/** Opens everything a token can hold open; each promise resolves with the moment of its end. */
async function holdEverything(token: string): Promise<Promise<number>[]> {
  const ends: Promise<number>[] = [];
  for (const path of ['/rpc', '/ws']) {
    const peer = await openTestSocket(`ws://127.0.0.1:${web.port}${path}`);
    peer.send({ type: 'auth', token });
    if (path === '/rpc') await peer.next();
    ends.push(peer.closed.then(() => performance.now()));
  }
  const response = await fetch(`${web.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  ends.push(response.text().then(() => performance.now()));
  return ends;
}

const connectionsOf = async (id: string) =>
  (await web.access.list()).find((device) => device.id === id)?.connections ?? null;

test('revoking a paired device over REST ends its sockets and its event stream within a second, and nobody else’s', async () => {
  const { code, id: codeId } = await admin.access.createPairingCode({ role: 'operator', label: 'phone' });
  const { token } = await admin.access.pair({ code, label: 'x' });
  const id = (await admin.access.getPairingCode({ id: codeId })).token_id ?? '';
  const ends = await holdEverything(token);
  await expect.poll(() => connectionsOf(id)).toBe(3);
  const bystander = await openTestSocket(`ws://127.0.0.1:${web.port}/rpc`);
  bystander.send({ type: 'auth', token: web.tokens.operator });
  await bystander.next();

  const revokedAt = performance.now();
  await admin.access.revokeToken({ id });
  const took = (await Promise.all(ends)).map((end) => end - revokedAt);

  expect(took.filter((ms) => ms > promisedMs)).toEqual([]);
  await expect.poll(() => connectionsOf(id)).toBe(0);
  expect(bystander.socket.readyState).toBe(bystander.socket.OPEN);
  bystander.socket.terminate();
});

test('revoking all others ends theirs within a second and keeps the own', async () => {
  const others = await Promise.all([web.mint('viewer'), web.mint('admin')]);
  const ends = (await Promise.all(others.map(({ token }) => holdEverything(token)))).flat();

  const revokedAt = performance.now();
  const { revoked } = await admin.access.revokeOtherTokens({ except: 'mine' });
  const took = (await Promise.all(ends)).map((end) => end - revokedAt);

  expect(revoked).toBeGreaterThanOrEqual(others.length);
  expect(took.filter((ms) => ms > promisedMs)).toEqual([]);
  expect((await admin.access.me()).role).toBe('admin');
});
