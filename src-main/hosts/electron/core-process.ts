import type { MessagePortMain } from 'electron';
import type { DesktopServices } from '../../api/index.ts';
import { servicesOf, windowRouter } from '../../api/index.ts';
import { isAppError } from '../../core/foundation/app-error.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import { serveMessagePort } from '../../transports/index.ts';
import type { OpenFolder } from '../shared/open-folder.ts';
import { openProduct } from '../shared/product.ts';
import type { TrayState } from './tray.ts';

/**
 * The core, as the rest of the shell sees it. It runs in this process, its heavy parts in threads; a core in a utility
 * process would be another maker of this same thing.
 */
export interface CoreProcess {
  /** Serves a window of ours. The port is started here. */
  connectWindow(port: MessagePortMain, desktop: DesktopServices): void;
  status(): Promise<TrayState>;
  /** Calls back when the status may have changed. */
  onChange(listener: () => void): () => void;
  /** Adds a sentence to the status screen and the log. */
  warn(sentence: string): void;
  /** What a button of a notice does to a todo. */
  actOnTask(what: 'done' | 'snooze', id: string): Promise<void>;
  stop(): Promise<void>;
}

const snoozeMs = 3_600_000;

export async function startCore(deps: { folder: OpenFolder; host: Host; logger: Logger }): Promise<CoreProcess> {
  const product = await openProduct(deps);
  const { app, router } = product;
  const { report } = servicesOf(app);
  try {
    await product.listen();
  } catch (error) {
    // The windows do not need the port; whoever sends messages to it does, and the status screen says so.
    if (!isAppError(error) || (error.code !== 'PORT_IN_USE' && error.code !== 'LISTEN_REFUSED')) {
      await product.stop(error);
      throw error;
    }
    product.warn(`Other programs cannot send messages here: ${error.message.replace('--port', 'app.port')}`);
  }
  await product.start();

  return {
    connectWindow(port, desktop) {
      serveMessagePort(windowRouter(router, desktop, report), port, {
        // Who sits at this desk may do everything; there is no token that could be lost.
        principal: { tokenId: 'desktop', role: 'admin', label: 'desktop' },
        remote: '',
      });
      port.start();
    },

    async status() {
      if (app.isStopping()) return 'offline';
      const { queue, outbox } = await app.status();
      if (queue.dead > 0 || outbox.failed > 0) return 'attention';
      return queue.queued + queue.working > 0 ? 'busy' : 'idle';
    },

    onChange: (listener) => app.events.on(listener),
    warn: product.warn,

    async actOnTask(what, id) {
      await app.board.update(
        id,
        what === 'done'
          ? { status: 'done' }
          : { due: new Date(app.clock.now() + snoozeMs).toISOString().replace(/\.\d+Z$/, 'Z') },
      );
    },

    stop: () => product.stop(),
  };
}
