import { isAppError } from '../core/foundation/app-error.ts';
import type { SocketConnection, SocketRoute } from '../core/foundation/socket-route.ts';
import { parseJson } from '../core/foundation/strict-json.ts';
import { closeCodes, closeSoon, type ProvenSocket } from './socket-gate.ts';

/** As large as a message over HTTP may be. */
export const socketModePayload = 1024 * 1024;
/** What may wait for a peer that does not read. */
const maxBuffered = 4 * 1024 * 1024;

/** Hands a proven socket to the core as frames of parsed JSON. */
export function serveSocketMode(route: SocketRoute, { socket, session, remote, onText }: ProvenSocket): void {
  let take: (frame: unknown) => void = () => {};

  const send = (frame: unknown): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(frame);
      if (socket.readyState !== socket.OPEN) return reject(new Error('the peer is gone'));
      if (socket.bufferedAmount + text.length > maxBuffered) {
        closeSoon(socket, closeCodes.overloaded, 'too much is unread');
        return reject(new Error('the peer does not read'));
      }
      socket.send(text, (error) => (error ? reject(error) : resolve()));
    });

  const connection: SocketConnection = {
    principal: { tokenId: session.tokenId, role: session.role, label: session.label },
    remote,
    send,
    onFrame(listener) {
      take = listener;
    },
    onClose(done) {
      socket.once('close', done);
    },
    close: (code, reason) => closeSoon(socket, code, reason),
  };

  route.accept(connection);
  onText((bytes) => {
    let frame: unknown;
    try {
      frame = parseJson(bytes);
    } catch (error) {
      if (!isAppError(error)) throw error;
      // One bad frame is told and costs no connection; the peer that is gone meanwhile needs no telling.
      send({ type: 'error', code: error.code, detail: error.message }).catch(() => socket.terminate());
      return;
    }
    take(frame);
  });
}
