import { traverseContractProcedures } from '@orpc/server';
import { afterAll, expect, test } from 'vitest';
import type { HttpRoute } from '../../src-main/core/foundation/http-route.ts';
import { contract } from '../../src-shared/contract/index.ts';
import { startWeb } from '../fakes/web.ts';

const httpRoutes: HttpRoute[] = (['/api/messages', '/api/v1/messages'] as const).map((path) => ({
  method: 'POST',
  path,
  maxBytes: 1024,
  access: path === '/api/messages' ? 'signature' : 'operator',
  handle: () => Promise.resolve({ status: 202 }),
}));
const web = await startWeb({ httpRoutes });
afterAll(() => web.stop());

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: unknown;
  responses: Record<string, { content?: Record<string, unknown> }>;
  security?: unknown[];
}
const read = async () =>
  (await (await fetch(`${web.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };

test('the document lists every operation of the contract and every way in for messages', async () => {
  const { paths } = await read();
  const missing: string[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure }) => {
    const { method = '', path = '' } = procedure['~orpc'].route;
    if (!paths[path]?.[method.toLowerCase()]) missing.push(`${method} ${path}`);
  });

  expect(missing).toEqual([]);
  expect(paths['/api/messages']?.post?.security).toEqual([]);
  expect(paths['/messages']?.post?.requestBody).toBeDefined();
});

test('every failure in the document is a problem document', async () => {
  const { paths } = await read();
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const failures = operations.flatMap(({ responses }) =>
    Object.entries(responses).filter(([status]) => status === 'default' || Number(status) >= 400),
  );

  expect(failures.length).toBeGreaterThan(operations.length);
  expect(
    failures.filter(([, { content }]) => Object.keys(content ?? {}).join() !== 'application/problem+json'),
  ).toEqual([]);
});

test('what a DELETE takes is read from its address, as the document says', async () => {
  const { paths } = await read();
  expect(paths['/memories']?.delete).toMatchObject({ parameters: [{ name: 'subject', in: 'query', required: true }] });
  expect(paths['/memories']?.delete?.requestBody).toBeUndefined();

  const response = await fetch(`${web.url}/api/v1/memories?subject=${encodeURIComponent('李雷')}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${web.tokens.operator}` },
  });
  expect(await response.json()).toEqual({ erased: 2 });
});

test('a number in an address is a number, a number as text in JSON is not', async () => {
  const headers = { authorization: `Bearer ${web.tokens.operator}`, 'content-type': 'application/json' };
  expect((await fetch(`${web.url}/api/v1/tasks?limit=5`, { headers })).status).toBe(200);
  expect((await fetch(`${web.url}/api/v1/tasks?limit=0`, { headers })).status).toBe(400);
  const body = JSON.stringify({ title: 'x', progress: '0.5' });
  expect((await fetch(`${web.url}/api/v1/tasks`, { method: 'POST', headers, body })).status).toBe(400);
});

test('an id with any sign in it arrives whole', async () => {
  const id = `webhook:群/1 ?#%${'长'.repeat(100)}`;
  const response = await fetch(`${web.url}/api/v1/conversations/${encodeURIComponent(id)}/messages`, {
    headers: { authorization: `Bearer ${web.tokens.viewer}` },
  });
  expect(await response.json()).toMatchObject({
    code: 'CONVERSATION_NOT_FOUND',
    detail: `There is no conversation ${id}`,
  });
});
