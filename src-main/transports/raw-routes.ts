import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRoute, RawReply, RawRequest } from '../core/foundation/http-route.ts';
import type { Guard } from './guard.ts';
import { authorize, type HttpAccessDeps, remoteOf, sessionOf } from './http-access.ts';
import type { InFlight } from './in-flight.ts';
import { type Refusal, refusal, refusalOf, sendRefusal, stoppingRefusal } from './problem.ts';
import { privateHeaders } from './security-headers.ts';

export interface RawRouteDeps extends HttpAccessDeps {
  guard: Guard;
  inFlight: InFlight;
  /** Aborts when the server stops waiting. */
  stopped: AbortSignal;
  isStopping(): boolean;
}

/**
 * Serves the ways in of the core, which have exact addresses, ahead of the web framework: this is the hot path of the
 * product, and routing, hooks and reply objects cost as much there as storing the message (see docs/adr/0013).
 * Answers whether the request was one of theirs.
 */
export function createRawRoutes(routes: readonly HttpRoute[], deps: RawRouteDeps) {
  const byAddress = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const { guard, inFlight, stopped, isStopping, report } = deps;

  function serve(route: HttpRoute, request: IncomingMessage, response: ServerResponse): void {
    const reason = guard.refuse(request) ?? (isStopping() ? stoppingRefusal : null);
    if (reason) return refuse(response, reason);
    if (route.access === 'signature') return read(route, request, response);
    authorize(request, route.access, deps, (unproven) => {
      if (unproven) refuse(response, unproven);
      else read(route, request, response);
    });
  }

  function read(route: HttpRoute, request: IncomingMessage, response: ServerResponse): void {
    const reason = refuseBody(request.headers, route.maxBytes);
    if (reason) return refuse(response, reason);
    collectBody(request, route.maxBytes, (body) => {
      if (body) handle(route, new Incoming(request, response, body, stopped), response);
      else refuse(response, tooLarge);
    });
  }

  function handle(route: HttpRoute, incoming: Incoming, response: ServerResponse): void {
    inFlight.begin();
    route.handle(incoming).then(
      (answer) => {
        send(response, answer);
        inFlight.end();
      },
      (error: unknown) => {
        refuse(response, refusalOf(error, report));
        inFlight.end();
      },
    );
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const route = byAddress.get(`${request.method} ${pathOf(request)}`);
    if (route) serve(route, request, response);
    return route !== undefined;
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

const refuse = (response: ServerResponse, reason: Refusal) => sendRefusal(response, reason, privateHeaders);

export const tooLarge = refusal('PAYLOAD_TOO_LARGE', 'The body is larger than this address reads', {
  connection: 'close',
});
export const wrongType = refusal('UNSUPPORTED_MEDIA_TYPE', 'This address reads application/json', {
  connection: 'close',
});

const jsonType = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/** What the headers alone say against the body. A request without one goes on: its handler knows what is missing. */
function refuseBody(headers: IncomingHttpHeaders, maxBytes: number): Refusal | null {
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > maxBytes) return tooLarge;
  const type = headers['content-type'];
  if (type === 'application/json' || (type !== undefined && jsonType.test(type))) return null;
  const hasBody = (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
  return type !== undefined || hasBody ? wrongType : null;
}

const noBody = Buffer.alloc(0);

/** Calls `done` with all bytes, or with null as soon as there are too many. A peer that breaks off is never answered. */
function collectBody(request: IncomingMessage, maxBytes: number, done: (body: Buffer | null) => void): void {
  let first: Buffer = noBody;
  let more: Buffer[] | null = null;
  let size = 0;
  request.on('data', take);
  request.on('end', finish);

  function take(chunk: Buffer): void {
    size += chunk.length;
    if (size > maxBytes) {
      request.off('data', take).off('end', finish).resume();
      done(null);
    } else if (size === chunk.length) first = chunk;
    else (more ??= [first]).push(chunk);
  }

  function finish(): void {
    done(more ? Buffer.concat(more, size) : first);
  }
}

/** A class for its accessors: a query, an address or a signal costs only the route that asks. */
class Incoming implements RawRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #stopped: AbortSignal;

  constructor(request: IncomingMessage, response: ServerResponse, body: Buffer, stopped: AbortSignal) {
    this.headers = request.headers;
    this.body = body;
    this.#request = request;
    this.#response = response;
    this.#stopped = stopped;
  }

  get query(): URLSearchParams {
    const url = this.#request.url ?? '';
    const start = url.indexOf('?');
    return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
  }

  get remote(): string {
    return remoteOf(this.#request);
  }

  get principal() {
    return sessionOf(this.#request);
  }

  get signal(): AbortSignal {
    return AbortSignal.any([this.#stopped, goneSignal(this.#response)]);
  }
}

/** Aborts when the peer leaves before the response has ended. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const check = () => {
    if (!response.writableFinished) gone.abort(new Error('the caller is gone'));
  };
  if (response.closed) check();
  else response.once('close', check);
  return gone.signal;
}

function send(response: ServerResponse, { status, headers, body }: RawReply): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const pairs = [...privateHeaders, 'content-length', String(Buffer.byteLength(text))];
  if (body !== undefined)
    pairs.push(
      'content-type',
      status >= 400 ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8',
    );
  for (const name in headers) pairs.push(name, headers[name] ?? '');
  response.writeHead(status, pairs);
  response.end(text);
}
