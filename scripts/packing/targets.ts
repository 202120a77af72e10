import type { Target } from './content.ts';

/** The systems that are packed to look inside; Windows and Linux on arm64 differ from theirs in one binary. */
export const targets: readonly Target[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
];
