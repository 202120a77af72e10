import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadStaticFiles } from './static-files.ts';

const root = mkdtempSync(join(tmpdir(), 'clawdbot-static-'));
const folder = join(root, 'renderer');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(root, 'memory.db'), 'private');
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Clawdbot</title>');
writeFileSync(join(folder, 'assets', 'board-BkT3xQ2a.js'), 'export {};');
writeFileSync(join(folder, 'assets', 'board.unknown'), 'not for the web');
symlinkSync(join(root, 'memory.db'), join(folder, 'assets', 'link.js'));
afterAll(() => rmSync(root, { recursive: true }));

test('the page is asked for anew each time, a file named after its content is kept for good', async () => {
  const files = await loadStaticFiles(folder);

  expect(files.find('/')?.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  });
  expect(files.find('/assets/board-BkT3xQ2a.js')?.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    etag: expect.stringMatching(/^"[\w-]{22}"$/),
  });
});

test('nothing outside the folder can be asked for, whatever the address looks like', async () => {
  const files = await loadStaticFiles(folder);
  const tries = [
    '/../memory.db',
    '/..%2fmemory.db',
    '/assets/../../memory.db',
    '/assets/link.js',
    '/assets/board.unknown',
    '//etc/passwd',
    '/assets',
    '',
    '/__proto__',
  ];

  expect(tries.filter((path) => files.find(path) !== null)).toEqual([]);
});

test('without a built interface the page says how to build it, in both languages', async () => {
  const page = (await loadStaticFiles(join(root, 'nowhere'))).page().bytes.toString('utf8');

  expect(page).toContain('npm run build');
  expect(page).toContain('界面尚未构建');
});
