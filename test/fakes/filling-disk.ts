import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';

/** Why no small disk can be mounted here; null where one can. */
export const whyNoTmpfs = (): string | null =>
  process.platform === 'linux' && process.getuid?.() === 0 ? null : 'needs root on Linux to mount a file system';

const roomy = 64 * 1024 * 1024;

/** Mounts a disk at a folder that is full, or has room, as it is told. */
export function mountFillingDisk(folder: string) {
  mount(['-t', 'tmpfs', 'tmpfs'], roomy);

  function mount(what: string[], bytes: number): void {
    execFileSync('mount', ['-o', `${what.length === 0 ? 'remount,' : ''}size=${bytes},mode=0700`, ...what, folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
  function resize(left: number): void {
    const { blocks, bfree, bsize } = statfsSync(folder);
    mount([], (blocks - bfree) * bsize + left);
  }
  return {
    /** Leaves so many bytes free. What is written meanwhile may take them first, and then it is full. */
    fillUpTo(left: number): void {
      for (let more = 0; ; more = 2 * more + 1024 * 1024) {
        try {
          return resize(left + more);
        } catch (error) {
          // More was written since we looked than the disk would hold.
          if (more > roomy) throw error;
        }
      }
    },
    makeRoom: () => resize(roomy),
    unmount: () => execFileSync('umount', ['-l', folder]),
  };
}
