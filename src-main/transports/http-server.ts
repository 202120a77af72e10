import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '../core/foundation/app-error.ts';
import { holderOf, nameOfHolder, nextFreePort } from '../core/foundation/ports.ts';
import { refusal, refusalBytes } from './problem.ts';

// Asked for by name, not imported: an import reads every export of the module, and node:http exports WebSocket, whose
// client alone costs 13 MB and a tenth of the start (Node 24.21: 61 MB instead of 47 MB for an otherwise empty program).
const { createServer: createHttp } = process.getBuiltinModule('node:http');

/** Milliseconds, unless named otherwise. */
export interface Limits {
  /** From the first byte to the end of the headers. */
  headersTimeout: number;
  /** From the first byte to the end of the body; the answer may take longer. */
  requestTimeout: number;
  /** How late the two above may be noticed. */
  connectionsCheckingInterval: number;
  keepAliveTimeout: number;
  /** A connection on which nothing moves, in either direction. */
  silenceTimeout: number;
  maxHeaderSize: number;
  maxConnections: number;
}

export const defaultLimits: Limits = {
  headersTimeout: 4_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  silenceTimeout: 120_000,
  maxHeaderSize: 16 * 1024,
  maxConnections: 12_000,
};

/** PEM texts. */
export interface Tls {
  key: string;
  cert: string;
}

/** An HTTP server whose every wait and size has a bound; Node's own defaults leave some open. */
export function createHttpServer(limits: Limits, tls: Tls | null): Server {
  const options = {
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    connectionsCheckingInterval: limits.connectionsCheckingInterval,
    keepAliveTimeout: limits.keepAliveTimeout,
    maxHeaderSize: limits.maxHeaderSize,
    // The guard answers a missing Host like any other wrong one.
    requireHostHeader: false,
    // Other upgrades (h2c of curl, for one) go on as plain requests.
    shouldUpgradeCallback: (request: { headers: { upgrade?: string } }) =>
      request.headers.upgrade?.toLowerCase() === 'websocket',
  };
  const server = tls
    ? process.getBuiltinModule('node:https').createServer({ ...options, key: tls.key, cert: tls.cert })
    : createHttp(options);
  server.timeout = limits.silenceTimeout;
  server.maxRequestsPerSocket = 0;
  server.maxConnections = limits.maxConnections;
  return server;
}

const parserProblems: Record<string, ReturnType<typeof refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refusal('REQUEST_TIMEOUT', 'The request did not arrive in time'),
  HPE_HEADER_OVERFLOW: refusal('BAD_REQUEST', 'The headers are larger than this server reads'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal('PAYLOAD_TOO_LARGE', 'The chunk extensions are larger than this server reads'),
};
const notHttp = refusal('BAD_REQUEST', 'This is not a well-formed HTTP request');

/** What never became a request: too slow, too large, or not HTTP. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(refusalBytes(parserProblems[error.code ?? ''] ?? notHttp));
}

/** Where to listen, and how a person chooses another port. */
export interface Listening {
  host: string;
  port: number;
  /** The key of the configuration that holds the port. */
  key: string;
  /** The call that chooses it for once; null where there is none. */
  call: string | null;
  /** Ports that are not to be offered: something else of ours is to have them. */
  avoid: readonly number[];
}

/** @throws AppError PORT_IN_USE or LISTEN_REFUSED, each with what to do about it */
export async function listen(server: Server, listening: Listening): Promise<AddressInfo> {
  const { host, port, key, call } = listening;
  try {
    return await bind(server, host, port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw await portInUse(listening, cause);
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError(
        'LISTEN_REFUSED',
        `The system does not let Clawdbot listen on ${host}:${port} (${code}). Choose an address of this machine with --host or app.host, and a port from 1024 up with ${call ? '--port or ' : ''}${key}`,
        { host, port, reason: code },
        { cause },
      );
    }
    throw cause;
  }
}

function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const isUp = () => {
      server.off('error', failed);
      resolve(server.address() as AddressInfo);
    };
    const failed = (error: Error) => {
      // Another port may be tried on the same server.
      server.off('listening', isUp);
      reject(error);
    };
    server.once('error', failed);
    server.once('listening', isUp);
    server.listen({ host, port });
  });
}

async function portInUse({ host, port, key, call, avoid }: Listening, cause: unknown): Promise<AppError> {
  const [holder, free] = await Promise.all([holderOf(port), nextFreePort(port, host, { avoid })]);
  const remedy =
    free === null
      ? `choose another with ${call ? '--port or ' : ''}${key} (0 picks a free one)`
      : `use ${free}, which is free: ${call ? `${call} ${free}, or ` : ''}${key}: ${free} in config.yaml`;
  return new AppError(
    'PORT_IN_USE',
    `${nameOfHolder(holder)} already listens on ${host}:${port}. Stop it, or ${remedy}`,
    { host, port, free_port: free, holder },
    { cause },
  );
}
