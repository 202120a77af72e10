import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../store/index.ts';

export type TestStore = Pick<Store, 'call' | 'close'>;

/** For tests: a real store in a folder of its own, which goes when the store is closed. */
export async function openTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-access-'));
  const store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => {
      throw error;
    },
  });
  return {
    call: store.call,
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
