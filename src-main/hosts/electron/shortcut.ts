import type { DesktopState } from '../../../src-shared/schema/desktop.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';

/**
 * Keys that work in every program. A desktop may refuse them: another program has them, or, under Wayland, it gives them
 * to nobody. The answer says so, and `clawdbot --toggle` can be bound in the desktop's own settings.
 */
export function takeShortcut({
  electron: { globalShortcut },
  keys,
  run,
  logger,
}: {
  electron: Pick<Electron, 'globalShortcut'>;
  keys: string | null;
  run(): void;
  logger: Logger;
}): DesktopState['shortcut'] {
  globalShortcut.unregisterAll();
  if (keys === null) return { keys, state: 'off' };
  const isOn = tryToRegister(() => globalShortcut.register(keys, run));
  if (!isOn) logger.warn('desktop.shortcut_refused', { keys });
  return { keys, state: isOn ? 'on' : 'refused' };
}

/** Keys that Electron cannot read throw; to the person that is a refusal too. */
function tryToRegister(register: () => boolean): boolean {
  try {
    return register();
  } catch {
    return false;
  }
}
