import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReplyReceiver } from '../fakes/channel-rigs.ts';
import { type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { createSender } from '../fakes/signed-load.ts';
import { openTestSocket } from '../fakes/test-socket.ts';

const root = join(import.meta.dirname, '../..');
const source = fileURLToPath(new URL('../fixtures/count-connects.c', import.meta.url));
const isLinux = process.platform === 'linux';

let folder: string;
let library: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-traffic-'));
  library = join(folder, 'count-connects.so');
  if (isLinux) execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Watches where the programs that are started with its environment want to go. */
function watch(name: string) {
  const file = join(folder, name);
  return {
    env: { LD_PRELOAD: library, CONNECTS: file },
    seen: (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []),
  };
}

test.runIf(isLinux)(
  'as it comes, the product connects to nothing and looks up no name, whatever it is used for',
  async () => {
    const dataDir = join(folder, 'data');
    const traffic = watch('product');
    const product = await startProduct({ dataDir, keepConfig: true, from: 'bundle', env: traffic.env });
    await useEverything(product);
    expect(await product.stop()).toBe(0);
    for (const args of [['doctor'], ['token'], ['--help']]) {
      const program = join(root, 'dist/main/headless.js');
      const env = { ...process.env, NODE_OPTIONS: '', ...traffic.env };
      spawnSync(process.execPath, [program, ...args, ...(args[0] === '--help' ? [] : ['--data', dataDir])], { env });
    }
    expect(traffic.seen()).toEqual([]);
  },
  60_000,
);

test.runIf(isLinux)('control: a reply that the configuration asks for is seen, by name and by address', async () => {
  const receiver = await startReplyReceiver();
  const traffic = watch('control');
  const reply_url = receiver.url.replace('127.0.0.1', 'localhost');
  const product = await startProduct({
    from: 'bundle',
    env: traffic.env,
    config: { platforms: { webhook: { reply_url } } },
  });
  const sender = createSender(product.url, webhookSecret, 1);
  const answer = await sender.send({ sender_id: 'ana', external_id: '1', content: 'hello' });
  await receiver.replyTo(answer?.id ?? '');
  sender.close();
  await product.stop();
  await receiver.close();
  expect(traffic.seen()).toEqual(expect.arrayContaining(['lookup localhost', 'connect 127.0.0.1']));
});

/** Every way in and every operation of the contract, as far as one message each tells. */
async function useEverything(product: Product): Promise<void> {
  const { url, token, dataDir } = product;
  const gone = new AbortController();
  const rest = connectOverRest({ url, token, signal: gone.signal });

  const secret = readFileSync(join(dataDir, 'keys/webhook.secret'), 'utf8').trim();
  const sender = createSender(url, secret, 1);
  const link = 'Please read https://example.com/report and mail it to mei@example.com by Friday';
  const attachments = [{ type: 'image', url: 'https://example.com/picture.png' }];
  const taken = await sender.send({ sender_id: 'ana', external_id: '1', content: link, attachments });
  expect(taken?.status).toBe(202);
  sender.close();

  const peer = await openTestSocket(`${url.replace('http', 'ws')}/ws`);
  peer.send({ type: 'auth', token });
  peer.send({ sender_id: 'ben', external_id: '2', content: '明天下午三点前把发票寄给财务' });
  expect(await peer.next()).toMatchObject({ type: 'ack' });
  peer.socket.close();

  for (const content of ['/help', '/todo call Mei', '/remember the key is in the box', 'where is the key?', '/status'])
    await rest.chat.send({ content, external_id: content });
  await rest.todos.extract({ text: link, dry_run: false });
  const memory = await rest.memories.create({ content: 'https://example.com is the address', subject: 'ana' });
  await rest.memories.search({ query: 'address' });
  await rest.memories.forget({ id: memory.id });
  await rest.memories.eraseSubject({ subject: 'ana' });
  const task = await rest.tasks.create({ title: link });
  await rest.tasks.update({ id: task.id, status: 'done' });
  await rest.boards.get({ id: 'main' });
  await rest.mappings.tryOut({ mapping: { sender_id: '{{a}}', content: '{{b}}' }, payload: { a: '1', b: '2' } });
  await rest.access.createToken({ role: 'viewer', label: 'phone' });
  for (const path of ['/', '/api/docs', '/api/v1/openapi.json', '/icon.svg', '/api/v1/me'])
    await (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).text();

  for (;;) {
    const { queue } = await rest.system.status();
    if (queue.queued + queue.working === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  gone.abort();
}
