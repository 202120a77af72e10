import { createORPCClient, DynamicLink } from '@orpc/client';
import type { Client, DesktopClient } from '../../src-shared/contract/index.ts';
import { backoffMs } from './backoff.ts';
import { Failure } from './failure.ts';
import { storedToken } from './token.ts';
import { type Link, openPort, openSocket, rpcAddress, type TokenEnd, type Wire } from './wire.ts';

export type ConnectionState =
  /** Not yet reached since the page opened. */
  | { type: 'connecting'; attempts: number }
  | { type: 'online' }
  /** Was reached, is not now; `attempts` since it was lost. */
  | { type: 'reconnecting'; attempts: number }
  /** There is no token (`why` is null), or it ended: a person has to act. */
  | { type: 'signed-out'; why: TokenEnd | null };

export type Connection = ReturnType<typeof createConnection>;

const heartbeatMs = 25_000;
const heartbeatPatienceMs = 10_000;

function closeIfOpen(opened: Wire | string) {
  if (typeof opened !== 'string') opened.close();
}

/** Keeps one wire to the core alive and offers a client that always uses the current one. */
export function createConnection() {
  const inShell = window.clawdbot !== undefined;
  const listeners = new Set<() => void>();
  let state: ConnectionState = { type: 'connecting', attempts: 0 };
  let wire: Wire | null = null;
  let wake: (() => void) | null = null;
  /** Counts starts; a loop that finds a later one, or none running, has had its day. */
  let run = 0;
  let running = false;

  function become(next: ConnectionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  const link = new DynamicLink(async (): Promise<Link> => {
    if (!wire) throw new Failure('UNREACHABLE');
    return wire.link;
  });
  const client: Client = createORPCClient(link);
  /** What the shell around this window can do; null in a browser, which has no shell. */
  const desktop = inShell ? createORPCClient<{ desktop: DesktopClient }>(link).desktop : null;

  async function open(): Promise<Wire | TokenEnd | 'no-token'> {
    if (window.clawdbot) return openPort(window.clawdbot);
    const token = storedToken.read();
    return token ? openSocket(rpcAddress(location), token) : 'no-token';
  }

  /** Resolves after `ms`, or at once when someone has a reason to believe that it will work now. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done() {
        clearTimeout(timer);
        wake = null;
        resolve();
      }
      wake = done;
    });
  }

  async function keepConnected(mine: number) {
    const isOver = () => !running || run !== mine;
    let attempts = 0;
    let wasOnline = false;
    while (!isOver()) {
      const opened = await open().catch(() => 'unreachable' as const);
      if (isOver()) return closeIfOpen(opened);
      if (opened === 'no-token') return leave(null);
      if (opened === 'revoked' || opened === 'expired' || opened === 'refused') return leave(opened);
      if (opened !== 'unreachable') {
        attempts = 0;
        wasOnline = true;
        wire = opened;
        become({ type: 'online' });
        const stopHeartbeat = heartbeat(opened);
        const why = await opened.closed;
        stopHeartbeat();
        if (isOver()) return;
        wire = null;
        if (why !== 'lost') return leave(why);
      }
      become({ type: wasOnline ? 'reconnecting' : 'connecting', attempts: attempts + 1 });
      await pause(backoffMs(attempts));
      attempts += 1;
    }
  }

  function leave(why: TokenEnd | null) {
    storedToken.clear();
    running = false;
    become({ type: 'signed-out', why });
  }

  /** A machine that slept leaves sockets that look open and carry nothing; a beat without an answer closes them. */
  function heartbeat(current: Wire): () => void {
    const timer = setInterval(() => {
      client.system
        .health(undefined, { signal: AbortSignal.timeout(heartbeatPatienceMs) })
        .catch(() => current.close());
    }, heartbeatMs);
    return () => clearInterval(timer);
  }

  function start() {
    if (running) return;
    running = true;
    run += 1;
    become({ type: 'connecting', attempts: 0 });
    void keepConnected(run);
  }

  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake?.());
  window.addEventListener('online', () => wake?.());

  return {
    client,
    desktop,
    inShell,
    state: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start,
    retryNow: () => wake?.(),
    signIn(token: string) {
      storedToken.write(token);
      start();
    },
    signOut() {
      wire?.close();
      wire = null;
      leave(null);
      wake?.();
    },
  };
}
