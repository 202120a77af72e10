import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { load } from 'sqlite-vec';
import { vectorReader } from '../../../src-main/core/memory/vectors/follow.ts';
import { encodeVector } from '../../../src-main/core/memory/vectors/stored.ts';
import { createVectorSpace } from '../../../src-main/core/memory/vectors/test-space.ts';
import type { VectorBatch } from '../../../src-main/core/memory/vectors/vector-index.ts';
import { openReader, openStore } from '../../../src-main/core/store/index.ts';

const chunk = 10_000;
const bytesOf = (vector: Float32Array): Uint8Array => new Uint8Array(vector.slice().buffer);

/**
 * Clustered vectors in a database: as the product keeps them, and in a table of sqlite-vec. Both are read from the disk's
 * cache, as in a product that runs for a while.
 */
export async function openVectorSet(dimensions: number) {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-bench-vectors-'));
  const file = join(folder, 'ours.db');
  await (await openStore({ file, durability: 'normal', onFailure: () => {} })).close();
  const [ours, peer] = [new Database(file), new Database(join(folder, 'peer.db'))];
  for (const db of [ours, peer]) db.pragma('synchronous = OFF');
  load(peer);
  peer.exec(`CREATE VIRTUAL TABLE vectors USING vec0(vector float[${dimensions}])`);
  ours.exec(`INSERT INTO memory_vector_models VALUES (1, 'bench', ${dimensions}, 0, 0)`);
  const reader = openReader(file);
  const space = createVectorSpace(dimensions, { clusters: 2_000 });
  const queries = space.vectors(200, 99);
  let size = 0;

  const insertOurs = ours.prepare<[number, Uint8Array]>(
    'INSERT INTO memory_vectors (memory_seq, model, vector) VALUES (?, 1, ?)',
  );
  const insertPeer = peer.prepare<[bigint, Uint8Array]>('INSERT INTO vectors (rowid, vector) VALUES (?, ?)');
  const nearest = peer
    .prepare<[Uint8Array, number], number>('SELECT rowid FROM vectors WHERE vector MATCH ? AND k = ? ORDER BY distance')
    .pluck();

  return {
    queries,
    get size() {
      return size;
    },
    /** Adds vectors until there are so many, and tells of them a thousand at a time. */
    async growTo(count: number, tell: (batch: VectorBatch) => unknown): Promise<void> {
      for (; size < count; size += chunk) {
        const rows = space.vectors(chunk, 1 + size / chunk);
        ours.transaction(() => rows.forEach((vector, at) => insertOurs.run(size + at + 1, encodeVector(vector))))();
        peer.transaction(() => rows.forEach((vector, at) => insertPeer.run(BigInt(size + at + 1), bytesOf(vector))))();
        for (let from = 0; from < chunk; from += 1_000) {
          const part = rows.slice(from, from + 1_000).map((vector, at) => {
            return { id: size + from + at + 1, made: size + from + at + 1, vector };
          });
          await tell({ after: size + from, upto: size + from + 1_000, rows: part });
        }
      }
    },
    /** What the database keeps of these. */
    read: vectorReader(reader, 'bench', dimensions),
    /** Exact, by sqlite-vec. */
    searchPeer: (query: Float32Array, count: number): readonly number[] => nearest.all(bytesOf(query), count),
    async [Symbol.asyncDispose]() {
      reader.close();
      ours.close();
      peer.close();
      await rm(folder, { recursive: true });
    },
  };
}
