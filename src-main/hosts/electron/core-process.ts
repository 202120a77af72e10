import type { MessagePortMain } from 'electron';
import type { DesktopServices } from '../../api/index.ts';
import { windowRouter } from '../../api/index.ts';
import { isAppError } from '../../core/foundation/app-error.ts';
import type { Config } from '../../core/settings/index.ts';
import { serveMessagePort } from '../../transports/index.ts';
import { isPortInUse, openProduct, type Product, type ProductDeps, portTaken } from '../shared/product.ts';
import type { OfferPort, PortTaken } from './port-offer.ts';
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
  /** Lets messages wait; null: until somebody resumes. */
  pause(seconds: number | null): Promise<void>;
  resume(): void;
  /** What a button of a notice does to a todo. */
  actOnTask(what: 'done' | 'snooze', id: string): Promise<void>;
  /** Where and when newer versions are looked for. */
  readonly updates: Config['updates'];
  /** Puts a copy of the data aside before another version opens them. */
  copyBeforeUpdate(version: string): Promise<void>;
  stop(): Promise<void>;
}

const snoozeMs = 3_600_000;

export interface CoreDeps extends ProductDeps {
  /** Asks the person whether the next free port is to be used in place of a taken one. */
  offerPort: OfferPort;
}

export async function startCore({ offerPort, ...deps }: CoreDeps): Promise<CoreProcess> {
  const product = await openProduct(deps);
  const { app, router, report } = product;
  // The windows do not need the port, so nobody waits for an answer about it before there are any.
  const taken = await listenOrExplain(product).catch(async (error: unknown) => {
    await product.stop(error);
    throw error;
  });
  await product.start();
  if (taken)
    void offerPort(taken)
      .then((port) => (port === null ? product.notice(taken) : listenThere(product, port)))
      .catch((error: unknown) => deps.logger.error('desktop.port_failed', { error }));

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
      const { paused, queue, outbox } = await app.status();
      if (paused) return 'paused';
      if (queue.dead > 0 || outbox.failed > 0) return 'attention';
      return queue.queued + queue.working > 0 ? 'busy' : 'idle';
    },

    onChange: (listener) => app.events.on(listener),
    warn: product.warn,

    async pause(seconds) {
      await app.pause(seconds);
    },
    resume: () => void app.resume(),

    async actOnTask(what, id) {
      await app.board.update(
        id,
        what === 'done'
          ? { status: 'done' }
          : { due: new Date(app.clock.now() + snoozeMs).toISOString().replace(/\.\d+Z$/, 'Z') },
      );
    },

    updates: deps.folder.config.updates,

    async copyBeforeUpdate(version) {
      deps.logger.info('desktop.update_begins', { version });
      await app.copyDatabase();
    },

    stop: () => product.stop(),
  };
}

/** Answers what is known of a main port that is taken. */
async function listenOrExplain(product: Product, port?: number): Promise<PortTaken | null> {
  try {
    await product.listen(port);
    return null;
  } catch (error) {
    if (isPortInUse(error)) {
      const taken = portTaken(error, 'app.port');
      return { ...taken, message: `Other programs cannot send messages here: ${error.message}` };
    }
    if (!isAppError(error) || error.code !== 'LISTEN_REFUSED') throw error;
    // Whoever sends messages to the port needs it, and the status screen says so.
    product.warn(`Other programs cannot send messages here: ${error.message}`);
    return null;
  }
}

async function listenThere(product: Product, port: number): Promise<void> {
  const taken = await listenOrExplain(product, port);
  // Somebody was quicker than the person who was asked.
  if (taken) product.notice(taken);
}
