import type { ServerResponse } from 'node:http';
import { SmartCoercionPlugin } from '@orpc/json-schema';
import { StandardOpenAPIHandler } from '@orpc/openapi/standard';
import { type ORPCError, traverseContractProcedures } from '@orpc/server';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contract, type OperationMeta } from '../../src-shared/contract/index.ts';
import type { AppRouter, CallContext } from '../api/index.ts';
import { AppError } from '../core/foundation/app-error.ts';
import { parseJson } from '../core/foundation/strict-json.ts';
import type { Session } from './authenticator.ts';
import { sendEvents } from './event-stream.ts';
import { remoteOf, sessionOf } from './http-access.ts';
import type { InFlight } from './in-flight.ts';
import {
  isErrorCode,
  type Problem,
  type Refusal,
  type Report,
  refusal,
  refusalOf,
  retryHeader,
  sendRefusal,
} from './problem.ts';
import { goneSignal } from './raw-routes.ts';
import { privateHeaders } from './security-headers.ts';

export const apiPrefix = '/api/v1';

/** What the web server needs to know of an operation to put a route before it. */
export interface RestRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the prefix, with `{id}` for parameters. */
  path: `/${string}`;
  access: OperationMeta['access'];
}

/** Every operation of the contract that has a route; one that does not say who may call it is closed to all but admins. */
export function restRoutes(): RestRoute[] {
  const routes: RestRoute[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure, path }) => {
    const { route, meta } = procedure['~orpc'];
    if (!route.method || !route.path || route.method === 'HEAD') throw new Error(`${path.join('.')} declares no route`);
    routes.push({ method: route.method, path: route.path, access: (meta as Partial<OperationMeta>).access ?? 'admin' });
  });
  return routes;
}

export interface RestDeps {
  router: AppRouter;
  inFlight: InFlight;
  stopped: AbortSignal;
  report: Report;
  /** Told about each stream of events, so that it ends with its token. */
  onStream(session: Session | null, remote: string, stop: AbortController): () => void;
}

/** Serves the contract as REST with problem documents for errors and server-sent events for streams. */
export function createRest({ router, inFlight, stopped, report, onStream }: RestDeps) {
  const options = {
    customErrorResponseBodyEncoder: (error: ORPCError<string, unknown>) => refusalOfCall(error, report),
  };
  const strict = new StandardOpenAPIHandler<CallContext>(router, options);
  // Only what arrives as text is coerced: in JSON, "5" is a text and stays one.
  const plugins = [new SmartCoercionPlugin<CallContext>({ schemaConverters: [new ZodToJsonSchemaConverter()] })];
  const coercing = new StandardOpenAPIHandler<CallContext>(router, { ...options, plugins });

  async function answer(request: FastifyRequest, response: ServerResponse): Promise<void> {
    const url = new URL(`http://localhost${request.raw.url}`);
    refusePollution(url.searchParams);
    const asText = request.method === 'GET' || request.method === 'DELETE';
    const body = readBody(request, url);
    const session = sessionOf(request.raw);
    const remote = remoteOf(request.raw);
    const stop = new AbortController();
    const signal = AbortSignal.any([stopped, stop.signal, goneSignal(response)]);

    const { response: found } = await (asText ? coercing : strict).handle(
      { method: request.method, url, headers: request.headers, body: () => Promise.resolve(body), signal },
      { prefix: apiPrefix, context: { principal: session, remote } },
    );
    if (!found) sendRefusal(response, refusal('NOT_FOUND', 'There is nothing at this address'), privateHeaders);
    else if (found.status >= 400) sendRefusal(response, found.body as Refusal, privateHeaders);
    else if (isStream(found.body)) {
      const forget = onStream(session, remote, stop);
      void sendEvents(response, found.body, signal).finally(forget);
    } else sendJson(response, found.status, found.body);
  }

  return (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    inFlight.begin();
    answer(request, reply.raw)
      .catch((error: unknown) => sendRefusal(reply.raw, refusalOf(error, report), privateHeaders))
      .finally(() => inFlight.end());
  };
}

/** A DELETE carries its input in the query, as a GET does; the handler would look for it in the body alone. */
function readBody(request: FastifyRequest, url: URL): unknown {
  const bytes = request.body as Buffer | undefined;
  if (bytes && bytes.length > 0) return parseJson(bytes);
  return request.method === 'DELETE' && url.search ? url.searchParams : undefined;
}

const pollution = /(?:^|[[\].])(?:__proto__|constructor|prototype)(?:$|[[\].])/;

function refusePollution(query: URLSearchParams): void {
  for (const key of query.keys()) {
    if (pollution.test(key)) throw new AppError('BAD_REQUEST', 'The query holds a key that would change a prototype');
  }
}

/** The error encoder has room for a body only, so the whole refusal travels as that body and is unpacked when it is sent. */
function refusalOfCall(error: ORPCError<string, unknown>, report: Report): Refusal {
  if (!isErrorCode(error.code)) return refusalOf(error, report);
  const found = refusal(error.code, error.message, retryHeader(error.data));
  const errors = issuesOf(error.data);
  if (errors) Object.assign(found.problem, { detail: `The input is not valid: ${describe(errors)}`, errors });
  return found;
}

function issuesOf(data: unknown): Problem['errors'] {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues)) return undefined;
  const issues = data.issues as { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] }[];
  return issues.slice(0, 20).map(({ message, path = [] }) => ({ pointer: pointerTo(path), detail: message }));
}

/** RFC 6901, as a fragment. */
function pointerTo(path: readonly (PropertyKey | { key: PropertyKey })[]): string {
  const names = path.map((step) =>
    String(typeof step === 'object' ? step.key : step)
      .replaceAll('~', '~0')
      .replaceAll('/', '~1'),
  );
  return `#${names.map((name) => `/${name}`).join('')}`;
}

const describe = (errors: NonNullable<Problem['errors']>): string =>
  errors
    .slice(0, 3)
    .map(({ pointer, detail }) => (pointer === '#' ? detail : `${pointer.slice(2)}: ${detail}`))
    .join('; ');

const isStream = (body: unknown): body is AsyncIterator<unknown> =>
  typeof body === 'object' && body !== null && 'next' in body && typeof body.next === 'function';

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body) ?? '';
  response.writeHead(status, [
    ...privateHeaders,
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(Buffer.byteLength(text)),
  ]);
  response.end(text);
}
