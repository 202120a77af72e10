import type { IpcMainInvokeEvent, MessagePortMain, WebContents } from 'electron';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import { askChannel, originOf, pageOrigin, portChannel } from './identity.ts';

/** What the preload script is told; a port follows on the other channel. */
export type PortAnswer = { ok: true } | { ok: false; code: 'FORBIDDEN' | 'BAD_REQUEST' | 'STORE_UNAVAILABLE' };

interface PortDeps {
  electron: Pick<Electron, 'ipcMain' | 'MessageChannelMain'>;
  /** Gives the core's side of a port to the core; false while there is no core. */
  connect(window: WebContents, port: MessagePortMain): boolean;
  logger: Logger;
}

const idShape = /^[A-Za-z0-9-]{1,64}$/;

/**
 * The one message a page may send to the main process: "give me my port". Everything else goes through the port, where
 * the contract looks at it. Each window has one port at a time.
 */
export function handOutPorts({ electron, connect, logger }: PortDeps) {
  const windows = new WeakSet<WebContents>();
  const current = new WeakMap<WebContents, MessagePortMain>();

  electron.ipcMain.handle(askChannel, (event, ...words: unknown[]): PortAnswer => {
    const frame = ownFrameOf(event);
    if (!frame) return refuse('FORBIDDEN');
    const id = words.length === 1 ? readRequest(words[0]) : null;
    if (id === null) return refuse('BAD_REQUEST');

    const { port1, port2 } = new electron.MessageChannelMain();
    current.get(event.sender)?.close();
    current.delete(event.sender);
    if (!connect(event.sender, port1)) {
      port1.close();
      port2.close();
      return { ok: false, code: 'STORE_UNAVAILABLE' };
    }
    current.set(event.sender, port1);
    frame.postMessage(portChannel, id, [port2]);
    return { ok: true };
  });

  return {
    /** Only windows named here are answered. */
    admit(window: WebContents): void {
      windows.add(window);
    },
    /** Ends the connection of a window whose page is gone. */
    drop(window: WebContents): void {
      current.get(window)?.close();
      current.delete(window);
    },
  };

  /** The main frame of a window of ours, while it shows our own page; null for every other sender. */
  function ownFrameOf({ sender, senderFrame }: IpcMainInvokeEvent) {
    if (!windows.has(sender) || !senderFrame || senderFrame.parent !== null || senderFrame.detached) return null;
    const { mainFrame } = sender;
    if (senderFrame.processId !== mainFrame.processId || senderFrame.routingId !== mainFrame.routingId) return null;
    return originOf(senderFrame.url) === pageOrigin && senderFrame.origin === pageOrigin ? senderFrame : null;
  }

  function refuse(code: 'FORBIDDEN' | 'BAD_REQUEST'): PortAnswer {
    logger.warn('desktop.port_refused', { reason: code });
    return { ok: false, code };
  }
}

/** The id of a well-formed request. By hand: it is two words long, and no other key may be there under any name. */
function readRequest(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  // First of all: to name the keys of ten megabytes of bytes takes seconds.
  if (Object.getPrototypeOf(value) !== Object.prototype) return null;
  if (Reflect.ownKeys(value).length !== 2 || !Object.hasOwn(value, 'type')) return null;
  if (!('type' in value) || value.type !== 'connect' || !Object.hasOwn(value, 'id') || !('id' in value)) return null;
  return typeof value.id === 'string' && idShape.test(value.id) ? value.id : null;
}
