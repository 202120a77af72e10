import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createIds } from '../foundation/ids.ts';
import { openTransfer, type Transfer } from './test-transfer.ts';
import { createUploads, type Uploads } from './uploads.ts';

let here: Transfer;
let uploads: Uploads;
let folder: string;
const logger = { info: () => {}, warn: () => {}, error: () => {} };
const open = (idleMs?: number) =>
  createUploads({ folder, importer: here.importer, ids: createIds(Date.now), logger, ...(idleMs ? { idleMs } : {}) });

beforeEach(async () => {
  here = await openTransfer();
  folder = here.path('imports');
  uploads = open();
});
afterEach(async () => {
  await uploads.close();
  await here.close();
});

const file = Buffer.from('{"content":"一架梯子"}\n{"content":"a red box"}\nno json\n');

async function send(content: Buffer, name = 'a.jsonl', part = 7): Promise<string> {
  const { id } = await uploads.begin({ name, bytes: content.length });
  for (let at = 0; at < content.length; at += part) await uploads.append(id, at, content.subarray(at, at + part));
  return id;
}

async function until(id: string, phase: string) {
  for (;;) {
    const job = uploads.get(id);
    if (job.phase === phase) return job;
    if (['done', 'failed', 'cancelled', 'ready'].includes(job.phase)) throw new Error(`it is ${job.phase}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const held = () => (existsSync(folder) ? readdirSync(folder) : []);

test('a file in parts is shown first, comes in after a yes, and can be taken back', async () => {
  const id = await send(file);

  await uploads.preview(id);
  const shown = await until(id, 'ready');
  expect(shown.report).toMatchObject({ source: 'clawdbot', memories: { brought: 2 }, refused: 1 });
  expect(shown.report?.refusals).toMatchObject([{ line: 3, reason: 'not_json' }]);
  expect(await here.records()).toEqual([]);

  await uploads.confirm(id);
  expect(await until(id, 'done')).toMatchObject({ progress: 1, report: { memories: { brought: 2 } } });
  expect(await here.records()).toHaveLength(2);
  await vi.waitFor(() => expect(held()).toEqual([]), { timeout: 10_000 });
  expect((await here.importer.list({ cursor: Number.MAX_SAFE_INTEGER, limit: 5 })).items).toMatchObject([
    { id, name: 'a.jsonl', memories: 2 },
  ]);
  await here.importer.undo(id);
  expect(await here.records()).toEqual([]);
});

describe('parts', () => {
  test('that come twice change nothing, and one out of turn is told where the next one begins', async () => {
    const { id } = await uploads.begin({ name: 'a.jsonl', bytes: file.length });
    await uploads.append(id, 0, file.subarray(0, 10));
    expect(await uploads.append(id, 0, file.subarray(0, 10))).toMatchObject({ received: 10 });
    await expect(uploads.append(id, 20, file.subarray(20))).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { received: 10 },
    });
    await expect(uploads.append(id, 10, Buffer.alloc(file.length))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(uploads.preview(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await uploads.append(id, 10, file.subarray(10));
    await uploads.preview(id);
    expect(await until(id, 'ready')).toMatchObject({ report: { memories: { brought: 2 } } });
  });

  test('of more than two files at once, or of one that is too large, are not taken', async () => {
    await uploads.begin({ name: 'a', bytes: 5 });
    const { id } = await uploads.begin({ name: 'b', bytes: 5 });
    await expect(uploads.begin({ name: 'c', bytes: 5 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await uploads.cancel(id);
    await expect(uploads.begin({ name: 'c', bytes: 2 ** 31 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await uploads.begin({ name: 'c', bytes: 5 })).toMatchObject({ phase: 'receiving' });
  });
});

describe('a file that is cancelled', () => {
  test('while it is shown leaves nothing behind, on the disk neither', async () => {
    const id = await send(file);
    await uploads.preview(id);
    await until(id, 'ready');
    expect(await uploads.cancel(id)).toMatchObject({ phase: 'cancelled' });
    await expect(uploads.confirm(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(held()).toEqual([]);
    expect(await here.records()).toEqual([]);
  });

  test('while it comes in keeps what came, which can be taken back', async () => {
    const many = Array.from({ length: 30_000 }, (_, n) => `{"content":"memory number ${n}"}`).join('\n');
    const id = await send(Buffer.from(many), 'many.jsonl', 200_000);
    await uploads.preview(id);
    await until(id, 'ready');
    await uploads.confirm(id);
    while ((uploads.get(id).report?.memories.brought ?? 0) === 30_000 || uploads.get(id).progress === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    const job = await uploads.cancel(id);
    expect(job.phase).toBe('cancelled');
    const kept = await here.store.call('memories.count', null);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(30_000);
    expect(job.report?.memories.brought).toBe(kept);
    await here.importer.undo(id);
    expect(await here.store.call('memories.count', null)).toBe(0);
  });
});

test('a file that nobody goes on with goes, and so does what an earlier process left', async () => {
  await uploads.close();
  mkdirSync(folder);
  writeFileSync(`${folder}/left`, 'private');
  uploads = open(20);
  expect(held()).toEqual([]);
  const { id } = await uploads.begin({ name: 'a', bytes: 5 });
  await vi.waitFor(() => expect(held()).toEqual([]), { timeout: 10_000 });
  // The bytes go first.
  await vi.waitFor(() => expect(async () => uploads.get(id)).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' }), {
    timeout: 10_000,
  });
});

test('a file that holds nothing we know says so, and can only be cancelled or brought in as nothing', async () => {
  const id = await send(Buffer.from([0, 1, 2, 3, 255]), 'x.bin');
  await uploads.preview(id);
  expect(await until(id, 'ready')).toMatchObject({ report: { source: null, fault: 'not_recognised' } });
});
