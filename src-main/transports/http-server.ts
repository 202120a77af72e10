import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '../core/foundation/app-error.ts';
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

/** @throws AppError PORT_IN_USE or LISTEN_REFUSED, each with what to do about it */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  try {
    return await bind(server, host, port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw await portInUse(host, port, cause);
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError(
        'LISTEN_REFUSED',
        `The system does not let Clawdbot listen on ${host}:${port} (${code}). Choose an address of this machine with --host, and a port from 1024 up with --port`,
        { host, port, reason: code },
        { cause },
      );
    }
    throw cause;
  }
}

function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

async function portInUse(host: string, port: number, cause: unknown): Promise<AppError> {
  const free = await findFreePort(host, port + 1);
  const remedy =
    free === null
      ? 'choose another with --port (0 picks a free one)'
      : `${free} is free: use --port ${free}, or set app.port in config.yaml`;
  return new AppError(
    'PORT_IN_USE',
    `Another program already listens on ${host}:${port}. Stop it, or ${remedy}`,
    { host, port, free_port: free },
    { cause },
  );
}

const portsTried = 20;

async function findFreePort(host: string, from: number): Promise<number | null> {
  for (let port = from; port < Math.min(from + portsTried, 65_536); port++) {
    if (await isFree(host, port)) return port;
  }
  return null;
}

function isFree(host: string, port: number): Promise<boolean> {
  const probe = createHttp();
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}
