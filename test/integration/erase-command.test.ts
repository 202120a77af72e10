import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openReader } from '../../src-main/core/store/index.ts';
import type { Client } from '../../src-shared/contract/index.ts';
import { ErasureCertificate } from '../../src-shared/schema/erasure.ts';
import { leaks } from '../fakes/leaks.ts';
import { canaries, copyOf, expectSound, say, talk } from '../fakes/person-to-erase.ts';
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

/** Without a terminal, so nobody is asked. */
function spawnCli(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...productArgs, ...args], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', XDG_DATA_HOME: join(tmpdir(), 'clawdbot-erase-nobody') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...said })) };
}

const clawdbot = (...args: string[]): Promise<Ended> => spawnCli(args).ended;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-erase-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function begin(dataDir: string): Promise<{ product: Product; api: Client }> {
  const product = await startProduct({ dataDir, startTimeoutMs: 60_000 });
  cleanups.push(() => product.kill());
  return { product, api: connectOverRest({ ...product, signal: new AbortController().signal }) };
}

/** A folder in which somebody wrote, and a copy of it, by which the product is not running. */
async function leftFolder(): Promise<string> {
  const dataDir = newFolder();
  const { product, api } = await begin(dataDir);
  await talk(product, api);
  expect(await product.stop()).toBe(0);
  await copyOf(dataDir, Date.now() - 60_000);
  return dataDir;
}

const certificateIn = (out: string) => ErasureCertificate.parse(JSON.parse(out));
const wholeOfNandi = { memories: 4, messages: 3, todos_removed: 1, todos_unlinked: 0 };

describe('where the product does not run', () => {
  test('a look changes nothing, and then the person is erased from every file', async () => {
    const dataDir = await leftFolder();
    const before = readFileSync(join(dataDir, 'memory.db'));
    const look = await clawdbot('erase', 'person-nandi', '--preview', '--data', dataDir);
    expect(look).toMatchObject({ code: 0, err: '' });
    expect(look.out).toContain('Of person-nandi would go: 4 memories and 3 messages');
    const told = await clawdbot('erase', '--person', 'person-nandi', '--preview', '--json', '--data', dataDir);
    expect(JSON.parse(told.out)).toEqual({
      person: 'person-nandi',
      platform: null,
      memories: 4,
      messages: 3,
      todos: 1,
    });
    expect(readFileSync(join(dataDir, 'memory.db')).equals(before)).toBe(true);

    const ended = await clawdbot('erase', 'person-nandi', '--yes', '--json', '--data', dataDir);
    expect(ended).toMatchObject({ code: 0, err: '' });
    const certificate = certificateIn(ended.out);
    expect(certificate).toMatchObject({ person: 'person-nandi', erased: wholeOfNandi });
    expect(certificate.remains).toEqual([{ kind: 'backups', path: null }]);
    expect(certificate.swept_at).not.toBeNull();
    expect(leaks(dataDir, [...canaries, 'person-nandi'])).toEqual([]);
    expect(readdirSync(join(dataDir, 'backups')).filter((name) => name.endsWith('.db'))).toHaveLength(1);
    expectSound(dataDir);

    const { api } = await begin(dataDir);
    expect((await api.erasures.get({ id: certificate.id })).erased).toEqual(certificate.erased);
    expect((await api.memories.list({ limit: 50 })).items.map(({ sender_id }) => sender_id)).toEqual(['ben', 'ben']);
  }, 120_000);

  test('it is refused where nobody can be asked, and each misuse has its sentence', async () => {
    const dataDir = await leftFolder();
    for (const [args, sentence] of [
      [['Person-Nandi'], 'nobody can be asked here whether it is meant: say --yes'],
      [[], 'say whom to erase'],
      [[''], 'a person has 1 to 256 characters'],
      [['Person-Nandi', '--yes', '--preview'], '--preview only looks and erases nobody'],
      [['Person-Nandi', '--person', 'Ana'], 'Person-Nandi is one word too many'],
    ] as const) {
      const { code, out, err } = await clawdbot('erase', ...args, '--data', dataDir);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err.split('\n')[0]).toContain(sentence);
    }
    const look = await clawdbot('erase', 'Person-Nandi', '--preview', '--platform', 'chat', '--data', dataDir);
    expect(look.out).toContain('Of Person-Nandi on chat would go: 0 memories and 0 messages');
  }, 120_000);
});

test('where everything lies on a server and the product does not run, the next start erases', async () => {
  const dataDir = await leftFolder();
  const config = join(newFolder(), 'server.yaml');
  writeFileSync(
    config,
    'memory: { storage_type: postgresql, url: "postgresql://clawdbot:secret@127.0.0.1:9/nowhere" }',
  );
  const asked = await clawdbot('erase', 'Person-Nandi', '--yes', '--data', dataDir, '--config', config);
  expect(asked.code).toBe(1);
  expect(asked.err).toContain('the next start erases the person');
  expect((await clawdbot('erase', 'Person-Nandi', '--preview', '--data', dataDir)).out).toContain('4 memories');

  const { api } = await begin(dataDir);
  await expect
    .poll(async () => (await api.erasures.list({})).items.map(({ swept_at }) => swept_at === null), { timeout: 60_000 })
    .toEqual([false]);
  expect(leaks(dataDir, canaries)).toEqual([]);
}, 120_000);

describe('beside a running product', () => {
  test('the product erases, and goes on', async () => {
    const dataDir = newFolder();
    const { product, api } = await begin(dataDir);
    await talk(product, api);
    await copyOf(dataDir, Date.now() - 60_000);
    const { code, out } = await clawdbot('erase', 'Person-Nandi', '--yes', '--data', dataDir);
    expect(code).toBe(0);
    expect(out).toContain('Erased: 4 memories, 3 messages');
    expect(out).toContain('database written anew and copies replaced');
    expect(product.logs()).toContain('erasure.done');
    const [listed] = (await api.erasures.list({})).items;
    expect(out).toContain(`digest ${listed?.digest}`);
    expect(listed?.erased).toMatchObject(wholeOfNandi);
    expect(leaks(dataDir, canaries)).toEqual([]);

    // Its numbers of what waits are still right, and it works what comes.
    const later = { sender_id: 'ben', conversation_id: 'team', external_id: 'b3', content: 'Please water the plants' };
    expect((await say(product, later)).status).toBe(202);
    const found = async (query: string) => (await api.memories.search({ query })).results.map(({ content }) => content);
    await expect.poll(() => found('plants'), { timeout: 30_000 }).toContain(later.content);
    expect((await found('quokkabeam report')).filter((content) => content.includes('quokkabeam'))).toEqual([]);
    await expect
      .poll(async () => {
        const { totals, queue } = await api.system.status();
        return [totals.done === totals.messages, queue.queued + queue.working];
      })
      .toEqual([true, 0]);
    expect(await product.stop()).toBe(0);
    expectSound(dataDir);
  }, 120_000);

  test('a product that ends before it took it up leaves it to the command', async () => {
    const dataDir = newFolder();
    const { product, api } = await begin(dataDir);
    await talk(product, api);
    product.signal('SIGSTOP');
    const { ended } = spawnCli(['erase', 'Person-Nandi', '--yes', '--json', '--data', dataDir]);
    const reader = openReader(join(dataDir, 'memory.db'));
    cleanups.push(() => reader.close());
    await expect
      .poll(() => reader.get<{ n: number }>('SELECT count(*) AS n FROM erasures')?.n, { timeout: 30_000 })
      .toBe(1);
    await product.kill();
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(certificateIn(out).erased).toMatchObject(wholeOfNandi);
    reader.close();
    expect(leaks(dataDir, canaries)).toEqual([]);
  }, 120_000);
});

describe('cut off in the middle', () => {
  const total = 8_000;

  /** Many memories of one person and one of somebody else. */
  async function folderWithMany() {
    const dataDir = join(newFolder(), 'one');
    const lines = Array.from(
      { length: total },
      (_, at) => `{"content":"number ${at} of the wombatcrypt","subject":"Ana"}`,
    );
    const file = join(newFolder(), 'many.jsonl');
    writeFileSync(file, [...lines, '{"content":"The key is in the blue box","subject":"Ben"}'].join('\n'));
    expect((await clawdbot('import', file, '--data', dataDir)).code).toBe(0);
    const reader = openReader(join(dataDir, 'memory.db'));
    cleanups.push(() => reader.close());
    const left = () => (reader.get<{ n: number }>('SELECT count(*) AS n FROM memories')?.n ?? 0) - 1;
    return { dataDir, left };
  }

  async function cutOff(dataDir: string, left: () => number, signal: NodeJS.Signals): Promise<Ended> {
    const { child, ended } = spawnCli(['erase', 'Ana', '--yes', '--data', dataDir]);
    while (left() > total - 500 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill(signal);
    return ended;
  }

  test('by Ctrl-C it says that the rest stays, and the same command again ends it', async () => {
    const { dataDir, left } = await folderWithMany();
    const { code, err } = await cutOff(dataDir, left, 'SIGINT');
    expect(code).toBe(1);
    expect(err).toContain('Stopped before its end. What is gone stays gone');
    expect(left()).toBeGreaterThan(0);

    const ended = await clawdbot('erase', 'Ana', '--yes', '--json', '--data', dataDir);
    expect(ended.code).toBe(0);
    expect(certificateIn(ended.out).erased.memories).toBe(total);
    expect(left()).toBe(0);
    expectSound(dataDir);
  }, 240_000);

  test('by a kill it is ended by the next start', async () => {
    const { dataDir, left } = await folderWithMany();
    expect((await cutOff(dataDir, left, 'SIGKILL')).code).toBeNull();
    expect(left()).toBeGreaterThan(0);
    const { api } = await begin(dataDir);
    await expect
      .poll(
        async () => (await api.erasures.list({})).items.map(({ erased, swept_at }) => [erased.memories, !swept_at]),
        {
          timeout: 60_000,
        },
      )
      .toEqual([[total, false]]);
    expect(leaks(dataDir, ['wombatcrypt'])).toEqual([]);
  }, 240_000);
});
