import { ORPCError } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import type { OperationMeta } from '../../src-shared/contract/index.ts';
import type { Role } from '../../src-shared/schema/access.ts';
import { AppError } from '../core/foundation/app-error.ts';
import { callerOf, requireRole, tellable, told } from './implementation.ts';
import type { CallContext } from './services.ts';

const nobody: CallContext = { principal: null, remote: '127.0.0.1' };
const as = (role: Role): CallContext => ({ principal: { tokenId: 't', role, label: role }, remote: '127.0.0.1' });
const roles: Role[] = ['viewer', 'operator', 'admin'];

/** The code a call is refused with; null when it may go on. */
function refusalOf(meta: Partial<OperationMeta>, context: CallContext): string | null {
  try {
    requireRole(meta, context);
    return null;
  } catch (error) {
    return error instanceof ORPCError ? `${error.status} ${error.code} ${error.message}` : String(error);
  }
}

describe('who may call', () => {
  test('what anyone may call is open to nobody in particular', () => {
    for (const context of [nobody, ...roles.map(as)]) expect(refusalOf({ access: 'anyone' }, context)).toBeNull();
  });

  test('without a token everything else is refused, and the answer says what to send', () => {
    for (const access of roles)
      expect(refusalOf({ access }, nobody)).toBe(
        '401 UNAUTHORIZED This needs a token: send it as "Authorization: Bearer …"',
      );
  });

  test('a role covers itself and those below it', () => {
    for (const [held, role] of roles.entries())
      for (const [needed, access] of roles.entries())
        expect(refusalOf({ access }, as(role)), `${role} calls ${access}`).toBe(
          held >= needed ? null : `403 FORBIDDEN This needs the role ${access}; your token has ${role}`,
        );
  });

  test('an operation that declares nothing is closed to every role', () => {
    for (const role of roles)
      expect(refusalOf({}, as(role))).toBe(`403 FORBIDDEN This needs the role nobody has; your token has ${role}`);
    expect(refusalOf({}, nobody)).toContain('401');
  });

  test('a word that is no role is closed, whoever asks', () => {
    for (const role of roles) expect(refusalOf({ access: 'owner' as never }, as(role))).toContain('403 FORBIDDEN');
  });
});

describe('what the outside is told', () => {
  const setUp = () => {
    const reported: unknown[] = [];
    const services = {
      report(error: unknown) {
        reported.push(error);
        return 'incident-7';
      },
    };
    return { services, reported };
  };

  test('a failure of ours by its code, its words and its data', () => {
    const { services, reported } = setUp();
    const cause = new AppError('TASK_NOT_FOUND', 'No todo has this id', { id: 'x' });
    expect(tellable(cause, services)).toMatchObject({
      code: 'TASK_NOT_FOUND',
      status: 404,
      message: 'No todo has this id',
      data: { id: 'x' },
      cause,
    });
    expect(reported).toEqual([]);
  });

  test('a refusal of the protocol as it stands', () => {
    const { services, reported } = setUp();
    const refusal = new ORPCError('BAD_REQUEST', { message: 'Input validation failed' });
    expect(tellable(refusal, services)).toBe(refusal);
    expect(reported).toEqual([]);
  });

  test.each([
    ['an error that nobody expected', new Error('SQLITE_CORRUPT at /home/ana')],
    ['a word that was thrown', 'oops'],
    ['nothing', undefined],
  ])('%s as an incident number and nothing else', (_what, error) => {
    const { services, reported } = setUp();
    const answer = tellable(error, services);
    expect(answer).toMatchObject({
      code: 'INTERNAL',
      status: 500,
      message: 'Something went wrong here; the log has it as incident incident-7',
      data: { incident: 'incident-7' },
    });
    expect(JSON.stringify(answer)).not.toContain('ana');
    expect(answer.cause).toBeUndefined();
    expect(reported).toEqual([error]);
  });

  test('a failure that the protocol wrapped, with what it wrapped in the log', () => {
    const { services, reported } = setUp();
    const cause = new Error('inside');
    const bare = new ORPCError('INTERNAL_SERVER_ERROR');
    expect(tellable(new ORPCError('INTERNAL_SERVER_ERROR', { cause }), services)).toMatchObject({ code: 'INTERNAL' });
    tellable(bare, services);
    expect(reported).toEqual([cause, bare]);
  });

  test('what works is passed through, and what fails on the way is told the same way', async () => {
    const { services } = setUp();
    expect(await told(async () => 7, services)).toBe(7);
    expect(await told(() => 8, services)).toBe(8);
    for (const run of [
      () => Promise.reject(new Error('later')),
      () => {
        throw new Error('at once');
      },
    ])
      await expect(told(run, services)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

test('a caller is who the transport found, and not more', () => {
  const { signal } = new AbortController();
  const context = { ...as('viewer'), role: 'admin' };
  expect(callerOf({ context, signal })).toEqual({ principal: context.principal, remote: '127.0.0.1', signal });
  expect(callerOf({ context })).toEqual({ principal: context.principal, remote: '127.0.0.1', signal: undefined });
});
