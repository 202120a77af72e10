import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { openReader } from '../../src-main/core/store/index.ts';
import { filesBelow, livedInFolder, newFolder, passphrase } from '../fakes/backup-rig.ts';
import { type Product, productArgs, startProduct } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';

const root = join(import.meta.dirname, '../..');
const killAtRename = fileURLToPath(new URL('../fixtures/kill-at-rename.ts', import.meta.url));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Call {
  env?: Record<string, string>;
  nodeArgs?: readonly string[];
}

/** Without a terminal, so nobody is asked; the passphrase is in the environment unless a test says otherwise. */
function spawnCli(
  args: readonly string[],
  { env = {}, nodeArgs = [] }: Call = {},
): {
  child: ChildProcess;
  said: { out: string; err: string };
  ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, [...nodeArgs, ...productArgs, ...args], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      XDG_DATA_HOME: join(tmpdir(), 'clawdbot-backup-nobody'),
      CLAWDBOT_BACKUP_PASSPHRASE: passphrase,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return { child, said, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...said })) };
}

const clawdbot = (...args: string[]): Promise<Ended> => spawnCli(args).ended;
const clawdbotWith = (call: Call, ...args: string[]): Promise<Ended> => spawnCli(args, call).ended;

function folder(made = newFolder('backup')): string {
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function start(dataDir: string): Promise<Product> {
  const product = await startProduct({ dataDir, keepConfig: true, startTimeoutMs: 60_000 });
  cleanups.push(() => product.kill());
  return product;
}

/** Without ways in that have a port of their own, so that tests do not get into each other's way. */
const config = 'app: { locale: en }\nplatforms: { webhook: { enabled: false }, socket: { enabled: false } }\n';

const without = ['lock.db', 'lock.db-journal', 'lock.json', 'before-restore', '.restoring'];
const count = (dataDir: string, sql: string): number => {
  const reader = openReader(join(dataDir, 'memory.db'));
  try {
    return reader.get<{ found: number }>(`SELECT ${sql} AS found`)?.found ?? -1;
  } finally {
    reader.close();
  }
};

describe('beside a running product', () => {
  test('a backup is made of what it holds, a restore is refused, and what is restored elsewhere starts', async () => {
    const [dataDir, other] = [folder(), folder()];
    writeFileSync(join(dataDir, 'config.yaml'), config);
    const product = await start(dataDir);
    const client = connectOverRest({ ...product, signal: new AbortController().signal });
    await client.memories.create({ content: 'The canary sings in the blue box', subject: 'Ana' });
    const file = join(folder(), 'all.backup');
    const made = await clawdbot('backup', file, '--data', dataDir, '--json');
    expect(made).toMatchObject({ code: 0 });
    expect(JSON.parse(made.out)).toMatchObject({ path: file, memories: 1, skipped: [] });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes('canary')).toBe(false);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('.backup'))).toEqual([]);

    const refused = await clawdbot('restore', file, '--data', dataDir);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toBe(
      `clawdbot: Clawdbot is running on ${dataDir} (process ${product.pid}). Stop it first, then restore; nothing was changed. Or restore into another folder (--data DIR)\n`,
    );

    const verified = await clawdbot('verify', file, '--data', dataDir);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toContain(`${file} is whole`);
    const restored = await clawdbot('restore', file, '--data', other);
    expect(restored).toMatchObject({ code: 0 });
    expect(restored.out).toContain(
      '0 messages and 1 memories.\n1 access tokens are revoked: pair your devices anew.\n',
    );
    const second = await start(other);
    const there = connectOverRest({ ...second, signal: new AbortController().signal });
    const { results } = await there.memories.search({ query: 'canary' });
    expect(results.map(({ content }) => content)).toEqual(['The canary sings in the blue box']);
    const old = await fetch(`${second.url}/api/v1/memories`, { headers: { authorization: `Bearer ${product.token}` } });
    expect(old.status).toBe(401);
  }, 240_000);
});

describe('the passphrase', () => {
  test('is a file, or the environment, and never a part of the command line', async () => {
    const dataDir = folder(livedInFolder({ messages: 5, config }));
    const target = folder();
    const words = join(target, 'words');
    writeFileSync(words, '一个不会忘记的口令\r\n', { mode: 0o600 });
    const env = { CLAWDBOT_BACKUP_PASSPHRASE: '' };
    const file = join(target, 'all.backup');
    expect(await clawdbot('backup', file, '--data', dataDir, '--passphrase-file', words)).toMatchObject({ code: 0 });
    const said = { CLAWDBOT_BACKUP_PASSPHRASE: '一个不会忘记的口令' };
    expect(await clawdbotWith({ env: said }, 'verify', file, '--data', dataDir)).toMatchObject({ code: 0 });
    const wrong = await clawdbot('verify', file, '--data', dataDir);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toContain('The passphrase is not the one that');
    expect(await clawdbotWith({ env }, 'verify', file)).toMatchObject({ code: 1 });

    const other = join(target, 'other.backup');
    const short = await clawdbotWith(
      { env: { CLAWDBOT_BACKUP_PASSPHRASE: 'short' } },
      'backup',
      other,
      '--data',
      dataDir,
    );
    expect(short.err).toContain('has 5 characters and could be guessed');
    const usage = await clawdbot('backup', other, '--passphrase', 'on the command line', '--data', dataDir);
    expect(usage).toMatchObject({ code: 2 });
    expect(usage.err).toContain('there is no option --passphrase');
    expect(existsSync(other)).toBe(false);
  }, 240_000);

  test('is asked of nobody where there is no terminal', async () => {
    const dataDir = folder(livedInFolder({ messages: 5, config }));
    const { CLAWDBOT_BACKUP_PASSPHRASE: _, ...rest } = process.env;
    const child = spawn(process.execPath, [...productArgs, 'backup', join(dataDir, '..', 'never'), '--data', dataDir], {
      cwd: root,
      env: { ...rest, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(err).toContain('set CLAWDBOT_BACKUP_PASSPHRASE, or name a file with --passphrase-file');
  }, 180_000);
});

test.each(['Copying', 'Encrypting'])(
  'Ctrl-C leaves no half file and nothing in the folder, and says so (%s)',
  async (moment) => {
    const dataDir = folder(livedInFolder({ messages: 200, config }));
    // Nothing but zeros, so that there is time while it is sealed.
    writeFileSync(join(dataDir, 'large.bin'), '');
    truncateSync(join(dataDir, 'large.bin'), 400_000_000);
    const target = folder();
    const { child, said, ended } = spawnCli(['backup', join(target, 'all.backup'), '--data', dataDir]);
    while (!said.err.includes(moment)) await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 1, out: '' });
    expect(said.err).toContain('clawdbot: stopped, and nothing was left behind\n');
    expect(readdirSync(target)).toEqual([]);
    expect(readdirSync(dataDir).filter((name) => name.startsWith('.'))).toEqual([]);
  },
  60_000,
);

describe('a restore that is killed', () => {
  async function rig() {
    const from = folder(livedInFolder({ messages: 30, config: `# new\n${config}` }));
    const dataDir = folder(livedInFolder({ messages: 10, config: `# old\n${config}` }));
    const file = join(folder(), 'all.backup');
    expect(await clawdbot('backup', file, '--data', from)).toMatchObject({ code: 0 });
    const killed = async (at: number) => {
      const call = { nodeArgs: ['--import', killAtRename], env: { KILL_AT_RENAME: String(at) } };
      expect((await clawdbotWith(call, 'restore', file, '--data', dataDir)).code).toBeNull();
    };
    return { dataDir, file, killed, before: filesBelow(dataDir, { without }) };
  }

  const isNew = (dataDir: string): void => {
    expect(readFileSync(join(dataDir, 'config.yaml'), 'utf8')).toMatch(/^# new/);
    expect(count(dataDir, "(SELECT count(*) FROM messages WHERE direction = 'in')")).toBe(30);
  };

  test('before its plan stands has changed nothing', async () => {
    const { dataDir, file, killed, before } = await rig();
    await killed(1);
    expect(filesBelow(dataDir, { without })).toEqual(before);
    expect((await clawdbot('export', '--format', 'jsonl', '--data', dataDir)).code).toBe(0);
    expect(await clawdbot('restore', file, '--data', dataDir)).toMatchObject({ code: 0 });
    isNew(dataDir);
  }, 240_000);

  test('halfway keeps every other command out, until a second restore finishes it', async () => {
    const { dataDir, file, killed, before } = await rig();
    await killed(3);
    for (const args of [
      ['token'],
      ['pair'],
      ['export', '--format', 'jsonl'],
      ['import', file],
      ['backup', join(folder(), 'other')],
    ]) {
      const { code, err } = await clawdbot(...args, '--data', dataDir);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(err).toContain(`${dataDir} cannot be used: a restore was cut off in it. Start Clawdbot, or run the same`);
    }
    expect(await clawdbot('doctor', '--data', dataDir)).toMatchObject({ code: 2 });
    const second = await clawdbot('restore', file, '--data', dataDir);
    expect(second).toMatchObject({ code: 0 });
    expect(second.out).toContain('The restore that was cut off is finished');
    isNew(dataDir);
    const [stamp = ''] = readdirSync(join(dataDir, 'before-restore'));
    expect(filesBelow(join(dataDir, 'before-restore', stamp))).toEqual(before);
  }, 240_000);

  test('when the new data come in is finished by the next start', async () => {
    const { dataDir, killed } = await rig();
    await killed(6);
    expect(existsSync(join(dataDir, 'memory.db'))).toBe(false);
    const product = await start(dataDir);
    expect(product.logs()).toContain('"msg":"restore.finished"');
    expect(await product.stop()).toBe(0);
    isNew(dataDir);
    expect(existsSync(join(dataDir, '.restoring'))).toBe(false);
  }, 240_000);
});
