import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import type { TokenWay } from '../../src-shared/schema/access.ts';
import { isAppError } from '../core/foundation/app-error.ts';
import type { Clock } from '../core/foundation/clock.ts';
import { parseJson } from '../core/foundation/strict-json.ts';
import type { Authenticator, Session } from './authenticator.ts';
import { type Refusal, type Report, refusal } from './problem.ts';

/** Close codes: 4401 is ours (as in HTTP 401), the others are RFC 6455's. */
export const closeCodes = {
  goingAway: 1001,
  wrongType: 1003,
  malformed: 1007,
  overloaded: 1013,
  unauthorized: 4401,
} as const;

export interface SocketLimits {
  /** How long a new socket has for its first frame. */
  authTimeoutMs: number;
  /** Sockets at a time that have not proved who they are. */
  maxUnproven: number;
  /** A ping each; a peer that is silent for two beats is gone. */
  heartbeatMs: number;
}

export const defaultSocketLimits: SocketLimits = { authTimeoutMs: 5_000, maxUnproven: 64, heartbeatMs: 30_000 };

/** A socket whose peer has proved who it is. */
export interface ProvenSocket {
  socket: WebSocket;
  session: Session;
  remote: string;
  /** Calls `take` with each text frame, those included that came right behind the proof. */
  onText(take: (bytes: Buffer) => void): void;
}

export interface SocketGateDeps {
  authenticator: Authenticator;
  clock: Clock;
  limits: SocketLimits;
  report: Report;
}

interface Proven {
  session: Session;
  silentBeats: number;
  take: ((bytes: Buffer) => void) | null;
  /** What came right behind the proof, until there is someone to take it. */
  early: Buffer[] | null;
  /** Says that the connection has ended. */
  noteEnd(): void;
}

interface AdmitOptions {
  remote: string;
  /** What a token is used for that opens this socket. */
  way: TokenWay;
  maxPayload: number;
  serve(proven: ProvenSocket): void;
}

const AuthFrame = z.object({ type: z.literal('auth'), token: z.string().min(1) });

/** What an unproven peer may send in all: its proof, and a little that follows it in the same breath. */
const maxUnprovenBytes = 128 * 1024;
const maxUnprovenFrames = 32;
/** A peer that does not answer a close frame is cut off. */
const closeGraceMs = 900;

/** Lets sockets in: the first frame proves who speaks, and the proof is watched for as long as the socket lives. */
export function createSocketGate({ authenticator, clock, limits, report }: SocketGateDeps) {
  const servers = new Map<number, WebSocketServer>();
  const proven = new Map<WebSocket, Proven>();
  const unproven = new Set<WebSocket>();
  const heartbeat = setInterval(beat, limits.heartbeatMs);
  heartbeat.unref();

  return {
    /** Null when the upgrade may go on, else why not. */
    refuse: (): Refusal | null => (unproven.size < limits.maxUnproven ? null : tooMany),

    /** Upgrades a request that the guard has passed; `serve` gets the socket once its peer has proved itself. */
    admit(
      request: IncomingMessage,
      stream: Duplex,
      head: Buffer,
      { remote, way, maxPayload, serve }: AdmitOptions,
    ): void {
      serverFor(maxPayload).handleUpgrade(request, stream, head, (socket) => {
        prove(socket, stream, { remote, way }).then(
          (admitted) => admitted && serve(admitted),
          (error: unknown) => {
            report(error);
            socket.terminate();
          },
        );
      });
    },

    closeSocketsOf(tokenId: string): void {
      for (const [socket, { session }] of proven) {
        if (session.tokenId === tokenId) closeSoon(socket, closeCodes.unauthorized, 'the token was revoked');
      }
    },

    /** Resolves when every socket is gone. */
    async close(): Promise<void> {
      clearInterval(heartbeat);
      const open = [...proven.keys(), ...unproven];
      const gone = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of open) closeSoon(socket, closeCodes.goingAway, 'the server is stopping');
      await Promise.all(gone);
    },
  };

  function serverFor(maxPayload: number): WebSocketServer {
    const known = servers.get(maxPayload);
    if (known) return known;
    const server = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload });
    servers.set(maxPayload, server);
    return server;
  }

  /** Resolves with null when the peer proved nothing; its socket is closed then. */
  function prove(
    socket: WebSocket,
    stream: Duplex,
    { remote, way }: Pick<AdmitOptions, 'remote' | 'way'>,
  ): Promise<ProvenSocket | null> {
    return new Promise((resolve, reject) => {
      unproven.add(socket);
      const early: Buffer[] = [];
      let asked = false;
      let bytes = 0;

      const timer = setTimeout(() => refuse('no token came in time'), limits.authTimeoutMs);
      const count = (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxUnprovenBytes) refuse('too much came before the token was accepted');
      };
      stream.on('data', count);

      const settle = () => {
        clearTimeout(timer);
        stream.off('data', count);
        socket.off('message', onFrame);
        socket.off('close', onClose);
        unproven.delete(socket);
      };
      const refuse = (reason: string, code: number = closeCodes.unauthorized) => {
        settle();
        closeSoon(socket, code, reason);
        resolve(null);
      };

      function onClose() {
        settle();
        resolve(null);
      }
      function onFrame(data: RawData, isBinary: boolean) {
        const frame = textOf(socket, data, isBinary);
        if (!frame) return;
        if (asked) {
          early.push(frame);
          if (early.length > maxUnprovenFrames) refuse('too much came before the token was accepted');
          return;
        }
        asked = true;
        authenticate(frame, remote).then((outcome) => {
          if (socket.readyState !== socket.OPEN) return;
          if ('refused' in outcome) return refuse(outcome.refused, outcome.code);
          settle();
          const { session } = outcome;
          const noteEnd = authenticator.noteConnection(session, { way, remote });
          resolve(watch(socket, { session, silentBeats: 0, take: null, early, noteEnd }, remote));
        }, reject);
      }
      socket.on('error', terminate);
      socket.on('close', onClose);
      socket.on('message', onFrame);
    });
  }

  /** From here on a socket has no function of its own: most are silent, and there may be ten thousand. */
  function watch(socket: WebSocket, state: Proven, remote: string): ProvenSocket {
    proven.set(socket, state);
    socket.on('message', onProvenFrame);
    socket.on('pong', onPong);
    socket.on('close', onProvenClose);
    return {
      socket,
      session: state.session,
      remote,
      onText(listener) {
        state.take = listener;
        const waiting = state.early ?? [];
        state.early = null;
        for (const frame of waiting) listener(frame);
      },
    };
  }

  function onProvenFrame(this: WebSocket, data: RawData, isBinary: boolean): void {
    const frame = textOf(this, data, isBinary);
    const state = proven.get(this);
    if (!frame || !state) return;
    state.silentBeats = 0;
    if (state.take) state.take(frame);
    else state.early?.push(frame);
  }

  function onPong(this: WebSocket): void {
    const state = proven.get(this);
    if (state) state.silentBeats = 0;
  }

  function onProvenClose(this: WebSocket): void {
    proven.get(this)?.noteEnd();
    proven.delete(this);
  }

  async function authenticate(
    frame: Buffer,
    remote: string,
  ): Promise<{ session: Session } | { refused: string; code?: number }> {
    try {
      const auth = AuthFrame.safeParse(parseJson(frame));
      if (!auth.success) return { refused: 'the first frame must be {"type":"auth","token":"…"}' };
      const { token } = auth.data;
      const session = authenticator.peek(token) ?? (await authenticator.authenticate(token, remote));
      return session ? { session } : { refused: 'the token does not hold' };
    } catch (error) {
      // The token was not looked at, so nobody may take this for its end.
      if (isAppError(error) && error.code === 'RATE_LIMITED')
        return { refused: error.message, code: closeCodes.overloaded };
      if (isAppError(error)) return { refused: error.message };
      throw error;
    }
  }

  /** Noticed at the latest two beats after the peer fell silent. */
  function beat(): void {
    const now = clock.now();
    for (const [socket, state] of proven) {
      if (state.session.expiresAt <= now) closeSoon(socket, closeCodes.unauthorized, 'the token has expired');
      else if (state.silentBeats >= 1) socket.terminate();
      else {
        state.silentBeats += 1;
        socket.ping();
      }
    }
  }
}

/** A whole text frame; null where there is none to be read. */
function textOf(socket: WebSocket, data: RawData, isBinary: boolean): Buffer | null {
  // A socket that is closing goes on receiving until its peer agrees.
  if (socket.readyState !== socket.OPEN) return null;
  // Whole frames come as one Buffer: `binaryType` is its default.
  if (!isBinary) return data as Buffer;
  closeSoon(socket, closeCodes.wrongType, 'text frames only');
  return null;
}

function terminate(this: WebSocket): void {
  this.terminate();
}

export type SocketGate = ReturnType<typeof createSocketGate>;

const tooMany = refusal('RATE_LIMITED', 'Too many sockets wait for their token; try again in a moment', {
  'retry-after': '5',
});

/** Says why and waits a little for the peer's answer; a peer that does not read is cut off. */
export function closeSoon(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason.slice(0, 100));
  const cut = setTimeout(() => socket.terminate(), closeGraceMs);
  socket.once('close', () => clearTimeout(cut));
}
