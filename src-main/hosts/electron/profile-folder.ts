import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Electron } from './electron-modules.ts';

/**
 * Gives Chromium a folder of its own outside the data folder, one for each data folder: the lock against a second
 * instance lies in it, and the core may find its own folder untouched. Returns it. To be called before `ready`.
 */
export function useProfileFolder(
  { app }: Pick<Electron, 'app'>,
  { dataDir, isUsualPlace }: { dataDir: string; isUsualPlace: boolean },
): string {
  const name = isUsualPlace ? 'default' : createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const folder = join(app.getPath('appData'), 'Clawdbot Desktop', name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
  return folder;
}
