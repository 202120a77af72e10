import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

const needed = { Xvfb: 'xvfb', scrot: 'scrot' } as const;

/** What this machine lacks for a display of its own, in one sentence; null when it lacks nothing. */
export function missingForDisplay(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = Object.entries(needed)
    .filter(([program]) => !folders.some((folder) => existsSync(join(folder, program))))
    .map(([program, debian]) => `${program} (Debian: ${debian})`);
  return missing.length === 0 ? null : `the packed product is shown on a display with ${missing.join(', ')}`;
}

export interface Display {
  /** For the environment of what is to appear there. */
  name: string;
  /** Writes what the display shows, whoever drew it, as a PNG. */
  takePicture(file: string): Promise<void>;
  close(): Promise<void>;
}

/** A display that nobody sees, under a number that is free. */
export async function openDisplay({ width, height }: { width: number; height: number }): Promise<Display> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const close = async () => {
    server.kill('SIGTERM');
    await exited;
  };
  for await (const line of createInterface({ input: server.stdio[3] as Readable })) {
    const name = `:${line.trim()}`;
    return {
      name,
      async takePicture(file) {
        await promisify(execFile)('scrot', ['--overwrite', file], { env: { ...process.env, DISPLAY: name } });
      },
      close,
    };
  }
  throw new Error('Xvfb ended before it had a display');
}
