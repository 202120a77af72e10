import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Disk, openDisks } from './crash-disks.ts';

export type DiskCall = 'write' | 'fsync';

/** A disk that loses what was not synced, and whose calls fail on order. Needs a C compiler. */
export async function openFailingDisk(workshop: string) {
  const orders = join(workshop, 'disk-fault');
  const disk: Disk = await openDisks('power', workshop)(0);
  return {
    ...disk,
    env: { ...disk.env, DISK_FAULT: orders },

    /** The call that comes as number `at` from now fails, and `count` − 1 after it. */
    fail(call: DiskCall, at: number, count = 1): void {
      rmSync(`${orders}.hits`, { force: true });
      writeFileSync(orders, `${call} ${at} ${count}`);
    },

    works(): void {
      rmSync(orders, { force: true });
    },

    /** How many calls have failed since the last order. */
    get failed(): number {
      return sizeOf(`${orders}.hits`);
    },

    /** How many writes and fsyncs were asked of a handle whose fsync had failed before. */
    get trusted(): number {
      return sizeOf(`${orders}.trusted`);
    },
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
