import type { ServerLook } from './look.ts';
import type { MoveOptions, MoveReport } from './move.ts';

export type { MoveReport } from './move.ts';

/** What speaks to a server is loaded when somebody does: whoever keeps everything in the file starts without it. */
export const moveToServer = async (options: MoveOptions): Promise<MoveReport> =>
  (await import('./move.ts')).moveToServer(options);

export const lookAtServer = async (url: string): Promise<ServerLook> => (await import('./look.ts')).lookAtServer(url);

export const compareWithServer = async (
  options: Pick<MoveOptions, 'file' | 'to' | 'signal' | 'onStep'>,
): Promise<MoveReport> => (await import('./move.ts')).compareWithServer(options);
