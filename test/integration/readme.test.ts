import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Product, startProduct } from '../fakes/product.ts';

const root = join(import.meta.dirname, '../..');

let dataDir: string | undefined;
let product: Product | undefined;
afterEach(async () => {
  await product?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

/** As a first start leaves it: no configuration but the one that it writes itself. */
async function firstStart(): Promise<Product> {
  dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-readme-'));
  product = await startProduct({ dataDir, keepConfig: true });
  return product;
}

/** The steps of "The first five minutes", by number. */
function stepsOf(page: string): string[] {
  const [, section = ''] = readFileSync(join(root, page), 'utf8').split(/^## (?:The first five minutes|最初五分钟)$/m);
  return section.split(/^## /m, 1)[0]?.split(/^\d\. /m) ?? [];
}

const sentencesOf = (step = ''): string[] => [...step.matchAll(/\*([^*]{8,})\*/g)].map(([, sentence = '']) => sentence);
const wordsOf = (reply: string): string[] => [...reply.matchAll(/“([^”]+)”/g)].map(([, words = '']) => words);

async function say({ url, token }: Product, content: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/messages?wait=10`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sender_id: 'me', content }),
  });
  const { reply } = (await response.json()) as { reply: { content: string } };
  return reply.content;
}

async function suggestions({ url, token }: Product): Promise<number> {
  const response = await fetch(`${url}/api/v1/tasks?status=suggested`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { items: unknown[] }).items.length;
}

/** Runs what stands in the step's block, with this product's folder and address. */
function runBlock(step: string, { url, dataDir: folder }: Product): { id: string; duplicate: boolean } {
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(step) ?? [];
  const script = block.replace(/DATA=.*/, `DATA='${folder}'`).replace('http://127.0.0.1:8000', url);
  expect(script).toContain(url);
  return JSON.parse(execFileSync('bash', ['-euc', script], { encoding: 'utf8' }));
}

test.each([
  ['README.md', 'Send the report to Ana', 'The spare key is in the blue box', 'Could you check the invoice'],
  ['README.zh-CN.md', '把报告发给老王', '备用钥匙在蓝色盒子里', '核对一下发票'],
])('the first five minutes of %s come true as they are written', async (page, todo, note, said) => {
  const [, , request, memory, webhook = '', question] = stepsOf(page);
  const running = await firstStart();

  expect(await say(running, sentencesOf(request)[0] ?? '')).toContain(todo);
  await say(running, /`(\/remember [^`]+)`/.exec(memory ?? '')?.[1] ?? '');
  expect(wordsOf(await say(running, sentencesOf(memory)[0] ?? ''))).toEqual([note]);

  const first = runBlock(webhook, running);
  await expect.poll(() => suggestions(running), { timeout: 10_000 }).toBe(2);
  const again = runBlock(webhook, running);
  expect([first.duplicate, again]).toEqual([false, { ...first, duplicate: true }]);

  expect(await say(running, sentencesOf(question)[0] ?? '')).toContain(said);
  expect(await suggestions(running)).toBe(2);
});
