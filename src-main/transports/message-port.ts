import type { SupportedMessagePort } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
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
 * be an unhandled rejection of ours, which ends the process.
 */
function onlyFrames(port: SupportedMessagePort): SupportedMessagePort {
  const listen = (type: string, listener: Listener) => {
    if ('addEventListener' in port) port.addEventListener(type as 'message', listener as (event: MessageEvent) => void);
    else if ('on' in port) port.on(type, listener);
  };
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    on: (type: string, listener: Listener) =>
      listen(type, type === 'message' ? (event) => isFrame(event?.data) && listener(event) : listener),
  };
}

const isFrame = (data: unknown): boolean =>
  typeof data === 'string' && data.length <= rpcPayload && readFrame(Buffer.from(data)) !== null;
