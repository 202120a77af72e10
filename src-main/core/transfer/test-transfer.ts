import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../foundation/clock.ts';
import { createIds } from '../foundation/ids.ts';
import { openStore } from '../store/index.ts';
import { createExporter, createImporter } from './index.ts';

export type Transfer = Awaited<ReturnType<typeof openTransfer>>;

/** For tests: a real store in a folder of its own, with what brings in and takes out. */
export async function openTransfer() {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-transfer-'));
  const store = await openStore({
    file: join(folder, 'memory.db'),
    durability: 'normal',
    onFailure: (error) => {
      throw error;
    },
  });
  const key = { version: 1, id: 'test', method: 'stored', salt: null, cost: null, created_at: 1 } as const;
  await store.call('memoryKeys.add', { ...key, root: new Uint8Array(32) });
  const exporter = createExporter({ store, timezone: 'Asia/Shanghai' });
  const importer = createImporter({ store, clock: systemClock, ids: createIds(Date.now), onChange: () => {} });
  const path = (name: string): string => join(folder, name);
  return {
    store,
    exporter,
    importer,
    path,

    async file(name: string, content: string | Buffer): Promise<string> {
      await writeFile(path(name), content);
      return path(name);
    },

    /** Writes the content to a file of this name and brings it in. */
    async bring(name: string, content: string | Buffer, { dryRun = false } = {}) {
      return importer.run({ path: await this.file(name, content), name, dryRun });
    },

    async everything(format: 'jsonl' | 'csv' | 'md', { limit = 1000, forgotten = false } = {}): Promise<string> {
      let text = '';
      for (let cursor: string | undefined; ; ) {
        const page = await exporter.page({ format, cursor, limit, forgotten });
        text += page.text;
        if (page.next_cursor === null) return text;
        cursor = page.next_cursor;
      }
    },

    /** The records of an export. */
    async records(options: { forgotten?: boolean } = {}): Promise<Record<string, unknown>[]> {
      const text = await this.everything('jsonl', options);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },

    async close(): Promise<void> {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
