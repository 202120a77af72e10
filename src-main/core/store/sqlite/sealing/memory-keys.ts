import type Database from 'better-sqlite3';
import type { LockReason } from '../../../../../src-shared/schema/memory.ts';
import { hexDigestsEqual } from '../../../foundation/digest.ts';
import { read, write } from '../op.ts';
import { type SummedTable, sumStatements } from '../row-sums.ts';
import { deriveKeys, proofOf } from './field-cipher.ts';
import type { SealDeps } from './sealing.ts';

/** Versions of the key, and what was sealed of messages that still wait. */
export const sealTables: readonly SummedTable[] = [
  {
    name: 'memory_keys',
    key: ['version'],
    fixed: ['version', 'id', 'method', 'salt', 'cost', 'proof', 'created_at'],
    changing: ['retired_at', 'dropped_at'],
  },
  { name: 'message_seals', key: ['message_seq'], fixed: ['message_seq'], changing: ['box'] },
];

/**
 * Sealed memories. `memories.sensitive` is 0 for what is in the open, 1 for what was marked and is not sealed yet, and 2 where
 * content and metadata are sealed texts. The words of a sealed memory stand in `memory_words` and nowhere else; they are
 * made anew from the memories where they are lost, so they carry no sum.
 */
export const sealSchema: readonly string[] = [
  `CREATE TABLE memory_keys(
     version INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     method TEXT NOT NULL CHECK (method IN ('stored', 'passphrase')),
     salt TEXT,
     cost INTEGER,
     proof TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     retired_at INTEGER,
     dropped_at INTEGER
   ) STRICT`,
  `CREATE TABLE message_seals(
     message_seq INTEGER PRIMARY KEY REFERENCES messages(seq),
     box TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE memory_words(
     word BLOB NOT NULL,
     memory_seq INTEGER NOT NULL,
     PRIMARY KEY (word, memory_seq)
   ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX memory_words_by_memory ON memory_words(memory_seq)',
  'CREATE INDEX memories_sensitive ON memories(sensitive, seq) WHERE sensitive > 0',
  `CREATE TRIGGER memories_words_erased AFTER DELETE ON memories BEGIN
     DELETE FROM memory_words WHERE memory_seq = old.seq;
   END`,
  ...sumStatements(sealTables),
];

/** A version of the key, without the key: `stored` lies with the host's secrets, `passphrase` is made with salt and cost. */
export interface KeyVersion {
  version: number;
  id: string;
  method: 'stored' | 'passphrase';
  salt: string | null;
  /** scrypt's N. */
  cost: number | null;
  /** By which the right key is known. */
  proof: string;
  created_at: number;
  /** When nothing used it any more. */
  retired_at: number | null;
  /** When its key was thrown away, because no copy of the database was left that needs it. */
  dropped_at: number | null;
}

export interface NewKeyVersion extends Pick<KeyVersion, 'id' | 'method' | 'salt' | 'cost' | 'created_at'> {
  version: number;
  root: Uint8Array;
}

/** A root that may be the one of a version, and by what it was found. */
export interface FoundRoot {
  version: number;
  by: 'stored' | 'passphrase' | 'previous';
  root: Uint8Array;
}

/** Whether a version is open, by what, and if it is not why. */
export type UnlockedKey = { state: 'open'; by: FoundRoot['by'] } | { state: LockReason };

export function memoryKeyOps(db: Database.Database, { vault }: SealDeps) {
  const list = db.prepare<[], KeyVersion>(
    'SELECT version, id, method, salt, cost, proof, created_at, retired_at, dropped_at FROM memory_keys ORDER BY version',
  );
  const insert = db.prepare(
    `INSERT INTO memory_keys(version, id, method, salt, cost, proof, created_at)
     VALUES (@version, @id, @method, @salt, @cost, @proof, @created_at)`,
  );
  const newest = db.prepare<[], number | null>('SELECT max(version) FROM memory_keys').pluck();
  const drop = db.prepare('UPDATE memory_keys SET dropped_at = ? WHERE version = ? AND retired_at IS NOT NULL');

  return {
    'memoryKeys.list': read((): KeyVersion[] => list.all()),

    /** Adds the next version, which seals from here on. False where another process was first. */
    'memoryKeys.add': write(({ root, ...version }: NewKeyVersion): boolean => {
      if (version.version !== (newest.get() ?? 0) + 1) return false;
      insert.run({ ...version, proof: proofOf(root, version.id) });
      vault.open(version.version, deriveKeys(root, version.id));
      return true;
    }),

    /** Takes in the keys that prove to be the right ones; answers for each version how it stands. */
    'memoryKeys.unlock': read(({ roots }: { roots: readonly FoundRoot[] }): Map<number, UnlockedKey> => {
      return new Map(
        list.all().map(({ version, id, proof }): [number, UnlockedKey] => {
          const found = roots.filter((one) => one.version === version);
          const right = found.find(({ root }) => hexDigestsEqual(proofOf(root, id), proof));
          if (right) {
            vault.open(version, deriveKeys(right.root, id));
            return [version, { state: 'open', by: right.by }];
          }
          const state = found.length === 0 ? 'no_key' : 'wrong_key';
          vault.lock(version, state);
          return [version, { state }];
        }),
      );
    }),

    /** Notes that the key of a retired version is thrown away. */
    'memoryKeys.drop': write(({ version, now }: { version: number; now: number }): void => {
      drop.run(now, version);
      vault.lock(version, 'no_key');
    }),
  };
}
