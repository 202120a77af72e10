import type { LockReason } from '../../../../../src-shared/schema/memory.ts';
import type { FieldKeys } from './field-cipher.ts';

/** The keys that are open at present, for as long as the thread lives. They never reach a disk or a log from here. */
export interface Vault {
  keysOf(version: number): FieldKeys | null;
  /** Why nothing of this version opens; meaningless while its keys are here. */
  whyLocked(version: number): LockReason;
  open(version: number, keys: FieldKeys): void;
  lock(version: number, why: LockReason): void;
  /** Every version whose keys are here. */
  versions(): Iterable<[number, FieldKeys]>;
  /** Something that was there in the open was covered: the log still holds it until it is carried over and cut. */
  noteCovered(): void;
  /** Cuts the log when that is due; `cut` answers whether it could. */
  cutLog(cut: () => boolean): void;
}

export function createVault(): Vault {
  const open = new Map<number, FieldKeys>();
  const reasons = new Map<number, LockReason>();
  let isCutDue = false;
  return {
    keysOf: (version) => open.get(version) ?? null,
    whyLocked: (version) => reasons.get(version) ?? 'no_key',
    open(version, keys) {
      open.set(version, keys);
      reasons.delete(version);
    },
    lock(version, why) {
      open.delete(version);
      reasons.set(version, why);
    },
    versions: () => open.entries(),
    noteCovered() {
      isCutDue = true;
    },
    cutLog(cut) {
      if (isCutDue && cut()) isCutDue = false;
    },
  };
}
