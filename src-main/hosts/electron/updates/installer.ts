import type { AppUpdater, CancellationToken, ProgressInfo, Provider, UpdateInfo } from 'electron-updater';
import type { Release } from './release-notice.ts';
import { UpdateRefused } from './update-refused.ts';

/** Fetches the files of a release and puts them in place of what runs. */
export interface Installer {
  /** @throws UpdateRefused, or what the network and the disk throw; with the signal aborted, anything */
  download(release: Release, onProgress: (ratio: number) => void, signal: AbortSignal): Promise<void>;
  /** Starts the installer and ends this program. */
  install(): void;
}

interface InstallerDeps {
  updater: AppUpdater;
  CancellationToken: new () => CancellationToken;
  feed: URL;
  stallMs?: number;
}

/** A server that says nothing of how far it is, or brings nothing more, for so long is left. */
const usualStallMs = 60_000;

/**
 * electron-updater, told what to fetch by a signed release and nothing else: it never asks the feed for its own
 * (unsigned) description, compares what it fetched with the signed hash, and does nothing by itself.
 */
export function createInstaller({
  updater,
  CancellationToken: Token,
  feed,
  stallMs = usualStallMs,
}: InstallerDeps): Installer {
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.allowDowngrade = false;
  updater.disableWebInstaller = true;
  // The map of differences is not signed, and saves little.
  updater.disableDifferentialDownload = true;
  updater.isUserWithinRollout = () => true;
  // It would send a number that stays with this machine.
  updater.requestHeaders = { 'x-user-staging-id': 'none' };
  updater.logger = null;
  // Told by the promises, too; without a listener it would end the program.
  updater.on('error', () => undefined);

  return {
    async download(release, onProgress, signal) {
      signal.throwIfAborted();
      updater.setFeedURL({ provider: 'custom', updateProvider: providerOf(release, feed) });
      const found = await updater.checkForUpdates();
      if (!found?.isUpdateAvailable) throw new UpdateRefused('unsupported');
      const token = new Token();
      const cancel = () => token.cancel();
      const most = Math.max(...release.files.map(({ size }) => size));
      let given: UpdateRefused | null = null;
      const give = (problem: 'hash' | 'unreachable') => {
        given ??= new UpdateRefused(problem);
        cancel();
      };
      // Without a length there are no steps, and no bound but this one.
      const stall = setTimeout(() => give('unreachable'), stallMs);
      const follow = ({ transferred, total }: ProgressInfo) => {
        stall.refresh();
        // Its hash would be wrong at the end; the disk may be full before.
        if (total > most) give('hash');
        else onProgress(Math.min(1, transferred / most));
      };
      signal.addEventListener('abort', cancel);
      updater.on('download-progress', follow);
      try {
        await updater.downloadUpdate(token);
      } catch (error) {
        throw given ?? error;
      } finally {
        clearTimeout(stall);
        signal.removeEventListener('abort', cancel);
        updater.off('download-progress', follow);
      }
    },
    install: () => updater.quitAndInstall(true, true),
  };
}

/** What electron-updater takes for a server: it answers with the signed release, out of memory. */
function providerOf(release: Release, feed: URL) {
  const files = release.files.map(({ name, size, sha512 }) => ({ url: name, size, sha512 }));
  const info: UpdateInfo = {
    version: release.version,
    releaseDate: release.released_at,
    files,
    path: files[0]?.url ?? '',
    sha512: files[0]?.sha512 ?? '',
  };
  const server = class {
    readonly isUseMultipleRangeRequest = false;
    readonly fileExtraDownloadHeaders = null;
    setRequestHeaders(): void {}
    getLatestVersion = async () => info;
    resolveFiles = () => files.map((file) => ({ url: new URL(file.url, feed), info: file }));
  };
  return server as unknown as new () => Provider<UpdateInfo>;
}
