import { AppError } from '../../core/foundation/app-error.ts';
import type { FolderOptions } from '../shared/open-folder.ts';
import { type DeepLink, readDeepLink } from './deep-link.ts';

/** What a start of the program asks of the instance that is already running. */
export interface StartRequest {
  toggle: boolean;
  link: DeepLink | null;
}

/** Chromium adds switches of its own and another program may write anything here, so only the first few are looked at. */
const most = 64;
const longest = 4096;

export function readStartRequest(argv: readonly string[]): StartRequest {
  const words = known(argv);
  return { toggle: words.includes('--toggle'), link: words.map(readDeepLink).find((link) => link !== null) ?? null };
}

/** @throws AppError CONFIG_INVALID when a value cannot be meant */
export function readStartOptions(argv: readonly string[]): FolderOptions & { hidden: boolean } {
  const words = known(argv);
  const valueOf = (name: string): string | undefined => {
    const joined = words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    const at = words.indexOf(name);
    const next = at < 0 ? undefined : words[at + 1];
    return joined || (next?.startsWith('-') ? undefined : next) || undefined;
  };
  return {
    hidden: words.includes('--hidden'),
    safeMode: words.includes('--safe-mode'),
    data: valueOf('--data'),
    config: valueOf('--config'),
    host: valueOf('--host'),
    port: readPort(valueOf('--port')),
  };
}

const known = (argv: readonly string[]): string[] => argv.slice(1, most).filter((word) => word.length <= longest);

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new AppError('CONFIG_INVALID', '--port takes a number from 0 to 65535 (0 picks a free port)');
}
