import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExt4Holder, mountExt4 } from './ext4-disk.ts';
import type { Product } from './product.ts';

/**
 * kill: SIGKILL, what the system has is kept. power: SIGKILL, and only what was synced is kept (see
 * test/fixtures/power-cut). plug: the file system is shut down under the product, and comes up again from its journal;
 * needs root. The others ask it to end in order.
 */
export type Fault = 'kill' | 'power' | 'plug' | 'SIGTERM' | 'SIGINT';

/** Where the product of one round keeps its data, and how it is taken from it. */
export interface Disk {
  dataDir: string;
  /** For the product under load; afterwards it runs without. */
  env: Record<string, string>;
  cut(product: Product): Promise<void>;
  /** Makes `dataDir` hold what the fault has left. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/** Prepares what the fault needs, once for each run; each call makes the disk of one round. */
export function openDisks(fault: Fault, workshop: string): (round: number) => Promise<Disk> {
  switch (fault) {
    case 'power': {
      const shim = buildPowerCut(workshop);
      return async (round) => shadowedFolder(folderOf(workshop, round), join(workshop, `shadow-${round}`), shim);
    }
    case 'plug': {
      const holder = buildExt4Holder(workshop);
      return (round) => ext4({ holder, folder: workshop, name: `disk-${round}`, megabytes: 256 });
    }
    default:
      return async (round) => plainFolder(folderOf(workshop, round));
  }
}

function folderOf(workshop: string, round: number): string {
  const folder = join(workshop, `data-${round}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

const plainFolder = (dataDir: string): Disk => ({
  dataDir,
  env: {},
  cut: (product) => product.kill(),
  restore: async () => {},
  remove: async () => rmSync(dataDir, { recursive: true, force: true }),
});

const shimSource = fileURLToPath(new URL('../fixtures/power-cut/power-cut.c', import.meta.url));

/** Compiles the shim; needs a C compiler. */
function buildPowerCut(folder: string): string {
  const library = join(folder, 'power-cut.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, shimSource, '-ldl', '-lpthread']);
  return library;
}

function shadowedFolder(dataDir: string, shadow: string, shim: string): Disk {
  mkdirSync(shadow);
  const plain = plainFolder(dataDir);
  return {
    ...plain,
    env: { LD_PRELOAD: shim, POWER_CUT_DIR: dataDir, POWER_CUT_SHADOW: shadow },
    /** After a cut the disk is the shadow: what lay in the folder beyond it never reached the drive. */
    async restore() {
      for (const name of ['memory.db', 'memory.db-wal', 'memory.db-shm', 'memory.db-journal']) {
        rmSync(join(dataDir, name), { force: true });
        if (existsSync(join(shadow, name))) cpSync(join(shadow, name), join(dataDir, name));
      }
    },
    async remove() {
      await plain.remove();
      rmSync(shadow, { recursive: true, force: true });
    },
  };
}

async function ext4(options: Parameters<typeof mountExt4>[0]): Promise<Disk> {
  const disk = await mountExt4(options);
  const dataDir = join(disk.folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  return {
    dataDir,
    env: {},
    async cut(product) {
      await disk.cutPower(product.pid);
      await product.exited;
    },
    restore: () => disk.powerOn(),
    async remove() {
      await disk.unmount();
      rmSync(disk.folder, { recursive: true, force: true });
      rmSync(join(options.folder, `${options.name}.img`), { force: true });
    },
  };
}
