import type { SupportedMessagePort } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import { errorCodes } from '../../src-shared/error-codes.ts';
import type { AppRouter, CallContext, WindowRouter } from '../api/index.ts';
import { readFrame, rpcPayload } from './rpc-frame.ts';

/**
 * Serves the contract over a MessagePort, whose other end is in a window or a thread that we opened ourselves: who holds
 * the port is who the context says. A port of `worker_threads` or Electron must be started by its owner.
 */
export function serveMessagePort(
  router: AppRouter | WindowRouter,
  port: SupportedMessagePort,
  context: CallContext,
): void {
  new RPCHandler<CallContext>(router).upgrade(onlyFrames(port), { context });
}

type Listener = (event?: { data: unknown }) => void;

/**
 * The port without what is no frame of the protocol. A page may post whatever it likes, and the decoder's complaint would
 * be an unhandled rejection of ours, which ends the process. What still names its call is answered, so that no caller
 * waits for ever; unlike a socket, a port stays open, for there is nobody else at its other end.
 */
function onlyFrames(port: SupportedMessagePort): SupportedMessagePort {
  const listen = (type: string, listener: Listener) => {
    if ('addEventListener' in port) port.addEventListener(type as 'message', listener as (event: MessageEvent) => void);
    else if ('on' in port) port.on(type, listener);
  };
  const take = (listener: Listener) => (event?: { data: unknown }) => {
    const data = event?.data;
    if (isFrame(data)) return listener(event);
    const call = callOf(data);
    if (call !== null) port.postMessage(refusalOf(call));
  };
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    on: (type: string, listener: Listener) => listen(type, type === 'message' ? take(listener) : listener),
  };
}

const isFrame = (data: unknown): boolean =>
  typeof data === 'string' && data.length <= rpcPayload && readFrame(Buffer.from(data)) !== null;

/** A frame begins with the id of its call; more of a text that was refused is not read. */
const callOf = (data: unknown): string | null =>
  typeof data === 'string' ? (/^\{"i":"([\w-]{1,64})"/.exec(data)?.[1] ?? null) : null;

/** As oRPC writes a failed call: status and body of the answer, the error in the body. */
const refusalOf = (call: string): string =>
  JSON.stringify({
    i: call,
    p: {
      s: errorCodes.BAD_REQUEST,
      b: {
        json: {
          defined: false,
          code: 'BAD_REQUEST',
          status: errorCodes.BAD_REQUEST,
          message: 'The call is larger than this port takes, or is no call that it knows',
        },
      },
    },
  });
