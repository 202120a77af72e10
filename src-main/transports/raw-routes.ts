import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpRoute, RawReply, RawRequest } from '../core/foundation/http-route.ts';
import { remoteOf, sessionOf } from './http-access.ts';
import type { InFlight } from './in-flight.ts';
import { type Report, refusalOf, sendRefusal } from './problem.ts';
import { privateHeaders } from './security-headers.ts';

export interface RawRouteDeps {
  inFlight: InFlight;
  /** Aborts when the server stops waiting. */
  stopped: AbortSignal;
  report: Report;
}

/**
 * Serves a route of the core. This is the hot path of the product: the reply is written past Fastify's own reply, with
 * headers that were put together once, and what a route seldom reads is made when it is read.
 */
export function serveRaw(route: HttpRoute, { inFlight, stopped, report }: RawRouteDeps) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    reply.hijack();
    inFlight.begin();
    const response = reply.raw;
    route.handle(new Incoming(request, response, stopped)).then(
      (answer) => {
        send(response, answer);
        inFlight.end();
      },
      (error: unknown) => {
        sendRefusal(response, refusalOf(error, report), privateHeaders);
        inFlight.end();
      },
    );
  };
}

const noBody = Buffer.alloc(0);

/** A class for its accessors: a query, an address or a signal costs only the route that asks. */
class Incoming implements RawRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly #request: FastifyRequest;
  readonly #response: ServerResponse;
  readonly #stopped: AbortSignal;

  constructor(request: FastifyRequest, response: ServerResponse, stopped: AbortSignal) {
    this.headers = request.headers;
    this.body = (request.body as Buffer | undefined) ?? noBody;
    this.#request = request;
    this.#response = response;
    this.#stopped = stopped;
  }

  get query(): URLSearchParams {
    const url = this.#request.raw.url ?? '';
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
