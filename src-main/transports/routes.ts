import type { Server, ServerResponse } from 'node:http';
import Fastify, {
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
  type onRequestHookHandler,
} from 'fastify';
import type { Role } from '../../src-shared/schema/access.ts';
import type { AppRouter } from '../api/index.ts';
import type { Clock } from '../core/foundation/clock.ts';
import type { HttpRoute } from '../core/foundation/http-route.ts';
import type { Authenticator, Session } from './authenticator.ts';
import { docsPage, docsScript, docsStyle } from './docs-page.ts';
import type { Guard } from './guard.ts';
import { refuse, remoteOf, requireRole } from './http-access.ts';
import { answerBrokenRequest } from './http-server.ts';
import type { InFlight } from './in-flight.ts';
import { describeApi } from './openapi.ts';
import { type Refusal, type Report, refusal, refusalOf, stoppingRefusal } from './problem.ts';
import { createRawRoutes, tooLarge, wrongType } from './raw-routes.ts';
import { apiPrefix, createRest, restRoutes } from './rest.ts';
import { pageHeaders } from './security-headers.ts';
import { loadStaticFiles, type StaticFile, type StaticFiles, staticFile } from './static-files.ts';

/** A route as it was declared; there is no other way to add one. */
export interface DeclaredRoute {
  methods: readonly HTTPMethods[];
  /** With `:name` for parameters. */
  path: string;
  access: Role | 'anyone' | 'signature';
  /** Whether the list of administration networks applies. */
  administration: boolean;
  maxBytes: number;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => void;

export interface HttpAppDeps {
  router: AppRouter;
  authenticator: Authenticator;
  report: Report;
  version: string;
  httpRoutes: readonly HttpRoute[];
  interfaceFolder: string;
  server: Server;
  guard: Guard;
  inFlight: InFlight;
  /** Aborts when the server stops waiting for what is under way. */
  stopped: AbortSignal;
  isStopping(): boolean;
  clock: Clock;
  /** How often streams are held against the end of their token. */
  heartbeatMs: number;
}

const maxBodyBytes = 1024 * 1024;
const allMethods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The one HTTP listener: every route declares who may call it and how much it reads, and the guard sees all of it first. */
export function createHttpApp(deps: HttpAppDeps) {
  const { guard, inFlight, stopped, report, server } = deps;
  const declared: DeclaredRoute[] = [];
  const streams = new Set<{ tokenId: string; expiresAt: number; stop: AbortController }>();
  // As sockets are: a stream ends with its token, noticed at the next beat.
  const beat = setInterval(() => {
    for (const { expiresAt, stop } of streams) if (expiresAt <= deps.clock.now()) stop.abort();
  }, deps.heartbeatMs).unref();
  deps.stopped.addEventListener('abort', () => clearInterval(beat));

  const serveRaw = createRawRoutes(deps.httpRoutes, deps);
  const app = Fastify({
    serverFactory: (handler) =>
      server.on('request', (request, response) => {
        if (!serveRaw(request, response)) handler(request, response);
      }),
    bodyLimit: maxBodyBytes,
    clientErrorHandler: answerBrokenRequest,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    // A conversation's id may hold 600 characters, three bytes each once escaped.
    routerOptions: { maxParamLength: 2048 },
    frameworkErrors: (_error, _request, reply) => refuse(reply, badAddress),
  });

  // Bytes stay bytes: signatures are made over them, and the JSON in them is read by one strict parser.
  app.removeAllContentTypeParsers();
  for (const type of ['application/json', /^application\/[\w.-]+\+json/]) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }

  app.addHook('onRequest', (request, reply, done) => {
    const reason = guard.refuse(request.raw) ?? (deps.isStopping() ? stoppingRefusal : null);
    if (reason) refuse(reply, reason);
    else done();
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, refusalOfFastify(error, report)));
  app.setNotFoundHandler((request, reply) => notFound(request, reply));

  for (const { method, path, access, maxBytes } of deps.httpRoutes)
    declared.push({ methods: [method], path, access, administration: false, maxBytes });
  declareRest();
  declarePages();
  declareWrongMethods();

  const interfaceFiles = memo(() => loadStaticFiles(deps.interfaceFolder));

  return {
    routes: declared as readonly DeclaredRoute[],

    async ready(): Promise<void> {
      await app.ready();
    },

    closeStreamsOf(tokenId: string): void {
      for (const stream of streams)
        if (stream.tokenId === tokenId) stream.stop.abort(new Error('the token was revoked'));
    },

    async close(): Promise<void> {
      await app.close();
    },
  };

  function declare(route: DeclaredRoute, handler: Handler): void {
    declared.push(route);
    const onRequest: onRequestHookHandler[] = [];
    if (route.administration) onRequest.push(requireAdministration);
    if (route.access !== 'anyone' && route.access !== 'signature') onRequest.push(requireRole(route.access, deps));
    app.route({ method: [...route.methods], url: route.path, bodyLimit: route.maxBytes, onRequest, handler });
  }

  function requireAdministration(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const reason = guard.refuseAdministration(remoteOf(request.raw));
    if (reason) refuse(reply, reason);
    else done();
  }

  function declareRest(): void {
    const rest = createRest({ router: deps.router, inFlight, stopped, report, onStream: follow });
    for (const { method, path, access } of restRoutes()) {
      const url = apiPrefix + path.replace(/\{(\w+)\}/g, ':$1');
      declare(
        { methods: [method], path: url, access, administration: url !== `${apiPrefix}/health`, maxBytes: maxBodyBytes },
        rest,
      );
    }
  }

  function declarePages(): void {
    const open = { methods: ['GET', 'HEAD'], access: 'anyone', administration: true, maxBytes: 1 } as const;
    const document = memo(async () =>
      staticFile(Buffer.from(JSON.stringify(await describeApi(deps.version, deps.httpRoutes))), json),
    );
    declare({ ...open, path: `${apiPrefix}/openapi.json` }, (request, reply) => serveFile(request, reply, document()));
    for (const [path, text, type] of docs) {
      const file = staticFile(Buffer.from(text), type);
      declare({ ...open, path }, (request, reply) => serveFile(request, reply, Promise.resolve(file)));
    }
    declare({ ...open, path: '/*' }, (request, reply) => {
      interfaceFiles().then(
        (files) => serveInterface(files, request, reply),
        (error: unknown) => refuse(reply, refusalOf(error, report)),
      );
    });
  }

  /** A known address with a method it does not have says which it has. */
  function declareWrongMethods(): void {
    const byPath = Map.groupBy(
      declared.filter(({ path }) => path !== '/*'),
      ({ path }) => path,
    );
    for (const [url, routes] of byPath) {
      const allowed = routes.flatMap(({ methods }) => methods);
      const refused = allMethods.filter((method) => !allowed.includes(method));
      const allow = allowed.join(', ');
      const wrongMethod = refusal('METHOD_NOT_ALLOWED', `This address takes ${allow}`, { allow });
      // In the first hook: whatever body there is, it is not read.
      app.route({
        method: refused,
        url,
        onRequest: (_request, reply) => refuse(reply, wrongMethod),
        handler: () => {},
      });
    }
  }

  function serveInterface(files: StaticFiles, request: FastifyRequest, reply: FastifyReply): void {
    const path = request.raw.url?.split('?', 1)[0] ?? '/';
    const file = files.find(path);
    if (file) return sendFile(request, reply, file);
    // The interface has addresses of its own; a browser that opens one gets the page, everything else the truth.
    const opensPage = request.headers.accept?.includes('text/html') && !path.startsWith('/api/') && !path.includes('.');
    if (opensPage) sendFile(request, reply, files.page());
    else notFound(request, reply);
  }

  function serveFile(request: FastifyRequest, reply: FastifyReply, file: Promise<StaticFile>): void {
    file.then(
      (found) => sendFile(request, reply, found),
      (error: unknown) => refuse(reply, refusalOf(error, report)),
    );
  }

  /** A stream nobody has proved anything for is open to everybody, and ends with nobody's token. */
  function follow(session: Session | null, remote: string, stop: AbortController): () => void {
    if (!session) return () => undefined;
    const stream = { tokenId: session.tokenId, expiresAt: session.expiresAt, stop };
    streams.add(stream);
    const noteEnd = deps.authenticator.noteConnection(session, { way: 'rest', remote });
    return () => {
      streams.delete(stream);
      noteEnd();
    };
  }
}

const json = 'application/json; charset=utf-8';
const docs = [
  ['/api/docs', docsPage, 'text/html; charset=utf-8'],
  ['/api/docs.css', docsStyle, 'text/css; charset=utf-8'],
  ['/api/docs.js', docsScript, 'text/javascript; charset=utf-8'],
] as const;

const badAddress = refusal('BAD_REQUEST', 'This is not a well-formed address');
const nothingHere = refusal('NOT_FOUND', 'There is nothing at this address');

function notFound(_request: FastifyRequest, reply: FastifyReply): void {
  refuse(reply, nothingHere);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { bytes, headers }: StaticFile): void {
  reply.hijack();
  const response: ServerResponse = reply.raw;
  // The guard has found this Host to be ours, so it may be named as a place to connect to.
  const shared = pageHeaders(`'self' ws://${request.headers.host} wss://${request.headers.host}`);
  const unchanged = request.headers['if-none-match'] === headers.etag;
  response.writeHead(unchanged ? 304 : 200, [...shared, ...Object.entries(headers).flat()]);
  response.end(unchanged || request.method === 'HEAD' ? undefined : bytes);
}

/** What Fastify itself refuses, before a route is reached. */
function refusalOfFastify(error: FastifyError, report: Report): Refusal {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return wrongType;
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
      return refusal('BAD_REQUEST', 'The body is not as long as its Content-Length says', { connection: 'close' });
    default:
      return refusalOf(error, report);
  }
}

function memo<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
