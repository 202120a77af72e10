import { traverseContractProcedures } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { allKeyPaths } from '../../src-main/core/settings/schema.ts';
import { contract, desktopContract, type OperationMeta } from '../../src-shared/contract/index.ts';
import { openTestSocket } from '../fakes/test-socket.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';

// Authority is looked up in our own record, never declared by who asks for it.

interface Operation {
  name: string;
  access: OperationMeta['access'] | undefined;
  takes: string;
}
const operations: Operation[] = [];
const shellOperations: Operation[] = [];
for (const [router, list] of [
  [contract, operations],
  [desktopContract, shellOperations],
] as const)
  traverseContractProcedures({ router, path: [] }, ({ contract: procedure, path }) => {
    const { meta, inputSchema } = procedure['~orpc'];
    list.push({
      name: path.join('.'),
      access: (meta as Partial<OperationMeta>).access,
      takes: inputSchema
        ? JSON.stringify(z.toJSONSchema(inputSchema as z.ZodType, { io: 'input', unrepresentable: 'any' }))
        : '',
    });
  });

let web: TestWeb;
beforeAll(async () => {
  web = await startWeb();
});
afterAll(() => web.stop());

/** Everything by which a caller could say that it is more than its token. */
const claims = {
  role: 'admin',
  roles: ['admin'],
  scope: 'operator.admin',
  scopes: ['operator.admin', 'admin'],
  access: 'admin',
  principal: { tokenId: 'T', role: 'admin', label: 'owner' },
  client: { id: 'control-ui', mode: 'local', type: 'trusted' },
  device: { id: 'owner', paired: true, role: 'admin' },
  isLocal: true,
  admin: true,
};
const call = (id: string, path: string, json: unknown) => ({ i: id, p: { u: path, b: { json, ...claims } } });

async function callOverSocket(frame: unknown): Promise<string> {
  const peer = await openTestSocket(`ws://127.0.0.1:${web.port}/rpc`);
  peer.send(frame);
  expect(await peer.next()).toEqual({ type: 'ready' });
  peer.send(call('1', '/access/createToken', { role: 'admin', label: 'x', ttl_seconds: 60 }));
  const answer = JSON.stringify(await peer.next());
  peer.socket.close();
  await peer.closed;
  return answer;
}

describe('what a caller says of itself', () => {
  test('in the first frame of a socket changes nothing, also when it comes back', async () => {
    const { viewer } = web.tokens;
    for (const frame of [
      { type: 'auth', token: viewer },
      { type: 'auth', token: viewer, ...claims },
      {
        type: 'auth',
        token: viewer,
        ...claims,
        resume: true,
        session: 'earlier',
        previous: web.tokens.admin.slice(0, 20),
      },
    ])
      expect(await callOverSocket(frame)).toContain('FORBIDDEN');
    expect(await callOverSocket({ type: 'auth', token: web.tokens.admin })).not.toContain('FORBIDDEN');
  });

  test('in headers and bodies changes nothing', async () => {
    const headers = {
      authorization: `Bearer ${web.tokens.operator}`,
      'content-type': 'application/json',
      'x-role': 'admin',
      'x-scopes': 'operator.admin',
      'x-client-type': 'control-ui',
      'x-forwarded-user': 'owner',
      'x-forwarded-for': '127.0.0.1',
    };
    const body = JSON.stringify({ role: 'admin', label: 'x', ttl_seconds: 60, principal: claims.principal });
    const response = await fetch(`${web.url}/api/v1/tokens`, { method: 'POST', headers, body });
    expect(response.status).toBe(403);
    const me = await fetch(`${web.url}/api/v1/me`, { headers });
    expect(await me.json()).toMatchObject({ role: 'operator' });
  });

  test('in what an operation takes has no place: only who gives a token or a code names a role, and it is the role given', () => {
    const named = operations.filter(({ takes }) => /"(?:role|roles|scope|scopes|principal|is_?admin)":/i.test(takes));
    expect(named.map(({ name }) => name).toSorted()).toEqual(['access.createPairingCode', 'access.createToken']);
    expect(named.filter(({ access }) => access !== 'admin')).toEqual([]);
  });
});

describe('who may grant', () => {
  test('holds the highest role there is, so nobody can grant more than it holds', () => {
    const granting = operations.filter(({ name }) => /token|grant|approve|invite|device|pairing/i.test(name));
    expect(granting.length).toBeGreaterThanOrEqual(8);
    expect(granting.filter(({ access }) => access !== 'admin')).toEqual([]);
  });

  test('is nobody who pairs: a code carries the role it was made with, and the one who types it names none', () => {
    const pair = operations.find(({ name }) => name === 'access.pair');
    expect(pair?.takes).not.toMatch(/role|scope|ttl/);
  });
});

describe('what is set by whoever can write the configuration file, and by nobody who can only call', () => {
  // A pause is none of it: messages are taken and wait, for a week at most or until an operator resumes, and nothing is lost.
  test('no operation changes the configuration', () => {
    expect(operations.filter(({ name }) => /config|setting|plugin|provider|exec|command|install/i.test(name))).toEqual(
      [],
    );
  });

  test('no key of the configuration names a program or a script', () => {
    const keys = allKeyPaths().flat();
    expect(keys.length).toBeGreaterThan(30);
    expect(
      keys.filter((key) =>
        /(?:^|_)(?:bin|binary|cmd|command|exec|executable|program|script|shell|cli|hook|plugin)(?:_|$)/.test(key),
      ),
    ).toEqual([]);
  });

  test('where updates come from and whose signature they bear is two keys there, and nothing that a window may say', () => {
    const keys = allKeyPaths().map((path) => path.join('.'));
    expect(keys.filter((key) => /feed|update|publish|download|registry|trust|public_key/i.test(key))).toEqual([
      'updates',
      'updates.feed_url',
      'updates.public_key',
      // These three choose among what that signature covers, and when.
      'updates.channel',
      'updates.auto_check',
      'updates.auto_download',
    ]);
    const ofUpdates = shellOperations.filter(({ name }) => /update/i.test(name));
    expect(ofUpdates.length).toBeGreaterThanOrEqual(4);
    expect(ofUpdates.filter(({ access, takes }) => access !== 'admin' || takes !== '')).toEqual([]);
    expect(
      operations.filter(({ name }) => /update|upgrade/i.test(name) && !/^(?:tasks|memories)\./.test(name)),
    ).toEqual([]);
  });

  test('where replies may lead inside is one key there, and nothing that a caller may say', () => {
    const keys = allKeyPaths().map((path) => path.join('.'));
    expect(keys.filter((key) => key.startsWith('egress.'))).toEqual(['egress.allow_private']);
    const addressed = operations.filter(({ takes }) =>
      /"[a-z_]*(?:url|host|address|allow|private)[a-z_]*":/.test(takes),
    );
    // That of an attachment, or of where a mapping finds one: it is stored and shown, and nothing fetches it.
    expect(addressed.map(({ name }) => name)).toEqual(['chat.send', 'mappings.tryOut']);
  });
});
