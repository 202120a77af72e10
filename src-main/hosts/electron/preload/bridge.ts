import type { ContextBridge, IpcRenderer } from 'electron';
import { askChannel, pageOrigin, portChannel } from '../identity.ts';

interface BridgeDeps {
  contextBridge: ContextBridge;
  ipcRenderer: IpcRenderer;
  isMainFrame: boolean;
  /** The window of the page, shared between its world and ours. */
  page: Pick<Window, 'postMessage'> & { location: Pick<Location, 'origin'> };
}

/**
 * Gives our own page one function, `clawdbot.connect(id)`. A port cannot cross the bridge as a value, so it follows as a
 * message of the page to itself: `{ type: 'clawdbot:port', id }` with exactly one port.
 */
export function buildBridge({ contextBridge, ipcRenderer, isMainFrame, page }: BridgeDeps): void {
  if (!isMainFrame || page.location.origin !== pageOrigin) return;

  ipcRenderer.on(portChannel, (event, id: unknown) => {
    const [port] = event.ports;
    if (typeof id !== 'string' || !port || event.ports.length !== 1) return;
    page.postMessage({ type: portChannel, id }, pageOrigin, [port]);
  });

  contextBridge.exposeInMainWorld('clawdbot', {
    async connect(id: unknown): Promise<void> {
      const answer: unknown = await ipcRenderer.invoke(askChannel, { type: 'connect', id: String(id) });
      if (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === true) return;
      const code = typeof answer === 'object' && answer !== null && 'code' in answer ? String(answer.code) : 'INTERNAL';
      throw new Error(code);
    },
  });
}
