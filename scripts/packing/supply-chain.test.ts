import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { shippedPackages } from '../licences.ts';
import { run } from '../process.ts';
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
    'faiss-node has an install script',
    'gone is not installed',
    'better-sqlite3 may run its script',
  ]);
});

describe('a version younger than a week', () => {
  const days = 24 * 60 * 60_000;
  let registry: Server;
  let address: string;
  let folder: string;

  /** Two versions of one package, as a registry tells of them. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clawdbot-age-'));
    await copyFile(at('.npmrc'), join(folder, '.npmrc'));
    const dist = { integrity: sound.integrity, tarball: 'http://127.0.0.1/thing.tgz' };
    const packument = {
      name: 'thing',
      'dist-tags': { latest: '1.1.0' },
      time: {
        '1.0.0': new Date(Date.now() - 8 * days).toISOString(),
        '1.1.0': new Date(Date.now() - 6 * days).toISOString(),
      },
      versions: Object.fromEntries(
        ['1.0.0', '1.1.0'].map((version) => [version, { name: 'thing', version, dist }] as const),
      ),
    };
    registry = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument));
    }).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What npm would lock, with the rules of this repository and no others of this machine. */
  async function lock(wanted: string, { skip, task }: TestContext) {
    const { output: version } = await npm('--version');
    const [major = 0, minor = 0] = version.trim().split('.').map(Number);
    if (major < 11 || (major === 11 && minor < 10)) {
      Object.assign(task.meta, { leftOut: `npm ${version.trim()} does not know min-release-age (11.10 does)` });
      skip();
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: { thing: wanted } }));
    await rm(join(folder, 'package-lock.json'), { force: true });
    const { code, output } = await npm('install', '--package-lock-only', '--no-audit', '--no-fund');
    const text = await readFile(join(folder, 'package-lock.json'), 'utf8').catch(() => '{}');
    const { packages = {} } = JSON.parse(text) as { packages?: Record<string, LockEntry> };
    return { code, output, version: packages['node_modules/thing']?.version };
  }

  const npm = (...args: string[]) =>
    run('npm', args, {
      output: 'capture',
      cwd: folder,
      env: {
        npm_config_registry: address,
        npm_config_cache: join(folder, 'cache'),
        npm_config_userconfig: join(folder, 'none'),
        // npm gives its own settings on to what it runs, and they come before those of a folder.
        npm_config_min_release_age: undefined,
        npm_config_before: undefined,
      },
    });

  test('is passed over for the one before it', async (context) => {
    expect(await lock('^1.0.0', context)).toMatchObject({ code: 0, version: '1.0.0' });
  });

  test('is refused when it is asked for by name', async (context) => {
    const { code, output, version } = await lock('1.1.0', context);
    expect(version).toBeUndefined();
    expect(code).not.toBe(0);
    expect(output).toContain('ETARGET');
  });
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
