import type { Principal } from '../../../src-shared/schema/access.ts';

/** Serves socket mode: every connection that has proved who it is. */
export interface SocketRoute {
  accept(connection: SocketConnection): void;
}

/** One authenticated socket, with a bound on what waits for a peer that does not read. */
export interface SocketConnection {
  principal: Principal;
  /** The peer's address in canonical form. */
  remote: string;
  /** Resolves when the frame is handed to the network; rejects when the peer is gone or has 4 MiB unread (it is then closed with 1013). */
  send(frame: unknown): Promise<void>;
  /** Calls `take` with every frame, parsed from JSON; what it should look like is the taker's to check. */
  onFrame(take: (frame: unknown) => void): void;
  onClose(done: () => void): void;
  close(code: number, reason: string): void;
}
