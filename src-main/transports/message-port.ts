import type { SupportedMessagePort } from '@orpc/client/message-port';
import { RPCHandler } from '@orpc/server/message-port';
import type { AppRouter, CallContext } from '../api/index.ts';

/**
 * Serves the contract over a MessagePort, whose other end is in a window or a thread that we opened ourselves: who holds
 * the port is who the context says. A port of `worker_threads` or Electron must be started by its owner.
 */
export function serveMessagePort(router: AppRouter, port: SupportedMessagePort, context: CallContext): void {
  new RPCHandler<CallContext>(router).upgrade(port, { context });
}
