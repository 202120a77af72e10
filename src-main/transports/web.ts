import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TokenWay } from '../../src-shared/schema/access.ts';
import type { AppRouter } from '../api/index.ts';
import { canonicalAddress } from '../core/foundation/address.ts';
import type { Clock } from '../core/foundation/clock.ts';
import type { HttpRoute } from '../core/foundation/http-route.ts';
import type { SocketRoute } from '../core/foundation/socket-route.ts';
import type { Authenticator } from './authenticator.ts';
import { createGuard, type Guard } from './guard.ts';
import { answerBrokenRequest, createHttpServer, defaultLimits, type Limits, listen, type Tls } from './http-server.ts';
import { createInFlight } from './in-flight.ts';
import { type Refusal, type Report, refusal, refusalBytes, sendRefusal, stoppingRefusal } from './problem.ts';
import { createHttpApp, type DeclaredRoute } from './routes.ts';
import { rpcPayload } from './rpc-frame.ts';
import { createRpcSockets } from './rpc-socket.ts';
import { createSocketGate, defaultSocketLimits, type ProvenSocket, type SocketLimits } from './socket-gate.ts';
import { serveSocketMode, socketModePayload } from './socket-mode.ts';

export interface WebDeps {
  router: AppRouter;
  authenticator: Authenticator;
  clock: Clock;
  /** Logs a failure that nobody expected and returns its incident id. */
  report: Report;
  version: string;
  /** The ways in that the core serves by itself. */
  httpRoutes: readonly HttpRoute[];
  /** Socket mode; null where it is switched off. */
  socketRoute: SocketRoute | null;
  /** The built interface. */
  interfaceFolder: string;
  /** Further host names this server is called by. */
  names?: readonly string[];
  /** Networks that may use the administration surface; null admits every address that can connect. */
  adminNetworks?: readonly string[] | null;
  tls?: Tls | null;
  limits?: Partial<Limits>;
  socketLimits?: Partial<SocketLimits>;
}

export interface ListenOptions {
  host: string;
  port: number;
  /** Ports that are not offered where this one is taken. */
  avoid?: readonly number[];
}

export interface WebAddress {
  host: string;
  port: number;
  url: string;
}

export type Web = ReturnType<typeof createWeb>;

/** Everything that travels by HTTP and WebSocket: interface, REST, RPC, the ways in for messages, socket mode. */
export function createWeb(deps: WebDeps) {
  const { router, authenticator, clock, report, socketRoute, tls = null } = deps;
  const limits = { ...defaultLimits, ...deps.limits };
  const guardOptions = { names: deps.names ?? [], adminNetworks: deps.adminNetworks ?? null, secure: tls !== null };
  const inFlight = createInFlight();
  const stopped = new AbortController();
  const socketLimits = { ...defaultSocketLimits, ...deps.socketLimits };
  const gate = createSocketGate({
    authenticator,
    clock,
    report,
    limits: socketLimits,
  });
  const serveRpc = createRpcSockets({ router, inFlight });
  let stopping = false;

  const main = createHttpServer(limits, tls);
  const servers: Server[] = [main];
  const mainGuard = createGuard(guardOptions);
  const app = createHttpApp({
    ...deps,
    server: main,
    guard: mainGuard,
    inFlight,
    stopped: stopped.signal,
    isStopping: () => stopping,
    heartbeatMs: socketLimits.heartbeatMs,
  });
  const upgrades: Record<string, Upgrade> = {
    '/rpc': { administration: true, way: 'interface', maxPayload: rpcPayload, serve: serveRpc },
  };
  const mode: Upgrade | null = socketRoute && {
    administration: false,
    way: 'socket',
    maxPayload: socketModePayload,
    serve: (proven) => serveSocketMode(socketRoute, proven),
  };
  if (mode) upgrades['/ws'] = mode;
  main.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    upgrade(mainGuard, upgrades, request, stream, head),
  );

  return {
    /** Starts to listen; port 0 picks a free one. @throws AppError PORT_IN_USE or LISTEN_REFUSED */
    async listen({ host, port, avoid = [] }: ListenOptions): Promise<WebAddress> {
      await app.ready();
      const bound = await listen(main, { host, port, avoid, key: 'app.port', call: 'clawdbot serve --port' });
      mainGuard.servesAt(bound);
      return describeAddress(bound, tls ? 'https' : 'http');
    },

    /** Gives socket mode a port of its own, beside `/ws`. @throws AppError PORT_IN_USE or LISTEN_REFUSED */
    async listenForSockets({ host, port, avoid = [] }: ListenOptions): Promise<WebAddress> {
      if (!mode) throw new Error('socket mode is switched off, so there is nothing to serve on a port of its own');
      const guard = createGuard(guardOptions);
      const server = createSocketServer(guard, mode);
      const bound = await listen(server, { host, port, avoid, key: 'platforms.socket.port', call: null });
      guard.servesAt(bound);
      servers.push(server);
      return describeAddress(bound, tls ? 'wss' : 'ws');
    },

    /** Every HTTP route with who may call it and how much it reads. */
    get routes(): readonly DeclaredRoute[] {
      return app.routes;
    },

    /** The addresses at which a WebSocket opens. */
    get sockets(): readonly string[] {
      return Object.keys(upgrades);
    },

    closeSocketsOf(tokenId: string): void {
      gate.closeSocketsOf(tokenId);
      app.closeStreamsOf(tokenId);
    },

    /** Takes nothing new, lets what is under way finish for `drainMs`, then closes everything. */
    async close({ drainMs }: { drainMs: number }): Promise<void> {
      stopping = true;
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      await inFlight.settle(drainMs);
      stopped.abort(new Error('the server is stopping'));
      await gate.close();
      for (const server of servers) server.closeIdleConnections();
      const cut = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), lastWordsMs);
      await Promise.all(closed);
      clearTimeout(cut);
      await app.close();
    },
  };

  function createSocketServer(guard: Guard, mode: Upgrade): Server {
    const server = createHttpServer(limits, tls);
    server.on('clientError', answerBrokenRequest);
    server.on('request', (request, response) => sendRefusal(response, guard.refuse(request) ?? socketsOnly));
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
      upgrade(guard, { '/': mode, '/ws': mode }, request, stream, head),
    );
    return server;
  }

  function upgrade(
    guard: Guard,
    upgrades: Record<string, Upgrade>,
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
  ): void {
    // Until the WebSocket takes over, a peer that breaks off must not become an unhandled error.
    const drop = () => stream.destroy();
    stream.on('error', drop);
    const remote = canonicalAddress(request.socket.remoteAddress);
    const target = targetOf(upgrades, request);
    const reason = guard.refuse(request) ?? (target ? refuseUpgrade(guard, target, remote) : unknownAddress);
    if (reason || !target) {
      stream.end(refusalBytes(reason ?? unknownAddress), drop);
      return;
    }
    stream.off('error', drop);
    gate.admit(request, stream, head, { ...target, remote });
  }

  function refuseUpgrade(guard: Guard, target: Upgrade, remote: string): Refusal | null {
    if (stopping) return stoppingRefusal;
    return (target.administration ? guard.refuseAdministration(remote) : null) ?? gate.refuse();
  }
}

interface Upgrade {
  /** Whether the list of administration networks applies. */
  administration: boolean;
  /** What a token is used for that opens this socket. */
  way: TokenWay;
  maxPayload: number;
  serve(proven: ProvenSocket): void;
}

/** What connections have left, once all work is done or given up, to take their last bytes. */
const lastWordsMs = 500;

const socketsOnly = refusal('NOT_FOUND', 'Only WebSockets are served on this port', {
  upgrade: 'websocket',
  connection: 'close, upgrade',
});
const unknownAddress = refusal('NOT_FOUND', 'No WebSocket is served at this address');

function targetOf(upgrades: Record<string, Upgrade>, request: IncomingMessage): Upgrade | null {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  return Object.hasOwn(upgrades, path) ? (upgrades[path] ?? null) : null;
}

function describeAddress({ address, port, family }: AddressInfo, scheme: string): WebAddress {
  const host = family === 'IPv6' ? `[${address}]` : address;
  const reachable = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : host;
  return { host: address, port, url: `${scheme}://${reachable}:${port}` };
}
