import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DataFolderUnusable } from '../foundation/data-folder-unusable.ts';
import { createSecretRegistry } from '../foundation/logger.ts';
import { chooseDataFolder } from './data-folder.ts';
import { firstStart } from './first-start.ts';
import { loadConfig } from './load-config.ts';
import { Config } from './schema.ts';

let parent: string;
let dataDir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'first-'));
  dataDir = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const mode = (path: string) => statSync(path).mode & 0o777;

describe('the first start', () => {
  test('makes the folder, the keys and a configuration that only the owner may read', async () => {
    const { files, created, warnings } = await firstStart({ dataDir });

    expect(warnings).toEqual([]);
    expect(created).toEqual([files.tokenKey, files.webhookSecret, files.config]);
    expect([dataDir, join(dataDir, 'keys')].map(mode)).toEqual([0o700, 0o700]);
    expect(created.map(mode)).toEqual([0o600, 0o600, 0o600]);
    expect(readFileSync(files.tokenKey)).toHaveLength(32);
    expect(readFileSync(files.webhookSecret, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(readdirSync(dataDir).toSorted()).toEqual(['config.yaml', 'keys']);
  });

  test('writes a configuration that loads without a word and says the defaults', async () => {
    const { files } = await firstStart({ dataDir });

    const { config, warnings } = await loadConfig({
      file: files.config,
      dataDir,
      env: {},
      secrets: { description: '', get: async () => null, set: async () => {}, delete: async () => {} },
      registry: createSecretRegistry(),
    });

    expect(warnings).toEqual([]);
    expect(config.platforms.webhook.secret).toBe(readFileSync(files.webhookSecret, 'utf8').trim());
    const { webhook } = config.platforms;
    const defaults = Config.parse({});
    expect({
      ...config,
      memory: defaults.memory,
      platforms: { ...config.platforms, webhook: { ...webhook, secret: null } },
    }).toEqual(defaults);
  });

  test('two folders have different keys', async () => {
    const one = await firstStart({ dataDir });
    const two = await firstStart({ dataDir: join(parent, 'other') });

    expect(readFileSync(one.files.tokenKey).equals(readFileSync(two.files.tokenKey))).toBe(false);
    expect(readFileSync(one.files.webhookSecret).equals(readFileSync(two.files.webhookSecret))).toBe(false);
  });

  test('leaves what is there as it is, and makes what is missing', async () => {
    const { files } = await firstStart({ dataDir });
    const key = readFileSync(files.tokenKey);
    writeFileSync(files.config, 'app: { port: 1 }');
    rmSync(files.webhookSecret);

    const again = await firstStart({ dataDir });

    expect(again.created).toEqual([files.webhookSecret]);
    expect(readFileSync(files.tokenKey).equals(key)).toBe(true);
    expect(readFileSync(files.config, 'utf8')).toBe('app: { port: 1 }');
  });

  test('closes keys and folders that others may open, with a warning each', async () => {
    const { files } = await firstStart({ dataDir });
    chmodSync(dataDir, 0o755);
    chmodSync(files.tokenKey, 0o644);
    chmodSync(files.webhookSecret, 0o640);

    const { warnings } = await firstStart({ dataDir });

    expect(warnings).toHaveLength(3);
    expect([dataDir, files.tokenKey, files.webhookSecret].map(mode)).toEqual([0o700, 0o600, 0o600]);
  });

  test('does not lock others out of a folder that holds other things', async () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    writeFileSync(join(dataDir, 'somebody.txt'), '');

    const { warnings } = await firstStart({ dataDir });

    expect(mode(dataDir)).toBe(0o755);
    expect(warnings).toEqual([expect.stringContaining('chmod 700')]);
  });

  test('makes missing parents only where it was told that it may', async () => {
    const deep = join(parent, 'a', 'b', 'data');

    expect(await failure(deep)).toMatchObject({ path: deep, reason: `${join(parent, 'a', 'b')} does not exist` });
    await firstStart({ dataDir: deep, createParents: true });

    expect(existsSync(join(deep, 'config.yaml'))).toBe(true);
  });
});

describe('a data folder that cannot be used is refused with the reason and a remedy', () => {
  test('when it is a file, or lies under one', async () => {
    writeFileSync(dataDir, '');

    expect(await failure(dataDir)).toMatchObject({ reason: 'it is a file, not a folder' });
    expect(await failure(join(dataDir, 'inside'))).toMatchObject({
      reason: 'a part of the path is a file, not a folder',
    });
  });

  test('when its key is cut short', async () => {
    const { files } = await firstStart({ dataDir });
    writeFileSync(files.tokenKey, 'short');

    expect(await failure(dataDir)).toMatchObject({
      path: files.tokenKey,
      reason: 'it holds 5 bytes where a key has 32',
    });
  });

  test('when this user may not write there', () => {
    mkdirSync(dataDir, { mode: 0o755 });
    chmodSync(parent, 0o755);
    chmodSync(dataDir, 0o555);
    // The superuser may write anywhere, so the attempt is made as the system's nobody.
    const identity = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', attempt(dataDir)], {
      ...identity,
      encoding: 'utf8',
    });

    expect(stdout).toContain('DATA_FOLDER_UNUSABLE');
    expect(stdout).toContain('this user may not write there');
    expect(stdout).toContain(`Give this user write access to ${dataDir}`);
  });

  const mount = privateMount();
  test.skipIf(mount !== null)(
    `when the disk is full or read-only${mount === null ? '' : ` (left out: ${mount})`}`,
    () => {
      mkdirSync(dataDir);
      const node = `${process.execPath} --input-type=module -e '${attempt(dataDir).replaceAll("'", `'"'"'`)}'`;
      const script = `mount -t tmpfs -o size=16k tmpfs ${dataDir} && { head -c 100000 /dev/zero > ${dataDir}/full; ${node}; mount -o remount,ro ${dataDir}; ${node}; }`;

      const { stdout } = spawnSync('unshare', ['-Urm', 'sh', '-c', script], { encoding: 'utf8' });

      const [full, readOnly] = stdout.trim().split('\n');
      expect(full).toMatch(/DATA_FOLDER_UNUSABLE .*the disk is full\. Free some space/);
      expect(readOnly).toMatch(/DATA_FOLDER_UNUSABLE .*it is on a read-only disk/);
    },
  );
});

describe('the data folder', () => {
  const choose = (env: Record<string, string>, platform: NodeJS.Platform, flag?: string) =>
    chooseDataFolder({ flag, env, platform, home: '/home/me' });

  test('is the one given, else the environment’s, else the platform’s', () => {
    expect(choose({ CLAWDBOT_DATA: '/env' }, 'linux', '/flag')).toEqual({ path: '/flag', chosenBy: 'flag' });
    expect(choose({ CLAWDBOT_DATA: '/env' }, 'linux')).toEqual({ path: '/env', chosenBy: 'environment' });
    expect(choose({}, 'linux')).toEqual({ path: '/home/me/.local/share/clawdbot', chosenBy: 'platform' });
    expect(choose({ XDG_DATA_HOME: '/xdg' }, 'linux').path).toBe('/xdg/clawdbot');
    expect(choose({}, 'darwin').path).toBe('/home/me/Library/Application Support/Clawdbot');
  });
});

async function failure(dir: string): Promise<DataFolderUnusable['data']> {
  try {
    await firstStart({ dataDir: dir });
  } catch (error) {
    if (error instanceof DataFolderUnusable) return error.data;
    throw error;
  }
  throw new Error('the folder was accepted');
}

const attempt = (dir: string) => `
  import { firstStart } from ${JSON.stringify(import.meta.resolve('./first-start.ts'))};
  const failed = (error) => console.log(error.code, error.message);
  await firstStart({ dataDir: ${JSON.stringify(dir)} }).then(() => console.log('started'), failed);`;

/** Null where this machine lets us mount a small disk of our own, else why not. */
function privateMount(): string | null {
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no private mounts here, ${(error as Error).message.split('\n')[0]}`;
  }
}
