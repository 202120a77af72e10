import type { ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';

/** Why a token does not open a connection (any more). */
export type TokenEnd = 'revoked' | 'expired' | 'refused';

export type Link = ClientLink<Record<never, never>>;

/** One living connection to the core. `closed` settles once, when it is gone. */
export interface Wire {
  link: Link;
  closed: Promise<'lost' | TokenEnd>;
  close(): void;
}

declare global {
  interface Window {
    /**
     * Put there by the preload script of the desktop shell. Asks for a port, which cannot be returned across the worlds
     * and follows as a message of the page to itself, under the id that was given. Rejects while there is no core.
     */
    clawdbot?: { connect(id: string): Promise<void> };
  }
}

/** The desktop shell vouches for its own window, so a port needs no token. */
export async function openPort(shell: NonNullable<Window['clawdbot']>): Promise<Wire> {
  const port = await receivePort(shell);
  const link: Link = new PortLink({ port });
  const closed = new Promise<'lost'>((resolve) => {
    port.addEventListener('close', () => resolve('lost'), { once: true });
  });
  port.start();
  return { link, closed, close: () => port.close() };
}

async function receivePort(shell: NonNullable<Window['clawdbot']>): Promise<MessagePort> {
  const id = crypto.randomUUID();
  const { promise, resolve, reject } = Promise.withResolvers<MessagePort>();
  function onMessage({ source, origin, data, ports }: MessageEvent<unknown>) {
    const [port] = ports;
    // Only this page itself may hand it a port: nobody else can speak for the core.
    if (source !== window || origin !== location.origin || !port || ports.length !== 1 || !isPortFor(id, data)) return;
    resolve(port);
  }
  const timer = setTimeout(() => reject(new Error('no port came')), openTimeoutMs);
  window.addEventListener('message', onMessage);
  try {
    await shell.connect(id);
    return await promise;
  } finally {
    clearTimeout(timer);
    window.removeEventListener('message', onMessage);
    // Nobody waits for it any more when the shell itself refused.
    promise.catch(() => undefined);
  }
}

const isPortFor = (id: string, data: unknown): boolean =>
  typeof data === 'object' &&
  data !== null &&
  'type' in data &&
  data.type === 'clawdbot:port' &&
  'id' in data &&
  data.id === id;

const refusedCode = 4401;
/** As the core words it; everything else it says of a token is that it does not hold. */
const ends: Readonly<Record<string, TokenEnd>> = {
  'the token was revoked': 'revoked',
  'the token has expired': 'expired',
};
const openTimeoutMs = 10_000;

/** Opens the socket, proves who we are in its first frame and resolves when the core is ready. Rejects when it never was. */
export function openSocket(url: string, token: string): Promise<Wire | TokenEnd> {
  const socket = new WebSocket(url);
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<'lost' | TokenEnd>();

  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.close(), openTimeoutMs);
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'auth', token })));
    socket.addEventListener(
      'message',
      (event) => {
        clearTimeout(timer);
        if (!isReady(event.data)) return socket.close();
        resolve({ link: new SocketLink({ websocket: socket }), closed, close: () => socket.close() });
      },
      { once: true },
    );
    socket.addEventListener('close', (event) => {
      clearTimeout(timer);
      const why = event.code === refusedCode ? (ends[event.reason] ?? 'refused') : 'lost';
      settleClosed(why);
      if (why !== 'lost') resolve(why);
      else reject(new Error(`the connection closed with code ${event.code}`));
    });
  });
}

function isReady(data: unknown): boolean {
  return typeof data === 'string' && data.includes('"ready"');
}

export const rpcAddress = (place: Location): string =>
  `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/rpc`;
