import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { shippedPackages } from '../licences.ts';
import { at } from '../project.ts';
import { bundledSbom } from './notices.ts';
import {
  type LockEntry,
  licenceFaults,
  lockFaults,
  type Manifest,
  scriptFaults,
  shippedLicences,
  toolLicences,
} from './supply-chain.ts';

const manifest = JSON.parse(await readFile(at('package.json'), 'utf8')) as Manifest;
const { packages: lock, lockfileVersion } = JSON.parse(await readFile(at('package-lock.json'), 'utf8')) as {
  packages: Record<string, LockEntry>;
  lockfileVersion: number;
};
const npmrc = (await readFile(at('.npmrc'), 'utf8')).split('\n');
const sound: LockEntry = { version: '1.2.3', integrity: `sha512-${'a'.repeat(86)}==` };

describe('the lockfile', () => {
  test('names one version and one content for every package, all from the registry', () => {
    expect(lockfileVersion).toBe(3);
    expect(Object.keys(lock).length).toBeGreaterThan(100);
    expect(lockFaults(lock)).toEqual([]);
  });

  test.each<[string, LockEntry]>([
    ['has no SHA-512', { version: '1.2.3' }],
    ['has no SHA-512', { ...sound, integrity: 'sha1-aaaa' }],
    ['comes from git+ssh', { ...sound, resolved: 'git+ssh://git@github.com/some/body.git#abc' }],
    ['comes from http:', { ...sound, resolved: 'http://registry.npmjs.org/a/-/a-1.2.3.tgz' }],
    [
      'comes from https://registry.npmjs.org.evil',
      { ...sound, resolved: 'https://registry.npmjs.org.evil.example/a.tgz' },
    ],
    ['is a link', { ...sound, link: true }],
    ['has the version', { ...sound, version: 'latest' }],
  ])('with a package that %s is refused', (fault, entry) => {
    expect(lockFaults({ '': {}, 'node_modules/a': entry })).toEqual([
      expect.stringContaining(`node_modules/a ${fault}`),
    ]);
    expect(lockFaults({ '': {}, 'node_modules/a': sound })).toEqual([]);
  });
});

test('no install script runs, and each package that has one was decided on', () => {
  expect(scriptFaults(manifest, lock)).toEqual([]);
  expect(npmrc).toContain('ignore-scripts=true');
  const planted = { ...lock, 'node_modules/a': { ...sound, hasInstallScript: true } };
  expect(scriptFaults(manifest, planted)).toEqual(['a has an install script']);
  expect(scriptFaults({ allowScripts: { 'better-sqlite3': true, gone: false } }, lock)).toEqual([
    'electron-winstaller has an install script',
    'gone is not installed',
    'better-sqlite3 may run its script',
  ]);
});

test('a version becomes a dependency no sooner than a week after it came out', () => {
  // The lockfile has no dates, so what it holds cannot be checked here; npm keeps the rule when a package is added.
  expect(npmrc).toContain('min-release-age=3');
});

describe('licences', () => {
  test('of what reaches the user ask for no more than to be named', async () => {
    const shipped = await shippedPackages();
    expect(shipped.map(({ name }) => name)).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'react']));
    expect(licenceFaults(shipped, shippedLicences)).toEqual([]);
  });

  test('of the tools are known', () => {
    const tools = Object.entries(lock)
      .filter(([path]) => path !== '')
      .map(([name, { license }]) => ({ name, license }));
    expect(licenceFaults(tools, toolLicences)).toEqual([]);
  });

  test('that are not on the list are named', () => {
    const packages = [
      { name: 'a', license: 'GPL-3.0-only' },
      { name: 'b', license: undefined },
      { name: 'c', license: 'MIT' },
    ];
    expect(licenceFaults(packages, shippedLicences)).toEqual(['a: GPL-3.0-only', 'b: undefined']);
  });
});

test('the list of what is inside names each package that is shipped, once, and is the same each time it is made', async () => {
  const [sbom, again] = [await bundledSbom(), await bundledSbom()];
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`).sort();
  expect(listed).toEqual(
    [...new Set((await shippedPackages()).map(({ name, version }) => `${name}@${version}`))].sort(),
  );
  expect(again).toEqual(sbom);
});
