import { readFile, rename } from 'node:fs/promises';
import * as z from 'zod';
import { DesktopLanguage, DesktopTheme } from '../../../src-shared/schema/desktop.ts';
import { writeFileAtomic } from '../../core/foundation/atomic-file.ts';
import type { Logger } from '../../core/foundation/logger.ts';

const Bounds = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });

/** The keys for the quick chat until a person chooses others, in Electron's words. */
export const usualShortcut = 'CommandOrControl+Shift+K';

/** What the shell remembers from one run to the next. The product's settings are elsewhere. */
const ShellState = z.object({
  mainBounds: Bounds.extend({ isMaximized: z.boolean() }).nullable().default(null),
  /** What closing the main window means; asked once. */
  onClose: z.enum(['ask', 'tray', 'quit']).default('ask'),
  pinned: z.boolean().default(false),
  /** Keys in Electron's words; null switches the shortcut off. */
  shortcut: z.string().max(64).nullable().default(usualShortcut),
  theme: DesktopTheme.default('system'),
  language: DesktopLanguage.default('system'),
  /** The version whose installer was started last, until the next start says whether it is there. */
  installing: z.string().max(64).nullable().default(null),
});
export type ShellState = z.infer<typeof ShellState>;

export type ShellMemory = Awaited<ReturnType<typeof openShellMemory>>;

/** Reads the file; one that does not parse is set aside, loudly, and the defaults hold. */
export async function openShellMemory({ file, logger }: { file: string; logger: Logger }) {
  let state = await read();
  let writing: Promise<void> = Promise.resolve();

  async function read(): Promise<ShellState> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{}';
      throw error;
    });
    const parsed = ShellState.safeParse(jsonOr(text));
    if (parsed.success) return parsed.data;
    logger.warn('desktop.state_unreadable', { file });
    await rename(file, `${file}.broken`);
    return ShellState.parse({});
  }

  return {
    get: (): Readonly<ShellState> => state,
    /** Writes one after the other; a failure costs the memory of a window position and is logged. */
    set(change: Partial<ShellState>): void {
      state = { ...state, ...change };
      const text = `${JSON.stringify(state, null, 2)}\n`;
      writing = writing
        .then(() => writeFileAtomic(file, text))
        .catch((error: unknown) => logger.warn('desktop.state_not_kept', { error }));
    },
    /** Resolves when everything is on disk. */
    settled: (): Promise<void> => writing,
  };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
