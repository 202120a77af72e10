import * as z from 'zod';
import { Instant } from './common.ts';

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

/** Keys in Electron's words: at least one that is held, so that no single key is taken from every program, and one more. */
export const ShortcutKeys = z
  .string()
  .regex(
    /^(?:(?:CommandOrControl|Control|Alt|Super)\+)(?:(?:Control|Alt|Shift|Super)\+){0,3}(?:[A-Z0-9]|F(?:[1-9]|1\d|2[0-4])|Space|Up|Down|Left|Right|Home|End|PageUp|PageDown)$/,
  );

/** Why there is no update, in codes; the page has the words. */
export const UpdateProblem = z.enum([
  'unreachable',
  'insecure',
  'notice',
  'signature',
  'publisher',
  'expired',
  'older',
  'hash',
  'disk_full',
  'unsupported',
  'install',
]);
export type UpdateProblem = z.infer<typeof UpdateProblem>;

/** What the shell knows of a newer version. */
export const DesktopUpdate = z.object({
  /** What runs. */
  version: z.string(),
  step: z.enum(['idle', 'checking', 'offered', 'downloading', 'ready', 'installing']),
  offered: z.object({ version: z.string(), notes: z.object({ en: z.string(), 'zh-CN': z.string() }) }).nullable(),
  /** From 0 to 1, of what is fetched. */
  progress: z.number().min(0).max(1),
  problem: UpdateProblem.nullable(),
  checked_at: Instant.nullable(),
});
export type DesktopUpdate = z.infer<typeof DesktopUpdate>;

/** What a window knows of the shell around it. */
export const DesktopState = z.object({
  window: z.enum(['main', 'tray']),
  /** The tray chat stays when the focus leaves it. */
  pinned: z.boolean(),
  /** Null where the system cannot start programs for the user. */
  autostart: z.boolean().nullable(),
  /** The keys that open the tray chat from anywhere; `refused`: another program or the desktop has them. */
  shortcut: z.object({ keys: z.string().nullable(), state: z.enum(['on', 'off', 'refused']), usual: z.string() }),
  /** Null where this program has no place to look for updates. */
  update: DesktopUpdate.nullable(),
});
export type DesktopState = z.infer<typeof DesktopState>;
