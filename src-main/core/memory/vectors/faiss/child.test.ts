import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { needsFaiss } from '../test-vectors.ts';
import { FaissUnavailable, startFaiss } from './child.ts';
import type { FaissCall } from './protocol.ts';

test('faiss is asked for nothing that ends its process, and refuses the rest in words', async (context) => {
  needsFaiss(context);
  const faiss = startFaiss();
  try {
    const search: FaissCall = { call: 'search', query: Float32Array.of(1, 0), count: 1 };
    await expect(faiss.ask(search)).rejects.toThrow('no index was opened');
    for (const dimensions of [0, 1.5, 1e9, Number.NaN])
      await expect(faiss.ask({ call: 'open', kind: 'hnsw', dimensions })).rejects.toThrow('is not asked for');
    await faiss.ask({ call: 'open', kind: 'hnsw', dimensions: 2 });
    const refused: [FaissCall, string][] = [
      [{ call: 'add', vectors: Float32Array.of(1, 0, 1) }, '3 numbers are no vectors of 2'],
      [{ call: 'add', vectors: new Float32Array(0) }, '0 numbers'],
      [{ call: 'add', vectors: Float32Array.of(1, Number.NaN) }, 'no number'],
      [{ call: 'search', query: Float32Array.of(1), count: 1 }, 'no vector of this index'],
      [{ call: 'removeIds', ids: [0] } as unknown as FaissCall, 'there is no such call'],
    ];
    for (const [call, words] of refused) await expect(faiss.ask(call)).rejects.toThrow(words);
    expect(await faiss.ask(search)).toEqual({ positions: [], products: [] });
    await faiss.ask({ call: 'add', vectors: Float32Array.of(1, 0, 0, 1) });
    expect((await faiss.ask({ ...search, count: 1_000 })).positions).toEqual([0, 1]);
    expect((await faiss.ask({ ...search, count: Number.NaN })).positions).toEqual([]);
  } finally {
    await faiss.close();
  }
});

test('when its process ends, what waits is told, and so is whoever asks later', async () => {
  const faiss = startFaiss();
  const waiting = faiss.ask({ call: 'open', kind: 'flat', dimensions: 4 });
  process.kill(faiss.pid ?? 0, 'SIGKILL');
  await expect(waiting).rejects.toThrow('the process of faiss ended (SIGKILL)');
  await expect(faiss.ask({ call: 'open', kind: 'flat', dimensions: 4 })).rejects.toThrow('ended');
  await faiss.close();
});

test('where faiss is not installed, it says so', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'clawdbot-faiss-'));
  mkdirSync(join(elsewhere, 'faiss'));
  for (const file of ['faiss/process.ts', 'vector-index.ts'])
    copyFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), join(elsewhere, file));
  writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
  const faiss = startFaiss(pathToFileURL(join(elsewhere, 'faiss/process.ts')));
  try {
    const opened = faiss.ask({ call: 'open', kind: 'flat', dimensions: 4 });
    await expect(opened).rejects.toBeInstanceOf(FaissUnavailable);
    await expect(opened).rejects.toThrow('faiss-node is not installed, or its addon is not built');
  } finally {
    await faiss.close();
    rmSync(elsewhere, { recursive: true });
  }
});
