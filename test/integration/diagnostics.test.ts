import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readZip } from '../../src-main/core/foundation/archive/index.ts';
import { Diagnostics } from '../../src-shared/schema/diagnostics.ts';
import { type Product, productArgs, startProduct } from '../fakes/product.ts';
import { createSender } from '../fakes/signed-load.ts';

/* Whatever a person or an operator may write down says "canary" here, in every place that the product reads. */
const word = 'canary';
const secret = `${word}-secret-0123456789`;
const limits = { entries: 20, totalBytes: 8_000_000, entryBytes: 4_000_000, ratio: 1_000, timeoutMs: 10_000 };

let folder: string;
let dataDir: string;
let product: Product;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), `clawdbot-${word}-`));
  dataDir = join(folder, `data of ${word}`);
  mkdirSync(dataDir, { mode: 0o700 });
  product = await startProduct({ dataDir, config, args: ['--debug'] });
  const sender = createSender(product.url, secret, 2);
  const texts = { conversation_id: `${word} room`, content: `${word}: call me at ${word}@example.com` };
  await sender.send({ sender_id: `${word} person`, external_id: `${word}-1`, ...texts });
  await sender.send({ sender_id: `${word} stranger`, external_id: `${word}-2`, ...texts });
  await sender.send({ sender_id: 5, content: word });
  sender.close();
  // Failures put what they are about into the log.
  await get(`/api/v1/conversations/${word}/messages`);
  await get(`/api/v1/tasks/${word}`);
  while (!product.logs().includes('delivery.attempt_failed')) await new Promise((resolve) => setTimeout(resolve, 50));
});
afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true, force: true });
});

const config = {
  app: { allowed_hosts: [`${word}.example.com`], admin_allow: ['127.0.0.0/8', '198.51.100.0/24'] },
  platforms: {
    webhook: {
      secret,
      reply_url: `http://127.0.0.1:1/${word}?key=${word}`,
      allow_senders: [`${word} person`],
      endpoints: [
        { name: `${word}-shop`, path: `/hooks/${word}`, secret: `${word} of the shop`, mapping: `${word}.map` },
      ],
    },
  },
  egress: { allow_private: [`${word}.internal`] },
  mappings: { [`${word}.map`]: { sender_id: `{{${word}}}`, content: `${word} {{text}}` } },
};

const get = (path: string) => fetch(`${product.url}${path}`, { headers: { authorization: `Bearer ${product.token}` } });

async function unpack(archive: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, content } of readZip(archive, limits)) files[name] = content.toString();
  return files;
}

/** What tells of a person, a secret or this machine, in the archive as it lies there and in each file of it. */
async function findsIn(archive: Buffer): Promise<string[]> {
  const wanted = [word, secret, 'example.com', '198.51.100', dataDir, homedir(), hostname(), product.token];
  const names = [...wanted, userInfo().username].filter((name) => name.length > 2);
  const files = { 'the archive': archive.toString('latin1'), ...(await unpack(archive)) };
  return Object.entries(files).flatMap(([name, text]) =>
    names.filter((each) => text.toLowerCase().includes(each.toLowerCase())).map((each) => `${each} in ${name}`),
  );
}

describe('a diagnostics bundle', () => {
  test('of the running product holds what helps, and no secret, name, message or path', async () => {
    const answer = Diagnostics.parse(await (await get('/api/v1/diagnostics')).json());
    const archive = Buffer.from(answer.archive_base64, 'base64');
    expect(await findsIn(archive)).toEqual([]);

    const files = await unpack(archive);
    expect(answer.files).toEqual(
      Object.entries(files).map(([name, text]) => ({ kind: expect.any(String), name, bytes: Buffer.byteLength(text) })),
    );
    expect(JSON.parse(files['about.json'] ?? '')).toMatchObject({ clawdbot: '0.1.0', node: process.version });
    expect(JSON.parse(files['configuration.json'] ?? '')).toMatchObject({
      app: { port: 0, host: '127.0.0.1', allowed_hosts: '[1 entries]' },
      platforms: { webhook: { secret: '[set]', reply_url: '[set]', allow_senders: '[1 entries]' } },
      mappings: '[1 entries]',
    });
    const status = JSON.parse(files['status.json'] ?? '');
    expect(status.channels).toContainEqual(expect.objectContaining({ kind: 'webhook', accepted: 1, strangers: 1 }));
    expect(JSON.parse(files['checks.json'] ?? '')).toContainEqual(
      expect.objectContaining({ name: 'database', state: 'ok' }),
    );
    const lines = (files['log.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'delivery.attempt_failed', level: 'warn' }));
  });

  test('is for administrators', async () => {
    const minted = await fetch(`${product.url}/api/v1/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'operator', label: 'phone' }),
    });
    const { token } = (await minted.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${product.url}/api/v1/diagnostics`, { headers })).status).toBe(403);
  });

  const doctor = (path: string, ...more: string[]) =>
    spawnSync(process.execPath, [...productArgs, 'doctor', '--data', dataDir, `--bundle=${path}`, ...more], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });

  test('from the command line is listed before it is written, for its owner only, and never over a file', async () => {
    const path = join(folder, 'bundle.zip');
    const { stdout, status } = doctor(path);
    expect(status).toBeLessThan(2);
    const archive = readFileSync(path);
    expect(await findsIn(archive)).toEqual([]);
    for (const [name, text] of Object.entries(await unpack(archive)))
      expect(stdout).toContain(`${name}  ${Buffer.byteLength(text)} bytes`);
    expect(stdout.indexOf('about.json')).toBeLessThan(stdout.indexOf('was written'));
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);

    writeFileSync(path, 'mine');
    expect(doctor(path)).toMatchObject({ status: 1, stderr: expect.stringContaining('name another file') });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  test('of a folder whose configuration is wrong says so and nothing of what stands in it', async () => {
    const broken = mkdtempSync(join(folder, 'broken-'));
    writeFileSync(join(broken, 'config.yaml'), `app: { port: "${word}", ${word}: 1 }\n# ${word}\n`);
    const path = join(folder, 'broken.zip');
    const { status } = spawnSync(
      process.execPath,
      [...productArgs, 'doctor', '--data', broken, '--bundle', path, '--json'],
      {
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    expect(status).toBe(2);
    expect(await findsIn(readFileSync(path))).toEqual([]);
    expect((await unpack(readFileSync(path)))['checks.json']).toContain('app.port');
  });

  test.each([
    ['a folder that is not there', 'nowhere/bundle.zip'],
    ['a folder', '.'],
    ['a NUL', 'bundle\0.zip'],
    ['a name of 4,000 letters', 'x'.repeat(4_000)],
  ])('is not written to %s, and says why', (what, name) => {
    // No argument can hold a NUL; what would pass one on cannot start the program.
    if (what === 'a NUL') return expect(() => doctor(join(folder, name))).toThrow();
    const { status, stderr } = doctor(join(folder, name));
    expect(status).toBe(1);
    expect(stderr).toMatch(/cannot be written|name another file/);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });
});
