import type { DesktopLanguage, DesktopTheme } from '../../../src-shared/schema/desktop.ts';
import type { Electron } from './electron-modules.ts';
import { type DesktopLanguageName, systemLanguage } from './locales.ts';
import type { ShellMemory } from './shell-state.ts';

/** Theme and language of what is not the page: menus, questions, frames. They follow the setting, and it the system. */
export function createLook({
  electron: { app, nativeTheme },
  memory,
  onChange,
}: {
  electron: Pick<Electron, 'app' | 'nativeTheme'>;
  memory: ShellMemory;
  onChange(): void;
}) {
  nativeTheme.themeSource = memory.get().theme;
  nativeTheme.on('updated', onChange);
  return {
    language(): DesktopLanguageName {
      const { language } = memory.get();
      return language === 'system' ? systemLanguage(app.getPreferredSystemLanguages()) : language;
    },
    choose({ theme, language }: { theme: DesktopTheme; language: DesktopLanguage }): void {
      const before = memory.get();
      if (before.theme === theme && before.language === language) return;
      memory.set({ theme, language });
      nativeTheme.themeSource = theme;
      onChange();
    },
  };
}
