import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { createOps } from '../ops.ts';
import type { KeyVersion } from './memory-keys.ts';
import type { SealDeps } from './sealing.ts';
import { createSensitivity, type SensitiveRules } from './sensitivity.ts';
import { createVault } from './vault.ts';

/** For tests: what a store seals by, with its own vault. */
export const sealDeps = (rules: Partial<SensitiveRules> = {}): SealDeps => ({
  vault: createVault(),
  sensitivity: createSensitivity({ detect: true, words: [], senders: [], conversations: [], ...rules }),
});

export const newRoot = (): Uint8Array => randomBytes(32);

/** For tests: adds the next version of the key; answers its number. */
export function addKey(db: Database.Database, deps: SealDeps, root: Uint8Array = newRoot()): number {
  const ops = createOps(db, { waiting: 0 }, deps);
  const version = ops['memoryKeys.list'].run(null).length + 1;
  const key: Pick<KeyVersion, 'method' | 'salt' | 'cost'> = { method: 'stored', salt: null, cost: null };
  ops['memoryKeys.add'].run({ version, id: `key-${version}`, ...key, created_at: 1, root });
  return version;
}
