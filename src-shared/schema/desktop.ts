import * as z from 'zod';

/** A place in the interface that the shell can open. */
export const DesktopPlace = z.discriminatedUnion('screen', [
  z.strictObject({ screen: z.literal('chat') }),
  z.strictObject({ screen: z.literal('board') }),
  z.strictObject({ screen: z.literal('memory') }),
  z.strictObject({ screen: z.literal('task'), id: z.string().min(1).max(64) }),
  z.strictObject({ screen: z.literal('conversation'), id: z.string().min(1).max(512) }),
]);
export type DesktopPlace = z.infer<typeof DesktopPlace>;

export const DesktopTheme = z.enum(['system', 'light', 'dark']);
export type DesktopTheme = z.infer<typeof DesktopTheme>;
export const DesktopLanguage = z.enum(['system', 'zh-CN', 'en']);
export type DesktopLanguage = z.infer<typeof DesktopLanguage>;

/** What a window knows of the shell around it. */
export const DesktopState = z.object({
  window: z.enum(['main', 'tray']),
  /** The tray chat stays when the focus leaves it. */
  pinned: z.boolean(),
  /** Null where the system cannot start programs for the user. */
  autostart: z.boolean().nullable(),
  /** The keys that open the tray chat from anywhere; `refused`: another program or the desktop has them. */
  shortcut: z.object({ keys: z.string().nullable(), state: z.enum(['on', 'off', 'refused']) }),
});
export type DesktopState = z.infer<typeof DesktopState>;
