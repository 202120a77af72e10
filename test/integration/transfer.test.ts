import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openReader } from '../../src-main/core/store/index.ts';
import type { Client } from '../../src-shared/contract/index.ts';
import { type Product, productArgs, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';

const root = join(import.meta.dirname, '../..');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function spawnCli(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...productArgs, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', XDG_DATA_HOME: join(tmpdir(), 'clawdbot-transfer-nobody') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...said })) };
}

const clawdbot = (...args: string[]): Promise<Ended> => spawnCli(args).ended;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-transfer-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fileOf(lines: readonly string[], name = 'a.jsonl'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

async function start(dataDir?: string): Promise<{ product: Product; client: Client }> {
  const product = await startProduct(dataDir === undefined ? {} : { dataDir });
  cleanups.push(() => product.stop());
  const { url, token } = product;
  return { product, client: connectOverRest({ url, token, signal: new AbortController().signal }) };
}

const total = 20_000;

/** A folder that knows one memory, and a file that takes a while to come in. */
async function folderAndLongFile() {
  const dataDir = join(newFolder(), 'one');
  await clawdbot('import', fileOf(some), '--data', dataDir);
  const file = fileOf(Array.from({ length: total }, (_, index) => `{"content":"number ${index} of many things"}`));
  const reader = openReader(join(dataDir, 'memory.db'));
  cleanups.push(() => reader.close());
  return { dataDir, file, reader };
}

const some = ['{"content":"The key is in the blue box","subject":"Ana"}', '{"title":"Send the report"}'];

describe('from the command line', () => {
  test('what went out of one folder comes into another, new one as it was, and twice changes nothing', async () => {
    const [first, second] = [join(newFolder(), 'one'), join(newFolder(), 'two')];
    expect(await clawdbot('import', fileOf(some), '--data', first)).toMatchObject({ code: 0, err: '' });
    const written = join(newFolder(), 'all.jsonl');
    expect(await clawdbot('export', '--format', 'jsonl', '--to', written, '--data', first)).toMatchObject({
      code: 0,
      out: `1 memories and 1 todos were written to ${written}. 已写出 1 条记忆和 1 项待办。\n`,
    });
    const came = await clawdbot('import', written, '--data', second);
    expect(came.out).toContain('1 memories came in, 0 were there already.');
    const again = await clawdbot('import', written, '--data', second);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('0 memories came in, 1 were there already.');
    const { out } = await clawdbot('export', '--format', 'jsonl', '--data', second);
    expect(out).toBe(readFileSync(written, 'utf8'));
  });

  test('a preview keeps nothing, and bad lines are named beside what came in', async () => {
    const dataDir = join(newFolder(), 'one');
    await clawdbot('import', fileOf(some), '--data', dataDir);
    const file = fileOf(['{"content":"good"}', 'broken', '{"content":"x","created_at":"soon"}']);
    const preview = await clawdbot('import', file, '--dry-run', '--data', dataDir);
    expect(preview.out).toContain('1 memories would come in, 0 were there already.');
    const report = await clawdbot('import', file, '--data', dataDir);
    expect(report.code).toBe(1);
    expect(report.out).toContain('1 memories came in');
    expect(report.err).toBe(
      'clawdbot: 2 were refused; put them right and import the file again:\n  line 2 is no JSON object that can be read\n  line 3 holds something that cannot be read: created_at\n',
    );
  });

  test('a file is for its owner only, whole or not there, and never in place of another unless asked', async () => {
    const dataDir = join(newFolder(), 'one');
    await clawdbot('import', fileOf(some), '--data', dataDir);
    const folder = newFolder();
    const path = join(folder, 'all.csv');
    const write = (...more: string[]) =>
      clawdbot('export', '--format', 'csv', '--to', path, '--data', dataDir, ...more);
    expect((await write()).code).toBe(0);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'mine');
    expect(await write()).toMatchObject({
      code: 1,
      err: `clawdbot: ${JSON.stringify(path)} is there already; name another file, or say --overwrite\n`,
    });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect((await write('--overwrite')).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toMatch(/^\ufefftype,id,/);
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'));
    expect((await clawdbot('export', '--format', 'md', '--to', join(folder, 'link'), '--data', dataDir)).code).toBe(1);
    expect(readdirSync(folder).toSorted()).toEqual(['all.csv', 'link']);
  });

  test.each([
    [['export'], 2, '--format is missing: one of jsonl, csv, md'],
    [['export', '--format', 'xml'], 2, '--format xml: one of jsonl, csv, md'],
    [['export', '--format', 'md', '--forgotten'], 2, '--forgotten goes with jsonl or csv'],
    [['import'], 2, 'say which FILE to import'],
    [['import', 'a', 'b'], 2, 'b is one word too many'],
    [['import', 'nowhere.jsonl'], 1, '"/'],
    [['import', '--undo', 'nobody'], 1, 'There is no import nobody'],
  ])('%j ends with %i', async (args, code, message) => {
    const dataDir = join(newFolder(), 'one');
    await clawdbot('import', fileOf(some), '--data', dataDir);
    const ended = await clawdbot(...args, '--data', dataDir);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
  });

  test('an export of a folder in which nothing ever ran makes nothing there', async () => {
    const dataDir = join(newFolder(), 'nothing');
    const ended = await clawdbot('export', '--format', 'jsonl', '--data', dataDir);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('start the product once with this data folder');
    expect(existsSync(dataDir)).toBe(false);
  });

  test('an import that is killed in the middle and repeated brings everything once, and can be taken back', async () => {
    const { dataDir, file, reader } = await folderAndLongFile();
    const count = (condition = '1') =>
      reader.get<{ n: number }>(`SELECT count(*) AS n FROM memories WHERE ${condition}`)?.n ?? 0;

    const { child, ended } = spawnCli(['import', file, '--data', dataDir]);
    while (count() < 1_000 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    const kept = count();
    expect(kept).toBeGreaterThanOrEqual(1_000);
    expect(kept).toBeLessThan(total);

    const repeated = await clawdbot('import', file, '--json', '--data', dataDir);
    const report = JSON.parse(repeated.out) as { id: string; memories: unknown };
    expect(report.memories).toEqual({ brought: total + 1 - kept, known: kept - 1, forgotten: 0 });
    expect(count()).toBe(total + 1);
    const imports = reader.all<{ id: string; memories: number }>('SELECT id, memories FROM imports ORDER BY seq');
    expect(imports.map(({ memories }) => memories)).toEqual([1, kept - 1, total + 1 - kept]);

    for (const { id } of imports.slice(1))
      expect((await clawdbot('import', '--undo', id, '--data', dataDir)).code).toBe(0);
    expect(count('forgotten_at IS NULL')).toBe(1);
  }, 240_000);

  test('an import that is stopped in the middle says what came in, and the same file again brings the rest', async () => {
    const { dataDir, file, reader } = await folderAndLongFile();
    const count = () => reader.get<{ n: number }>('SELECT count(*) AS n FROM memories')?.n ?? 0;

    const { child, ended } = spawnCli(['import', file, '--data', dataDir]);
    while (count() < 1_000 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    const { code, out } = await ended;
    const kept = count();
    expect(code).toBe(1);
    expect(kept).toBeLessThan(total);
    expect(out).toContain('It was stopped before its end');
    expect(out).toContain(`${kept - 1} memories came in`);
    expect(out).toMatch(/To take it back: clawdbot import --undo \S+/);

    expect((await clawdbot('import', file, '--data', dataDir)).code).toBe(0);
    expect(count()).toBe(total + 1);
  }, 240_000);
});

describe('beside a running product', () => {
  test('both work, and what came in is found there at once', async () => {
    const { product, client } = await start();
    expect((await clawdbot('import', fileOf(some), '--data', product.dataDir)).code).toBe(0);
    const { results } = await client.memories.search({ query: 'where is the key?' });
    expect(results.map(({ content }) => content)).toEqual(['The key is in the blue box']);
    const { out } = await clawdbot('export', '--format', 'jsonl', '--data', product.dataDir);
    expect(out.split('\n').filter((line) => line !== '')).toHaveLength(2);
  });
});

describe('over HTTP', () => {
  test('the pages of an export are the file, and an import is listed, taken back and brought back', async () => {
    const { product, client } = await start();
    const many = Array.from({ length: 25 }, (_, index) => `{"content":"thing ${index}"}`);
    const { out: said } = await clawdbot('import', fileOf(many), '--json', '--data', product.dataDir);
    const { id } = JSON.parse(said) as { id: string };

    for (const format of ['jsonl', 'csv', 'md'] as const) {
      let text = '';
      let pages = 0;
      for (let cursor: string | undefined; ; pages++) {
        const page = await client.transfers.exportPage({ format, limit: 7, ...(cursor ? { cursor } : {}) });
        text += page.text;
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      expect(pages).toBeGreaterThanOrEqual(3);
      const { out } = await clawdbot('export', '--format', format, '--data', product.dataDir);
      expect(text).toBe(out);
    }

    expect((await client.transfers.list({})).items).toMatchObject([{ id, memories: 25, undone_at: null }]);
    await client.transfers.undo({ id });
    expect((await client.memories.list({})).items).toEqual([]);
    expect((await client.transfers.list({})).items).toMatchObject([{ id, undone_at: expect.any(String) }]);
    await client.transfers.restore({ id });
    expect((await client.memories.list({})).items).toHaveLength(25);
  });

  test('a cursor that no page gave, and an import that never was, are refused by name', async () => {
    const { client } = await start();
    await expect(client.transfers.exportPage({ format: 'csv', cursor: 'x' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('the cursor of the export'),
    });
    await expect(client.transfers.undo({ id: 'nobody' })).rejects.toMatchObject({ code: 'IMPORT_NOT_FOUND' });
  });
});
