import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenLinks, copyPages } from './pages.ts';
import { root } from './project.ts';

let folder: string;
const write = async (path: string, text: string) => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clawdbot-pages-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('every relative link of the packed READMEs, and of the pages behind them, leads to a file of the package', async () => {
  const { bytes } = await copyPages(root, folder);
  expect(await brokenLinks(folder)).toEqual([]);
  expect(await brokenLinks(folder, 'README.zh-CN.md')).toEqual([]);

  const files = await readdir(folder, { recursive: true });
  for (const file of ['docs/guide/en/README.md', 'docs/guide/zh-CN/README.md', 'docs/operations.md', 'LICENSE'])
    expect(files).toContain(join(file));
  expect(files.filter((file) => /^(src-|test|docs.plan)/.test(file))).toEqual([]);
  // A package of 50 MB may bring two of pages and pictures; more is a picture too many.
  expect(bytes).toBeLessThan(2_000_000);
});

test('a page is carried as it is, but for links to sources and tests, which become plain text', async () => {
  await write(
    'from/README.md',
    'See [the guide](docs/guide.md#start) and [a test](test/a.test.ts), `[x](src-main/y)`.',
  );
  await write(
    'from/docs/guide.md',
    '<img src="pictures/a.png"> and [home](../README.md), [the web](https://example.org)',
  );
  for (const file of ['README.zh-CN.md', 'CHANGELOG.md', 'LICENSE', 'docs/pictures/a.png', 'test/a.test.ts'])
    await write(join('from', file), file);
  const packed = join(folder, 'to');

  expect(await copyPages(join(folder, 'from'), packed)).toMatchObject({ files: 6 });

  expect(await readFile(join(packed, 'README.md'), 'utf8')).toBe(
    'See [the guide](docs/guide.md#start) and a test, `[x](src-main/y)`.',
  );
  expect(await brokenLinks(packed)).toEqual([]);
});

test('a link that leads nowhere is named with its page', async () => {
  await write('README.md', '[guide](docs/guide.md) <source srcset="docs/missing.png">');
  await write('docs/guide.md', '[next](next.md)\n\n```\n[code](is-code.md)\n```\n');
  expect(await brokenLinks(folder)).toEqual(['docs/guide.md: next.md', 'README.md: docs/missing.png']);
});
