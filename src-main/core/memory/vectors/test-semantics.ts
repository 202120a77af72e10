import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReader, openStore } from '../../store/index.ts';
import { type Given, rowOf } from '../test-memory.ts';
import type { Embedder } from './embedder.ts';
import type { EngineChoice } from './engines.ts';
import { createSemantics, type Semantics, type VectorWish } from './semantics.ts';

/**
 * For tests: a real store, in a folder of its own unless a file is named, and what makes, keeps and finds vectors of its
 * memories.
 */
export async function openTestStore(named?: string) {
  const folder = named === undefined ? await mkdtemp(join(tmpdir(), 'clawdbot-vectors-')) : null;
  const file = named ?? join(folder ?? '', 'memory.db');
  const store = await openStore({ file, durability: 'normal', onFailure: () => {} });
  const reader = openReader(file);
  const failures: unknown[] = [];
  const wishes: VectorWish[] = [];
  const opened = new Set<Semantics>();

  async function grant(wish: VectorWish): Promise<unknown> {
    wishes.push(wish);
    switch (wish.type) {
      case 'keep_vectors':
        return store.call('memoryVectors.keep', wish.made);
      case 'lose_vectors':
        return store.call('memoryVectors.lose', { seqs: wish.seqs });
      case 'drop_vectors':
        return store.call('memoryVectors.drop', { except: wish.except, limit: 1_000 });
      case 'keep_vector_part':
        return store.call('vectorIndex.keep', wish.part);
      default:
        return store.call('vectorIndex.trim', { applied: wish.applied });
    }
  }

  return {
    store,
    reader,
    file,
    failures,
    wishes,
    remember: (...rows: Given[]) => store.call('memories.insert', { rows: rows.map(rowOf) }),
    seqOf: (id: string): number => reader.get<{ seq: number }>('SELECT seq FROM memories WHERE id = ?', id)?.seq ?? 0,
    idsOf: (hits: readonly { id: number }[]): (string | undefined)[] =>
      hits.map(({ id }) => reader.get<{ id: string }>('SELECT id FROM memories WHERE seq = ?', id)?.id),
    semantics(embedders: readonly Embedder[], engine: EngineChoice = 'scan') {
      const waiting: Promise<unknown>[] = [];
      const made = createSemantics({
        reader,
        embedders,
        engine,
        tell: (wish) => waiting.push(grant(wish)),
        onFailure: (error) => failures.push(error),
      });
      opened.add(made);
      return {
        ...made,
        /** Until everything that can be done was done, and written. */
        async settle(): Promise<void> {
          for (;;) {
            const hasWorked = await made.work();
            if (waiting.length > 0) await Promise.all(waiting.splice(0));
            else if (!hasWorked) return;
          }
        },
      };
    },
    async [Symbol.asyncDispose]() {
      for (const each of opened) await each.close();
      reader.close();
      await store.close();
      if (folder !== null) await rm(folder, { recursive: true });
    },
  };
}
