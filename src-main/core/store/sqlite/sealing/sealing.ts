import type Database from 'better-sqlite3';
import type { LockReason } from '../../../../../src-shared/schema/memory.ts';
import { AppError } from '../../../foundation/app-error.ts';
import { openText, type Place, sealText, versionOf } from './field-cipher.ts';
import { createSensitivity, noRules, type Sensitivity } from './sensitivity.ts';
import { createVault, type Vault } from './vault.ts';

/** What the store's thread seals with and by, whatever becomes of its connection. */
export interface SealDeps {
  vault: Vault;
  sensitivity: Sensitivity;
}

export const openDeps = (): SealDeps => ({ vault: createVault(), sensitivity: createSensitivity(noRules) });

export type Opened = { text: string } | { locked: LockReason };

export interface Sealing extends SealDeps {
  /** @throws AppError MEMORY_LOCKED where the key that seals at present is not here. Nothing is written in the open. */
  seal(place: Place, text: string): string;
  open(place: Place, sealed: string): Opened;
  /** The version that seals; 0 where none does. */
  current(): number;
}

export function createSealing(db: Database.Database, { vault, sensitivity }: SealDeps): Sealing {
  const newest = db.prepare<[], number | null>('SELECT max(version) FROM memory_keys WHERE retired_at IS NULL').pluck();
  const current = (): number => newest.get() ?? 0;
  return {
    vault,
    sensitivity,
    current,
    seal(place, text) {
      // Asked of the database each time: another process may have changed the key since.
      const version = current();
      const keys = vault.keysOf(version);
      if (!keys) throw new MemoryLocked(vault.whyLocked(version));
      return sealText(keys, version, place, text);
    },
    open(place, sealed) {
      const version = versionOf(sealed);
      if (version === null) return { locked: 'damaged' };
      const keys = vault.keysOf(version);
      if (!keys) return { locked: vault.whyLocked(version) };
      const text = openText(keys, version, place, sealed);
      return text === null ? { locked: 'damaged' } : { text };
    },
  };
}

const reasons: Record<LockReason, string> = {
  no_key: 'its key is not here',
  wrong_key: 'the key that is here is another one',
  damaged: 'what was sealed is damaged',
};

export class MemoryLocked extends AppError<'MEMORY_LOCKED'> {
  constructor(why: LockReason) {
    super(
      'MEMORY_LOCKED',
      `Sensitive memories are locked: ${reasons[why]}. Nothing was changed. Open the key chain, or put the passphrase or the keys folder back, and start again`,
      { why },
    );
  }
}
