import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const holderSource = fileURLToPath(new URL('../fixtures/power-cut/ext4-disk.c', import.meta.url));

/** Why no ext4 can be mounted here from a file; null where one can. */
export function whyNoExt4(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux to mount an ext4';
  if (spawnSync('mkfs.ext4', ['-V']).status !== 0) return 'needs mkfs.ext4 (Debian: apt-get install e2fsprogs)';
  if (spawnSync('losetup', ['--find']).status !== 0) return 'needs a free loop device to mount an ext4 from a file';
  return null;
}

/** Compiles what cuts and unmounts the disks, once for each run; needs a C compiler. */
export function buildExt4Holder(folder: string): string {
  const program = join(folder, 'ext4-disk');
  execFileSync('cc', ['-O1', '-o', program, holderSource]);
  return program;
}

export interface Ext4Options {
  holder: string;
  /** Where the image lies; gets two entries named after `name`. */
  folder: string;
  name: string;
  megabytes: number;
}

/** A disk of its own, as a file. It goes with this process, however that ends. */
export async function mountExt4({ holder, folder, name, megabytes }: Ext4Options) {
  const image = join(folder, `${name}.img`);
  const mounted = join(folder, name);
  mkdirSync(mounted);
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', '-E', 'lazy_itable_init=1', image]);
  let holding = mount();

  function mount(): ChildProcess {
    // With -o loop the loop device goes when the file system does.
    execFileSync('mount', ['-o', 'loop', image, mounted]);
    return spawn(holder, [mounted], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  }

  async function unmount(): Promise<void> {
    const ended = once(holding, 'exit');
    holding.stdin?.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`${mounted} could not be unmounted`);
  }

  return {
    folder: mounted,

    /**
     * Ends the process `pid` as the plug of its machine being pulled would. It is stopped first: a process that ran on
     * could acknowledge what the disk no longer takes.
     */
    async cutPower(pid: number): Promise<void> {
      process.kill(pid, 'SIGSTOP');
      while (!isStopped(pid)) await new Promise((resolve) => setTimeout(resolve, 1));
      const [stdin, stdout] = [holding.stdin, holding.stdout];
      if (!stdin || !stdout) throw new Error('the disk was started without pipes');
      stdin.write('\n');
      const answered = await Promise.race([once(stdout, 'data'), once(holding, 'exit').then(() => null)]);
      process.kill(pid, 'SIGKILL');
      if (!answered) throw new Error(`the power of ${mounted} could not be cut`);
    },

    /** The machine comes up again: the file system plays back its journal. */
    async powerOn(): Promise<void> {
      await unmount();
      holding = mount();
    },

    unmount,
  };
}

/** No thread runs; one that waits for the disk stops before it sees the answer. */
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return 'TtDZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  });
}
