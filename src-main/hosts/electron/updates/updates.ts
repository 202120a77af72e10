import type { KeyObject } from 'node:crypto';
import type { DesktopUpdate } from '../../../../src-shared/schema/desktop.ts';
import type { Logger } from '../../../core/foundation/logger.ts';
import { type AskFeed, fetchNotice } from './fetch-notice.ts';
import type { Installer } from './installer.ts';
import { noticeName, type Release, type Running, readRelease } from './release-notice.ts';
import { problemOf } from './update-refused.ts';

/** Where updates come from, who vouches for them, and how they get here. */
export interface UpdateSource {
  feed: URL;
  publicKey: KeyObject;
  running: Omit<Running, 'nowMs'>;
  autoCheck: boolean;
  autoDownload: boolean;
  ask: AskFeed;
  installer: Installer;
}

interface UpdateDeps {
  source: UpdateSource;
  logger: Logger;
  /** Wall time, for the notice's own end. */
  nowMs(): number;
  onChange(state: DesktopUpdate): void;
}

const everyMs = 24 * 60 * 60_000;

export type Updates = ReturnType<typeof createUpdates>;

/** Looks for newer versions when it starts and once a day, and fetches one when it is asked to. One step at a time. */
export function createUpdates({ source, logger, nowMs, onChange }: UpdateDeps) {
  const { feed, publicKey, running, installer } = source;
  const stopping = new AbortController();
  let state: DesktopUpdate = {
    version: running.version,
    step: 'idle',
    offered: null,
    progress: 0,
    problem: null,
    checked_at: null,
  };
  let release: Release | null = null;
  let download: AbortController | null = null;

  function become(change: Partial<DesktopUpdate>): void {
    state = { ...state, ...change };
    onChange(state);
  }

  function fail(error: unknown): void {
    const problem = problemOf(error);
    logger.warn('desktop.update_refused', { problem, error });
    become({ step: release ? 'offered' : 'idle', progress: 0, problem });
  }

  async function check(): Promise<void> {
    if (state.step !== 'idle' && state.step !== 'offered') return;
    become({ step: 'checking', problem: null });
    try {
      const { channel, platform, arch } = running as Pick<Release, 'channel' | 'platform' | 'arch'>;
      const address = new URL(noticeName({ channel, platform, arch }), feed);
      const notice = await fetchNotice(address, source.ask, stopping.signal);
      release = readRelease(notice, publicKey, { ...running, nowMs: nowMs() });
      const offered = release && { version: release.version, notes: release.notes };
      become({ step: release ? 'offered' : 'idle', offered, checked_at: new Date(nowMs()).toISOString() });
    } catch (error) {
      // What was offered before may be what is refused now.
      release = null;
      become({ offered: null });
      fail(error);
    }
    if (source.autoDownload && release) await fetchRelease();
  }

  async function fetchRelease(): Promise<void> {
    if (state.step !== 'offered' || !release) return;
    const mine = new AbortController();
    download = mine;
    become({ step: 'downloading', progress: 0, problem: null });
    try {
      const signal = AbortSignal.any([mine.signal, stopping.signal]);
      await installer.download(release, (ratio) => step(ratio), signal);
      become({ step: 'ready', progress: 1 });
    } catch (error) {
      if (mine.signal.aborted || stopping.signal.aborted) become({ step: 'offered', progress: 0 });
      else fail(error);
    } finally {
      download = null;
    }
  }

  /** Told in whole percents: a file arrives in thousands of pieces. */
  function step(ratio: number): void {
    const percent = Math.floor(ratio * 100) / 100;
    if (percent > state.progress) become({ progress: percent });
  }

  let timer: NodeJS.Timeout | undefined;
  return {
    state: () => state,
    check,
    download: fetchRelease,
    cancel: () => download?.abort(),
    /** True for the one who may install; nothing else is done from then on. */
    beginInstall(): boolean {
      if (state.step !== 'ready') return false;
      become({ step: 'installing', problem: null });
      return true;
    },
    /** A version was to be installed and is not what runs. */
    failedToInstall(): void {
      become({ step: state.step === 'installing' ? 'ready' : state.step, problem: 'install' });
    },
    start(): void {
      if (!source.autoCheck) return;
      // The loop's timers count by a clock that nobody sets.
      timer = setInterval(() => void check(), everyMs).unref();
      void check();
    },
    stop(): void {
      clearInterval(timer);
      stopping.abort();
    },
  };
}
