import { createRouterClient, traverseContractProcedures } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRouter } from '../../src-main/api/index.ts';
import { contract, type OperationMeta } from '../../src-shared/contract/index.ts';
import { type Role, roleCovers } from '../../src-shared/schema/access.ts';
import { createFakeServices } from '../fakes/services.ts';
import { startWeb, type TestWeb } from '../fakes/web.ts';

interface Operation {
  path: readonly string[];
  method: string;
  url: string;
  access: OperationMeta['access'] | undefined;
  takes: boolean;
  answers: boolean;
}

const operations: Operation[] = [];
traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
  const { route, meta, inputSchema, outputSchema } = procedure['~orpc'];
  operations.push({
    path,
    method: route.method ?? '',
    url: `/api/v1${(route.path ?? '').replace(/\{\w+\}/g, 'x')}`,
    access: (meta as Partial<OperationMeta>).access,
    takes: inputSchema !== undefined,
    answers: outputSchema !== undefined,
  });
});

const callers: (Role | 'nobody')[] = ['nobody', 'viewer', 'operator', 'admin'];
const cells = operations.flatMap((operation) => callers.map((caller) => ({ operation, caller })));
type Cell = (typeof cells)[number];

/** What the contract itself says of a cell. */
function expected({ operation: { access }, caller }: Cell): 'allowed' | 'UNAUTHORIZED' | 'FORBIDDEN' {
  if (access === 'anyone') return 'allowed';
  if (caller === 'nobody') return 'UNAUTHORIZED';
  return access && roleCovers(caller, access) ? 'allowed' : 'FORBIDDEN';
}

const describeCell = ({ operation, caller }: Cell, outcome: string) =>
  `${caller} ${operation.path.join('.')} ${outcome}`;
const wanted = cells.map((cell) => describeCell(cell, expected(cell)));
const asOutcome = (code: string) => (code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? code : 'allowed');

test(`every operation says who may call it: ${operations.length}/${operations.length}`, () => {
  expect(operations.length).toBeGreaterThan(30);
  expect(operations.filter(({ access }) => access === undefined)).toEqual([]);
});

test(`every operation has a schema for what it takes and for what it answers: ${operations.length}/${operations.length}`, () => {
  expect(operations.filter(({ answers }) => !answers).map(({ path }) => path.join('.'))).toEqual([]);
  // Without one whatever comes is dropped unread, so only what reads and has no parameter may be without.
  const takeNothing = operations.filter(({ takes }) => !takes);
  expect(takeNothing.filter(({ method, url }) => method !== 'GET' || url.split('/').includes('x'))).toEqual([]);
});

test(`role × operation as the contract declares it, in the router itself: ${cells.length}/${cells.length} cells`, async () => {
  const router = createRouter(createFakeServices().services);

  const found = await Promise.all(
    cells.map(async (cell) => {
      const { caller, operation } = cell;
      const principal = caller === 'nobody' ? null : { tokenId: 'T', role: caller, label: caller };
      const client = createRouterClient(router, { context: { principal, remote: '127.0.0.1' } });
      const call = operation.path.reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], client) as (
        input: unknown,
      ) => Promise<unknown>;
      const code = await call({}).then(
        () => '',
        (error: { code: string }) => error.code,
      );
      return describeCell(cell, asOutcome(code));
    }),
  );

  expect(found).toEqual(wanted);
});

describe('through HTTP', () => {
  let web: TestWeb;
  beforeAll(async () => {
    web = await startWeb();
  });
  afterAll(() => web.stop());

  const ask = async ({ method, url }: Operation, token: string | null) => {
    const stop = new AbortController();
    const response = await fetch(web.url + url, {
      method,
      signal: stop.signal,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    const body = isStream ? {} : ((await response.json()) as { code?: string });
    stop.abort();
    return { status: response.status, code: body.code ?? '', type: response.headers.get('content-type') ?? '' };
  };

  test(`role × operation as the contract declares it: ${cells.length}/${cells.length} cells`, async () => {
    const found: string[] = [];
    for (const cell of cells) {
      const { code } = await ask(cell.operation, cell.caller === 'nobody' ? null : web.tokens[cell.caller]);
      found.push(describeCell(cell, asOutcome(code)));
    }
    expect(found).toEqual(wanted);
  });

  test(`every operation refuses every kind of wrong token with the same words`, async () => {
    const foreign = await startWeb();
    const ended = await web.mint('admin', -1);
    const revoked = await web.mint('admin');
    await web.access.revoke(revoked.id);
    const wrong: Record<string, string> = {
      empty: '',
      'a word': 'wrong',
      'an array': '[]',
      null: 'null',
      expired: ended.token,
      revoked: revoked.token,
      'of another instance': foreign.tokens.admin,
    };
    await foreign.stop();
    const closed = operations.filter(({ access }) => access !== 'anyone');

    const answers = new Set<string>();
    for (const operation of closed) {
      for (const token of Object.values(wrong)) {
        const { status, code } = await ask(operation, token);
        answers.add(`${status} ${code}`);
      }
    }

    // Guessing is limited, so after ten guesses the answer is "later" and the tokens are not looked at.
    expect([...answers].sort()).toEqual(['401 UNAUTHORIZED', '429 RATE_LIMITED']);
  });
});

test('a token of 1 MiB is refused before it is looked at', async () => {
  const web = await startWeb();
  const response = await fetch(`${web.url}/api/v1/tasks`, {
    headers: { authorization: `Bearer ${'x'.repeat(1 << 20)}` },
  }).catch(() => null);
  // Node ends a connection whose headers are too large; either way nothing was served.
  expect(response?.ok ?? false).toBe(false);
  expect((await fetch(`${web.url}/api/v1/health`)).status).toBe(200);
  await web.stop();
});
