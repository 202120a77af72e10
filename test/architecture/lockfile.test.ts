import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foreignSources, type Locked, looseVersions, unproven, withInstallScripts } from './lockfile.ts';

const root = join(import.meta.dirname, '../..');
const readText = (path: string): string => readFileSync(join(root, path), 'utf8');
const readJson = (path: string) => JSON.parse(readText(path));

const { packages } = readJson('package-lock.json') as { packages: Record<string, Locked> };
const manifest = readJson('package.json');

/** What a package of the lockfile says of itself, where it is installed on this machine. */
const manifestOf = (path: string) =>
  existsSync(join(root, path, 'package.json')) ? readJson(join(path, 'package.json')) : null;
const hasBindings = (path: string): boolean => existsSync(join(root, path, 'binding.gyp'));

describe('the lockfile', () => {
  test('takes every package from the registry', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(300);
    expect(foreignSources(packages)).toEqual([]);
  });

  test('has a checksum of every package', () => expect(unproven(packages)).toEqual([]));

  test.each<[string, Locked]>([
    ['an address that is not the registry', { resolved: 'https://packages.example/a.tgz' }],
    ['plain http', { resolved: 'http://registry.npmjs.org/a/-/a-1.0.0.tgz' }],
    ['a registry by another name', { resolved: 'https://registry.npmjs.org.example/a.tgz' }],
    ['a repository', { resolved: 'git+ssh://git@github.com/someone/a.git#0123' }],
    ['a folder', { resolved: '../a', link: true }],
  ])('is refused with %s', (_what, planted) => {
    expect(foreignSources({ ...packages, 'node_modules/planted': planted })).toEqual(['node_modules/planted']);
  });

  test.each<[string, Locked]>([
    ['no checksum', {}],
    ['a weak checksum', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['a checksum that is cut short', { integrity: 'sha512-abc' }],
  ])('is refused with %s', (_what, planted) => {
    expect(unproven({ ...packages, 'node_modules/planted': planted })).toEqual(['node_modules/planted']);
  });
});

describe('nothing runs while packages are installed', () => {
  test('because the project says so, to npm before and after it had a list', () => {
    expect(readText('.npmrc').split('\n')).toContain('ignore-scripts=true');
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
  });

  test('and whoever would like to is on the list of those who are not let', () => {
    const named = Object.keys(manifest.allowScripts).map((name) => `node_modules/${name}`);
    expect(withInstallScripts(packages, manifestOf, hasBindings)).toEqual(named);
  });

  test.each([
    ['a script before', { scripts: { preinstall: 'node x' } }, false],
    ['a script after', { scripts: { postinstall: 'node x' } }, false],
    ['something to compile', {}, true],
  ])('a package with %s is found', (_what, planted, bindings) => {
    const isPlanted = (path: string) => path === 'node_modules/planted';
    const found = withInstallScripts(
      { 'node_modules/planted': {} },
      (path) => (isPlanted(path) ? planted : null),
      (path) => isPlanted(path) && bindings,
    );
    expect(found).toEqual(['node_modules/planted']);
  });
});

test('the project asks for exact versions, so that a new one is a change to look at', () => {
  const wanted = ['dependencies', 'optionalDependencies', 'devDependencies'].map((kind) => manifest[kind]);
  expect(wanted.flatMap(looseVersions)).toEqual([]);
  expect(looseVersions({ a: '^1.0.0', b: '1.x', c: 'latest', d: 'github:someone/d', e: '1.0.0' })).toHaveLength(4);
});
