import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Logger } from '../../../core/foundation/logger.ts';
import type { Config } from '../../../core/settings/index.ts';
import { appId } from '../identity.ts';
import type { AskFeed } from './fetch-notice.ts';
import { createInstaller } from './installer.ts';
import { readPublicKey } from './release-notice.ts';
import type { UpdateSource } from './updates.ts';

/** What whoever built the package wrote into its package.json, which the hash of the archive covers. */
const Built = z.object({
  updates: z.object({ feed_url: z.string(), public_key: z.string() }).optional(),
});

export interface BuiltIn {
  /** The folder of the program's package.json. */
  appFolder: string;
  resources: string;
  profile: string;
  version: string;
  platform: NodeJS.Platform;
  arch: string;
  isPackaged: boolean;
  ask: AskFeed;
  logger: Logger;
}

/** Where this program may look for updates; null where nobody said so, neither when it was built nor in its settings. */
export async function readUpdateSource(built: BuiltIn, settings: Config['updates']): Promise<UpdateSource | null> {
  // Run from sources there is nothing that an installer could put something in place of.
  if (!built.isPackaged) return null;
  const { updates } = Built.parse(JSON.parse(await readFile(join(built.appFolder, 'package.json'), 'utf8')));
  const feedUrl = settings.feed_url ?? updates?.feed_url;
  const publicKey = readPublicKey(settings.public_key ?? updates?.public_key ?? '');
  const feed = feedUrl === undefined ? null : URL.parse(feedUrl.endsWith('/') ? feedUrl : `${feedUrl}/`);
  if (feedUrl === undefined) return null;
  if (feed?.protocol !== 'https:' || !publicKey) {
    // The settings are checked where they are read; what is left is a package that was built wrong.
    built.logger.error('desktop.updates_unusable', { feed: feed?.protocol ?? 'none', hasKey: publicKey !== null });
    return null;
  }
  return {
    feed,
    publicKey,
    running: {
      appId,
      version: built.version,
      channel: settings.channel,
      platform: built.platform,
      arch: built.arch,
    },
    autoCheck: settings.auto_check,
    autoDownload: settings.auto_download,
    ask: built.ask,
    installer: await loadInstaller(built, feed),
  };
}

/** Loaded when it is needed: most starts have nothing to update from. */
async function loadInstaller({ resources, profile }: BuiltIn, feed: URL) {
  const { autoUpdater, CancellationToken } = (await import('electron-updater')).default;
  const written = join(resources, 'app-update.yml');
  const hasOwn = await readFile(written).then(
    () => true,
    () => false,
  );
  if (!hasOwn) {
    // It wants a file that says where it may keep what it fetched; a package without a feed of its own has none.
    const file = join(profile, 'app-update.yml');
    await writeFile(file, 'provider: custom\nupdaterCacheDirName: clawdbot-updater\n', { mode: 0o600 });
    autoUpdater.updateConfigPath = file;
  }
  return createInstaller({ updater: autoUpdater, CancellationToken, feed });
}
