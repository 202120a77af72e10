import type { IncomingHttpHeaders } from 'node:http';
import type { Principal, Role } from '../../../src-shared/schema/access.ts';

/**
 * A way in that the core serves by itself, handed to the web server as data. The server has checked Host and Origin, the
 * size and, unless `access` is 'signature', the token and its role before `handle` runs; what `handle` throws becomes a
 * problem document.
 */
export interface HttpRoute {
  method: 'GET' | 'POST';
  /** An exact path, for example `/api/messages`. */
  path: string;
  /** A longer body is refused with 413 before it is read whole. */
  maxBytes: number;
  /** The least role that may call it, or 'signature' where the handler itself proves the sender from the raw bytes. */
  access: 'signature' | Role;
  handle(request: RawRequest): Promise<RawReply>;
}

export interface RawRequest {
  headers: IncomingHttpHeaders;
  query: URLSearchParams;
  /** Exactly the bytes that arrived; empty without a body. */
  body: Buffer;
  /** The peer's address in canonical form. */
  remote: string;
  /** Null on a route whose access is 'signature'. */
  principal: Principal | null;
  /** Aborts when the peer goes away or the server stops. */
  signal: AbortSignal;
}

export interface RawReply {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON; left out, the reply has no body. */
  body?: unknown;
}
