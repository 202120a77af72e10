import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import { errorCodes } from '../../src-shared/error-codes.ts';
import type { AppRouter, CallContext } from '../api/index.ts';
import type { InFlight } from './in-flight.ts';
import { readFrame } from './rpc-frame.ts';
import { closeCodes, closeSoon, type ProvenSocket } from './socket-gate.ts';

const maxBuffered = 16 * 1024 * 1024;
const maxCallsPerSocket = 256;

export interface RpcSocketDeps {
  router: AppRouter;
  inFlight: InFlight;
}

/** Serves the contract over a proven socket; the peer is told `{"type":"ready"}` when its calls may come. */
export function createRpcSockets({ router, inFlight }: RpcSocketDeps) {
  const calls = new WeakMap<CallContext, number>();
  const rpc = new RPCHandler<CallContext>(router, {
    interceptors: [
      async ({ context, next }) => {
        const running = calls.get(context) ?? 0;
        if (running >= maxCallsPerSocket) {
          throw new ORPCError('RATE_LIMITED', {
            status: errorCodes.RATE_LIMITED,
            message: `${maxCallsPerSocket} calls are under way on this connection; wait for one of them`,
          });
        }
        calls.set(context, running + 1);
        inFlight.begin();
        try {
          return await next();
        } finally {
          calls.set(context, (calls.get(context) ?? 1) - 1);
          inFlight.end();
        }
      },
    ],
  });

  return ({ socket, session, remote, onText }: ProvenSocket): void => {
    const context: CallContext = {
      principal: { tokenId: session.tokenId, role: session.role, label: session.label },
      remote,
    };
    const peer = createPeer(socket);
    void rpc.upgrade(peer.side, { context });
    socket.send('{"type":"ready"}');
    onText((bytes) => {
      const text = readFrame(bytes);
      if (text === null) closeSoon(socket, closeCodes.malformed, 'not a frame of this protocol');
      else peer.deliver(text);
    });
  };
}

/**
 * The socket as the handler sees it. Sending waits until the network has taken the frame, so a stream runs no faster
 * than its reader; what waits beyond the bound ends the connection.
 */
function createPeer(socket: WebSocket) {
  let deliver: (event: { data: string }) => void = () => {};

  const side = {
    send(data: string) {
      if (socket.bufferedAmount + data.length > maxBuffered) {
        closeSoon(socket, closeCodes.overloaded, 'too much is unread');
        return Promise.resolve();
      }
      // A call that ends after its peer has left has nobody to tell; the close event has already stopped it.
      return new Promise<void>((resolve) => socket.send(data, () => resolve()));
    },
    addEventListener(type: string, listener: (event: { data: string }) => void) {
      if (type === 'message') deliver = listener;
      else socket.once('close', () => listener({ data: '' }));
    },
  };
  return {
    side: side as unknown as Pick<WebSocket, 'addEventListener' | 'send'>,
    deliver: (data: string) => deliver({ data }),
  };
}
