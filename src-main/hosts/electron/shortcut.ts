import type { DesktopState } from '../../../src-shared/schema/desktop.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import { type ShellMemory, usualShortcut } from './shell-state.ts';

interface ShortcutDeps {
  electron: Pick<Electron, 'globalShortcut'>;
  memory: Pick<ShellMemory, 'get' | 'set'>;
  run(): void;
  logger: Logger;
}

export type Shortcut = ReturnType<typeof createShortcut>;

/**
 * Keys that work in every program. A desktop may refuse them: another program has them, or, under Wayland, it gives them
 * to nobody. The state says so, and `clawdbot --toggle` can be bound in the desktop's own settings.
 */
export function createShortcut({ electron: { globalShortcut }, memory, run, logger }: ShortcutDeps) {
  let state = take(memory.get().shortcut);

  function take(keys: string | null): DesktopState['shortcut'] {
    globalShortcut.unregisterAll();
    if (keys === null) return { keys, state: 'off', usual: usualShortcut };
    const isOn = tryToRegister(() => globalShortcut.register(keys, run));
    if (!isOn) logger.warn('desktop.shortcut_refused', { keys });
    return { keys, state: isOn ? 'on' : 'refused', usual: usualShortcut };
  }

  return {
    state: () => state,
    /** Null switches it off. False where the desktop refuses the keys; then those before hold. */
    choose(keys: string | null): boolean {
      const tried = take(keys);
      if (tried.state === 'refused') {
        state = take(memory.get().shortcut);
        return false;
      }
      memory.set({ shortcut: keys });
      state = tried;
      return true;
    },
    release: () => globalShortcut.unregisterAll(),
  };
}

/** Keys that Electron cannot read throw; to the person that is a refusal too. */
function tryToRegister(register: () => boolean): boolean {
  try {
    return register();
  } catch {
    return false;
  }
}
