import type { ContractRouterClient } from '@orpc/contract';
import * as z from 'zod';
import { DesktopLanguage, DesktopPlace, DesktopState, DesktopTheme, ShortcutKeys } from '../schema/desktop.ts';
import { asAdmin, op } from './op.ts';

/**
 * What a window of the desktop shell may ask of the shell. Carried by its MessagePort alone: these operations have no
 * route, so REST and sockets do not know them.
 */
export const desktopContract = {
  state: op.output(DesktopState),
  /** Keeps the tray chat in view when the focus leaves it. */
  pin: op.input(z.strictObject({ pinned: z.boolean() })).output(DesktopState),
  /** Brings the main window to the front, at a place. */
  openMain: op.input(DesktopPlace),
  /** Hides the tray chat. */
  hide: op,
  /** Menus, notices and native parts follow what the window shows. */
  look: op.input(z.strictObject({ theme: DesktopTheme, language: DesktopLanguage })),
  /** Null switches it off. Not accepted: another program or the desktop has the keys, and those before hold. */
  setShortcut: asAdmin
    .input(z.strictObject({ keys: ShortcutKeys.nullable() }))
    .output(z.object({ accepted: z.boolean() })),
  checkForUpdate: asAdmin.output(DesktopState),
  /** Begins to fetch what is offered; the state shows how far it is. */
  downloadUpdate: asAdmin.output(DesktopState),
  cancelUpdate: asAdmin.output(DesktopState),
  /** Ends the program in order and starts the new version. */
  installUpdate: asAdmin,
  setAutostart: asAdmin.input(z.strictObject({ on: z.boolean() })).output(DesktopState),
};

export type DesktopClient = ContractRouterClient<typeof desktopContract>;
