import { implement } from '@orpc/server';
import { desktopContract } from '../../src-shared/contract/index.ts';
import type { DesktopLanguage, DesktopPlace, DesktopState, DesktopTheme } from '../../src-shared/schema/desktop.ts';
import { requireRole, told } from './implementation.ts';
import type { AppRouter } from './router.ts';
import type { CallContext, Services } from './services.ts';

/** What the shell does for one of its windows. */
export interface DesktopServices {
  state(): Promise<DesktopState>;
  pin(pinned: boolean): void;
  openMain(place: DesktopPlace): void;
  hide(): void;
  look(chosen: { theme: DesktopTheme; language: DesktopLanguage }): void;
  setAutostart(on: boolean): Promise<void>;
  /** False where the desktop refuses the keys. */
  setShortcut(keys: string | null): boolean;
  checkForUpdate(): Promise<void>;
  downloadUpdate(): void;
  cancelUpdate(): void;
  installUpdate(): Promise<void>;
}

/** Everything a window of ours may call: the product, and the shell around the window. */
export function windowRouter(router: AppRouter, desktop: DesktopServices, report: Services['report']) {
  const api = implement(desktopContract)
    .$context<CallContext>()
    .use(({ context, procedure, next }) => {
      requireRole(procedure['~orpc'].meta, context);
      return told(() => next(), { report });
    });
  return {
    ...router,
    desktop: api.router({
      state: api.state.handler(() => desktop.state()),
      pin: api.pin.handler(({ input }) => {
        desktop.pin(input.pinned);
        return desktop.state();
      }),
      openMain: api.openMain.handler(({ input }) => desktop.openMain(input)),
      hide: api.hide.handler(() => desktop.hide()),
      look: api.look.handler(({ input }) => desktop.look(input)),
      setShortcut: api.setShortcut.handler(({ input }) => ({ accepted: desktop.setShortcut(input.keys) })),
      checkForUpdate: api.checkForUpdate.handler(async () => {
        await desktop.checkForUpdate();
        return desktop.state();
      }),
      downloadUpdate: api.downloadUpdate.handler(() => {
        desktop.downloadUpdate();
        return desktop.state();
      }),
      cancelUpdate: api.cancelUpdate.handler(() => {
        desktop.cancelUpdate();
        return desktop.state();
      }),
      installUpdate: api.installUpdate.handler(() => desktop.installUpdate()),
      setAutostart: api.setAutostart.handler(async ({ input }) => {
        await desktop.setAutostart(input.on);
        return desktop.state();
      }),
    }),
  };
}

export type WindowRouter = ReturnType<typeof windowRouter>;
