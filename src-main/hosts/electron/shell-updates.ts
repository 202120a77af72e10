import type { DesktopUpdate } from '../../../src-shared/schema/desktop.ts';
import type { Host } from '../../core/foundation/host.ts';
import type { Logger } from '../../core/foundation/logger.ts';
import type { Electron } from './electron-modules.ts';
import type { DesktopLanguageName, DesktopText } from './locales.ts';
import type { ShellMemory } from './shell-state.ts';
import type { ProductTray } from './tray.ts';
import { createUpdates, type UpdateSource } from './updates/index.ts';

interface ShellUpdateDeps {
  electron: Pick<Electron, 'dialog'>;
  source: UpdateSource;
  memory: ShellMemory;
  text: DesktopText;
  language(): DesktopLanguageName;
  tray: Pick<ProductTray, 'show'>;
  notify: Host['notify'];
  logger: Logger;
  /** The last thing done while everything still runs: the core puts a copy of its data aside. */
  beforeInstall(version: string): Promise<void>;
  /** Ends the product in order and then starts the installer. */
  quitThen(last: () => void): void;
  nowMs(): number;
}

export type ShellUpdates = ReturnType<typeof createShellUpdates>;

/** What a person sees of updates outside the page: an item in the tray's menu, a notice, a question before the end. */
export function createShellUpdates(deps: ShellUpdateDeps) {
  const { electron, source, memory, text, tray, notify, logger } = deps;
  let told = '';
  let isAsking = false;
  const updates = createUpdates({ source, logger, nowMs: deps.nowMs, onChange: show });

  function show(state: DesktopUpdate): void {
    tray.show({ update: state, onUpdate: act });
    const { offered, step } = state;
    if (!offered || (step !== 'offered' && step !== 'ready')) return;
    // Once for each: a version is offered anew every day.
    const news = `${step} ${offered.version}`;
    if (told === news || (step === 'offered' && source.autoDownload)) return;
    told = news;
    const title = text(step === 'ready' ? 'update.ready' : 'update.offered', { version: offered.version });
    notify({ title, body: text(step === 'ready' ? 'update.readyHow' : 'update.offeredHow') });
  }

  /** The item in the tray's menu: fetches what is offered, and asks before it ends the program. */
  function act(): void {
    const { step } = updates.state();
    if (step === 'offered') void updates.download();
    if (step === 'ready') ask().catch((error: unknown) => logger.error('desktop.question_failed', { error }));
  }

  async function ask(): Promise<void> {
    const { offered } = updates.state();
    if (isAsking || !offered) return;
    isAsking = true;
    try {
      const { response } = await electron.dialog.showMessageBox({
        type: 'question',
        message: text('update.ready', { version: offered.version }),
        detail: [text('update.restartHow'), offered.notes[deps.language()]].filter(Boolean).join('\n\n'),
        buttons: [text('update.restart'), text('update.later')],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      });
      if (response === 0) await install();
    } finally {
      isAsking = false;
    }
  }

  async function install(): Promise<void> {
    const { offered } = updates.state();
    if (!offered || !updates.beginInstall()) return;
    try {
      await deps.beforeInstall(offered.version);
    } catch (error) {
      logger.error('desktop.update_copy_failed', { error });
      return updates.failedToInstall();
    }
    memory.set({ installing: offered.version });
    deps.quitThen(source.installer.install);
  }

  return {
    state: updates.state,
    check: updates.check,
    download: (): void => void updates.download(),
    cancel: updates.cancel,
    install,
    start(): void {
      const wanted = memory.get().installing;
      if (wanted !== null) memory.set({ installing: null });
      if (wanted !== null && wanted !== source.running.version) {
        updates.failedToInstall();
        notify({ title: text('update.failed', { version: wanted }), body: text('update.failedHow') });
      }
      updates.start();
    },
    stop: updates.stop,
  };
}
