import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  consoleCalls,
  heavyImports,
  importsOf,
  isTest,
  readSources,
  type Source,
  shellStrings,
  unlocalisedTexts,
} from './sources.ts';

const root = join(import.meta.dirname, '../..');
const longestFile = 500;
let sources: Source[];

beforeAll(async () => {
  sources = await readSources(root, ['src-shared', 'src-main', 'src-renderer']);
});

const planted = (text: string, path = 'planted.tsx'): Source => ({ path, text });
const product = () => sources.filter((source) => !isTest(source));

describe('the desktop window', () => {
  test('is known to nobody but its own host', () => {
    const outside = sources.filter(({ path }) => !path.startsWith('src-main/hosts/electron/'));
    expect(outside.flatMap((source) => importsOf('electron', source))).toEqual([]);
  });

  test.each([
    "import { app } from 'electron';",
    "import type { App } from 'electron/main';",
    "export { app } from 'electron';",
    "const { app } = await import('electron');",
    "const { app } = require('electron');",
  ])('is found in %s', (text) => {
    expect(importsOf('electron', planted(text))).toHaveLength(1);
  });
});

describe('commands', () => {
  test('never go through a shell', () => {
    expect(product().flatMap(shellStrings)).toEqual([]);
  });

  test.each([
    "import { exec } from 'node:child_process';",
    "import { execSync as run } from 'child_process';",
    "import * as children from 'node:child_process';",
    "spawn('ls', [], { shell: true });",
    "spawn('ls', [], { shell: '/bin/sh' });",
  ])('that would are found: %s', (text) => {
    expect(shellStrings(planted(text))).toHaveLength(1);
  });

  test.each([
    "import { execFile, spawn } from 'node:child_process';",
    "/a/.exec('a');",
    "spawn('ls', [], { shell: false });",
  ])('without one are left alone: %s', (text) => {
    expect(shellStrings(planted(text))).toEqual([]);
  });
});

describe('the memory of an idle product', () => {
  test('is not spent on a WebSocket client that came with an import', () => {
    expect(product().flatMap(heavyImports)).toEqual([]);
  });

  test('is not spent on a schema library in the threads of the store', () => {
    const threads = ['worker', 'keeper-worker', 'backup-worker'];
    const reached = new Set(threads.map((name) => `src-main/core/store/sqlite/${name}.ts`));
    const loaded = new Set<string>();
    // A set that grows while it is walked.
    for (const path of reached) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const [, from = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm)) {
        if (from.startsWith('.')) reached.add(posix.join(posix.dirname(path), from));
        else loaded.add(from);
      }
    }
    expect(reached.size).toBeGreaterThan(20);
    expect([...loaded].filter((name) => !name.startsWith('node:'))).toEqual(['better-sqlite3']);
  });

  test.each([
    "import { createServer } from 'node:http';",
    "import { createServer, type Server } from 'node:https';",
    "import * as http from 'http';",
    "import http from 'node:http';",
    "import 'node:http';",
  ])('would be by %s', (text) => {
    expect(heavyImports(planted(text))).toHaveLength(1);
  });

  test.each(["import type { Server } from 'node:http';", "import { type Server } from 'node:http';"])(
    'is not by %s',
    (text) => {
      expect(heavyImports(planted(text))).toEqual([]);
    },
  );
});

describe('the log', () => {
  test('is the only voice of the product outside its hosts', () => {
    const quiet = product().filter(({ path }) => path.startsWith('src-main/') && !path.startsWith('src-main/hosts/'));
    expect(quiet.flatMap(consoleCalls)).toEqual([]);
  });

  test('is not spoken past unnoticed', () => {
    expect(consoleCalls(planted("console.log('hello');"))).toHaveLength(1);
  });
});

describe('every sentence of the interface', () => {
  test('comes from the locale files', () => {
    const components = product().filter(
      ({ path }) => path.startsWith('src-renderer/') && !path.startsWith('src-renderer/locales/'),
    );
    expect(components.flatMap(unlocalisedTexts)).toEqual([]);
  });

  test.each([
    '<p>Hello</p>',
    '<p>你好</p>',
    "<p>{'Hello'}</p>",
    "<p>{late ? 'Late' : t('early')}</p>",
    "<p>{name ?? 'Nobody'}</p>",
    '<p>{`$' + '{count} cards`}</p>',
    '<button aria-label="Close" />',
    "<img alt={open ? t('open') : 'Closed'} />",
    "const title = '看板';",
  ])('that stands in a component is found: %s', (text) => {
    expect(unlocalisedTexts(planted(text))).not.toEqual([]);
  });

  test.each([
    '<p className="big bold">{t("chat.empty")}</p>',
    '<p>·</p>',
    "<p>{state === 'open' ? t('a') : t('b')}</p>",
    "<p>{t('a') + ': ' + name}</p>",
    '<Trans i18nKey="chat.empty" />',
  ])('that comes from there is left alone: %s', (text) => {
    expect(unlocalisedTexts(planted(text))).toEqual([]);
  });
});

describe('the house', () => {
  test(`has no source file of more than ${longestFile} lines`, () => {
    const long = product().filter(({ text }) => text.trimEnd().split('\n').length > longestFile);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('runs on Node 24, whatever the machine brings', () => {
    expect(process.version).toMatch(/^v24\./);
  });

  test('names every package by its exact version', async () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    );
    const named = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const exact = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  test('has every platform of every package in its lockfile', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    expect(missingFromLock(packages)).toEqual([]);
    const incomplete = { 'node_modules/a/node_modules/b': { optionalDependencies: { 'b-mac': '1.0.0' } } };
    expect(missingFromLock(incomplete)).toEqual(['node_modules/a/node_modules/b needs b-mac']);
    expect(missingFromLock({ ...incomplete, 'node_modules/a/node_modules/b-mac': {} })).toEqual([]);
  });
});

/** Optional packages of other platforms that npm left out; `npm ci` refuses such a lockfile on every machine. */
function missingFromLock(packages: Record<string, { optionalDependencies?: Record<string, string> }>): string[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !placesFrom(path, name).some((place) => place in packages))
      .map((name) => `${path} needs ${name}`),
  );
}

/** Where Node looks for a package from a folder: in its own node_modules, then in each above. */
function placesFrom(path: string, name: string): string[] {
  const folders = [`${path}/`, ''];
  for (let cut = path.lastIndexOf('node_modules/'); cut > 0; cut = path.lastIndexOf('node_modules/', cut - 1)) {
    folders.push(path.slice(0, cut));
  }
  return folders.map((folder) => `${folder}node_modules/${name}`);
}
