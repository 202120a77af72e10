import { readStartRequest, type StartRequest } from './desktop-arguments.ts';
import type { Electron } from './electron-modules.ts';

/**
 * True in the one process that runs this data folder. A later start hands over what it was asked for and ends; so does
 * `clawdbot --toggle`, which a desktop can bind to a key where no program may take keys for itself.
 */
export function takeSingleInstance({
  electron: { app },
  onSecondStart,
}: {
  electron: Pick<Electron, 'app'>;
  onSecondStart(request: StartRequest): void;
}): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', (_event, argv) => onSecondStart(readStartRequest(argv)));
  return true;
}
