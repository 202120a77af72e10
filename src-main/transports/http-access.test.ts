import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src-shared/schema/access.ts';
import { AppError } from '../core/foundation/app-error.ts';
import type { Authenticator, Session } from './authenticator.ts';
import { authorize, remoteOf, requireRole, sessionOf } from './http-access.ts';
import type { Refusal } from './problem.ts';

const sessions: Record<string, Session> = Object.fromEntries(
  (['viewer', 'operator', 'admin'] as const).map((role) => [
    `${role}-token`,
    { tokenId: `id-${role}`, role, label: role, expiresAt: Number.MAX_SAFE_INTEGER },
  ]),
);

function setUp({ isProven = false, fails }: { isProven?: boolean; fails?: Error } = {}) {
  const asked: { token: string; address: string }[] = [];
  const reported: unknown[] = [];
  const authenticator: Authenticator = {
    peek: (token) => (isProven ? (sessions[token] ?? null) : null),
    authenticate: async (token, address) => {
      asked.push({ token, address });
      if (fails) throw fails;
      return sessions[token] ?? null;
    },
    noteUse: () => {},
    noteConnection: () => () => {},
  };
  const report = (error: unknown) => {
    reported.push(error);
    return 'incident-1';
  };
  const ask = (authorization: string | undefined, needed: Role = 'viewer', remote = '::ffff:192.0.2.1') => {
    const request = {
      headers: authorization === undefined ? {} : { authorization },
      socket: { remoteAddress: remote },
    } as unknown as IncomingMessage;
    return new Promise<{ reason: Refusal | null; request: IncomingMessage }>((resolve) =>
      authorize(request, needed, { authenticator, report }, (reason) => resolve({ reason, request })),
    );
  };
  return { ask, asked, reported, authenticator, report };
}

const unauthorized = {
  problem: expect.objectContaining({
    code: 'UNAUTHORIZED',
    status: 401,
    detail: 'This needs a valid token: send it as "Authorization: Bearer …"',
  }),
  headers: { 'www-authenticate': 'Bearer realm="clawdbot"' },
};

describe('a token in the header', () => {
  test.each(['Bearer admin-token', 'bearer admin-token', 'BEARER   admin-token  '])('"%s" is read', async (header) => {
    const { ask, asked } = setUp();
    const { reason, request } = await ask(header);
    expect(reason).toBeNull();
    expect(asked).toEqual([{ token: 'admin-token', address: '192.0.2.1' }]);
    expect(sessionOf(request)).toBe(sessions['admin-token']);
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer    ',
    'admin-token',
    'Basic YTpi',
    'Token admin-token',
    'Bearer\tadmin-token',
    'Bearex admin-token',
  ])('"%s" is none, and nobody is asked about it', async (header) => {
    const { ask, asked } = setUp();
    const { reason, request } = await ask(header);
    expect(reason).toEqual(unauthorized);
    expect(asked).toEqual([]);
    expect(sessionOf(request)).toBeNull();
  });

  test('a token being there is not a token being valid', async () => {
    for (const token of ['random', 'null', 'undefined', '[]', '{}', 'true', '0', 'viewer', 'admin-token2']) {
      const { reason, request } = await setUp().ask(`Bearer ${token}`);
      expect(reason, token).toEqual(unauthorized);
      expect(sessionOf(request)).toBeNull();
    }
  });
});

describe('the role', () => {
  const held: Role[] = ['viewer', 'operator', 'admin'];
  const cells = held.flatMap((role, rank) => held.map((needed, level) => [role, needed, rank >= level] as const));

  test.each(cells)('%s asking for what needs %s: %s', async (role, needed, isAdmitted) => {
    for (const isProven of [false, true]) {
      const { reason, request } = await setUp({ isProven }).ask(`Bearer ${role}-token`, needed);
      if (isAdmitted) expect(reason).toBeNull();
      else
        expect(reason?.problem).toMatchObject({
          code: 'FORBIDDEN',
          detail: `This needs the role ${needed}; your token has ${role}`,
        });
      expect(sessionOf(request)?.role ?? null).toBe(isAdmitted ? role : null);
    }
  });
});

test('a token that was proven before is admitted in the same turn, and nobody is asked', () => {
  const { authenticator, report, asked } = setUp({ isProven: true });
  const request = { headers: { authorization: 'Bearer operator-token' }, socket: {} } as unknown as IncomingMessage;
  let settled: Refusal | null | 'not yet' = 'not yet';
  authorize(request, 'operator', { authenticator, report }, (reason) => (settled = reason));
  expect(settled).toBeNull();
  expect(asked).toEqual([]);
});

test('who guesses too often is told to wait; a failure that nobody expected leaves as a number', async () => {
  const slow = new AppError('RATE_LIMITED', 'Too many failed attempts', { retry_after_s: 60 });
  const limited = await setUp({ fails: slow }).ask('Bearer x');
  expect(limited.reason).toMatchObject({ problem: { code: 'RATE_LIMITED' }, headers: { 'retry-after': '60' } });

  const broken = setUp({ fails: new Error('the database is at /home/ana/secret.db') });
  const { reason } = await broken.ask('Bearer x');
  expect(reason?.problem).toMatchObject({ code: 'INTERNAL' });
  expect(reason?.problem.detail).toContain('incident-1');
  expect(JSON.stringify(reason)).not.toContain('secret.db');
  expect(broken.reported).toHaveLength(1);
});

test('one peer has one address, however the system spells it', () => {
  const at = (remoteAddress?: string) => remoteOf({ socket: { remoteAddress } } as unknown as IncomingMessage);
  expect(at('::ffff:127.0.0.1')).toBe('127.0.0.1');
  expect(at('127.0.0.1')).toBe('127.0.0.1');
  expect(at()).toBe('');
});

describe('as a hook of a route', () => {
  const run = (token: string) => {
    const { authenticator, report } = setUp({ isProven: true });
    const written: { status: number; headers: unknown; body: string }[] = [];
    let hijacked = 0;
    let passed = 0;
    const raw = {
      headersSent: false,
      req: { method: 'GET' },
      writeHead: (status: number, headers: unknown) => written.push({ status, headers, body: '' }),
      end: (body: string) => Object.assign(written.at(-1) ?? {}, { body }),
    };
    const request = { raw: { headers: { authorization: `Bearer ${token}` }, socket: {} } };
    const hook = requireRole('operator', { authenticator, report });
    hook.call({} as never, request as never, { raw, hijack: () => hijacked++ } as never, () => passed++);
    return { written, hijacked, passed };
  };

  test('it lets through whose role covers the route, and writes nothing', () => {
    expect(run('operator-token')).toEqual({ written: [], hijacked: 0, passed: 1 });
  });

  test('it answers everybody else itself, kept out of every cache, and the route is not reached', () => {
    const { written, hijacked, passed } = run('viewer-token');
    expect([hijacked, passed]).toEqual([1, 0]);
    expect(written).toMatchObject([{ status: 403, body: expect.stringContaining('FORBIDDEN') }]);
    expect(written[0]?.headers).toEqual(expect.arrayContaining(['cache-control', 'no-store']));
  });
});
