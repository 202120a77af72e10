import type { ClientLink } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';

export type Link = ClientLink<Record<never, never>>;

/** One living connection to the core. `closed` settles once, when it is gone. */
export interface Wire {
  link: Link;
  closed: Promise<'lost' | 'refused'>;
  close(): void;
}

declare global {
  interface Window {
    /** Put there by the preload script of the desktop shell. */
    clawdbot?: { connect(): Promise<MessagePort> };
  }
}

/** The desktop shell vouches for its own window, so a port needs no token. */
export async function openPort(connect: () => Promise<MessagePort>): Promise<Wire> {
  const port = await connect();
  const link: Link = new PortLink({ port });
  const closed = new Promise<'lost'>((resolve) => {
    port.addEventListener('close', () => resolve('lost'), { once: true });
  });
  port.start();
  return { link, closed, close: () => port.close() };
}

const refusedCode = 4401;
const openTimeoutMs = 10_000;

/** Opens the socket, proves who we are in its first frame and resolves when the core is ready. Rejects when it never was. */
export function openSocket(url: string, token: string): Promise<Wire | 'refused'> {
  const socket = new WebSocket(url);
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<'lost' | 'refused'>();

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
      const why = event.code === refusedCode ? 'refused' : 'lost';
      settleClosed(why);
      if (why === 'refused') resolve('refused');
      else reject(new Error(`the connection closed with code ${event.code}`));
    });
  });
}

function isReady(data: unknown): boolean {
  return typeof data === 'string' && data.includes('"ready"');
}

export const rpcAddress = (place: Location): string =>
  `${place.protocol === 'https:' ? 'wss' : 'ws'}://${place.host}/rpc`;
