import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './project.ts';

/** What the choice needs to know of a machine. */
export interface DesktopMachine {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  isRoot: boolean;
  /** Where npm puts the package of Electron; its program is downloaded apart. */
  electronFolder: string;
  read(file: string): string | null;
  exists(file: string): boolean;
}

export const thisDesktop = (): DesktopMachine => ({
  platform: process.platform,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  electronFolder: at('node_modules/electron'),
  read: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null),
  exists: existsSync,
});

/** Why no window can be opened here. */
export type NoDesktop = 'no-program' | 'no-display' | 'is-root';
export type DesktopChoice = { program: string } | { why: NoDesktop };

/**
 * Electron's program where it can show a window, and otherwise why not. Only looks: to ask the package itself would start
 * a download.
 */
export function findDesktop({ platform, env, isRoot, electronFolder, read, exists }: DesktopMachine): DesktopChoice {
  const name = read(join(electronFolder, 'path.txt'))?.trim();
  const folder = env['ELECTRON_OVERRIDE_DIST_PATH'] || join(electronFolder, 'dist');
  const program = name ? join(folder, name) : null;
  if (program === null || !exists(program)) return { why: 'no-program' };
  if (platform !== 'linux') return { program };
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return { why: 'no-display' };
  // Chromium refuses to run as root with its sandbox, and without it nothing here is to run.
  return isRoot ? { why: 'is-root' } : { program };
}

/** For somebody who waits for a window. */
export const reasons: Record<NoDesktop, { en: string; zh: string }> = {
  'no-program': {
    en: 'Electron’s program is not here (npx install-electron fetches it)',
    zh: '缺少 Electron 程序（可用 npx install-electron 下载）',
  },
  'no-display': { en: 'there is no display', zh: '没有显示器' },
  'is-root': { en: 'its sandbox does not run as root', zh: '其沙盒不能以 root 身份运行' },
};
