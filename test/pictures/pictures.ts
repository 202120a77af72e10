import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { untilWorked } from '../e2e/support/product.ts';
import { composer, inspector, say } from '../e2e/support/screens.ts';
import { freePort, type Product, startProduct, webhookSecret } from '../fakes/product.ts';
import { connectOverRest } from '../fakes/rest-client.ts';
import { sign } from '../fakes/signed-load.ts';
import { endpoints, type Story, stories } from './stories.ts';

const folder = join(import.meta.dirname, '../../docs/pictures');
/** A page with pictures should open at once, and every change of a picture stays in the history of the repository. */
const largestBytes = 150_000;

for (const [name, story] of Object.entries(stories)) {
  test.describe(name, () => {
    test.use({ locale: story.locale, timezoneId: story.timezone });

    test('pictures of chat, board and memory, light and dark', async ({ context }) => {
      await using house = await openHouse(story);
      await live(house, story, context);
      for (const theme of ['light', 'dark'] as const) {
        for (const [screen, show] of Object.entries(screens)) {
          const page = await context.newPage();
          await page.emulateMedia({ colorScheme: theme });
          await show(page, house, story);
          await take(page, `${screen}-${name}-${theme}`);
          await page.close();
        }
      }
    });
  });
}

const screens = {
  async chat(page: Page, { url }: House) {
    await page.goto(`${url}/#/chat`);
    await expect(page.getByRole('group', { name: /^(Suggested todo: |建议的待办：)/ })).toBeVisible();
    await expect(page.getByRole('region', { name: /^(From memory|来自 1 条记忆)$/ })).toBeVisible();
    await expect(composer(page)).toHaveAccessibleDescription(/^(Enter adds|回车添加)/);
  },
  async board(page: Page, { url }: House, { cards }: Story) {
    await page.goto(`${url}/#/todos`);
    for (const { title } of cards) await expect(page.getByRole('row', { name: title })).toBeVisible();
  },
  async memory(page: Page, { url }: House, { search }: Story) {
    await page.goto(`${url}/#/memory`);
    await page.getByRole('searchbox').fill(search);
    const found = page.getByRole('list', { name: /memories found|找到/ }).getByRole('button');
    await expect(found).toHaveCount(3);
    await found.first().click();
    await expect(inspector(page).getByRole('link')).toBeVisible();
    // How long it took differs from one time to the next.
    await page
      .getByText(/in \d+ ms$|用时 \d+ 毫秒$/)
      .evaluate((line) => (line.textContent = (line.textContent ?? '').replace(/\d+(?=\D+$)/, '3')));
  },
} as const;

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await expect(page).toHaveScreenshot(`${name}.png`);
  expect(statSync(join(folder, `${name}.png`)).size, `bytes of ${name}.png`).toBeLessThanOrEqual(largestBytes);
}

/** Everything that the story tells, in its order and at its hours; leaves the product running at the last of them. */
async function live(house: House, { days, cards }: Story, context: BrowserContext): Promise<void> {
  for (const { at, posted = [], said = [] } of days) {
    const { url, token, rest } = await house.startAt(at);
    await context.addInitScript((value) => localStorage.setItem('clawdbot.token', value), token);
    await context.clock.setFixedTime(at);
    for (const { endpoint, ...message } of posted) {
      await post(`${url}/hooks/${endpoint}`, message);
      await untilWorked(rest);
    }
    const page = await context.newPage();
    await page.goto(`${url}/#/chat`);
    for (const text of said) {
      await say(page, text);
      await expect(composer(page)).toHaveValue('');
      await expect(page.getByText(/^(Waiting|等待中)$/)).toHaveCount(0);
      await untilWorked(rest);
    }
    await page.close();
  }
  for (const card of cards) await house.rest().tasks.create(card);
}

async function post(address: string, message: Record<string, string>): Promise<void> {
  const body = JSON.stringify(message);
  const headers = { 'content-type': 'application/json', 'x-signature': sign(webhookSecret, body) };
  const { status } = await fetch(address, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`${address} answered ${status}`);
}

type House = Awaited<ReturnType<typeof openHouse>>;

/** One data folder and one address, under which the product starts at one moment after the other. */
async function openHouse({ locale, timezone }: Story) {
  const dataDir = mkdtempSync(join(tmpdir(), 'clawdbot-pictures-'));
  const port = await freePort();
  const gone = new AbortController();
  let running: Product | null = null;
  const config = {
    app: { locale: locale === 'zh-CN' ? 'zh-CN' : 'en', timezone },
    platforms: {
      webhook: { endpoints: endpoints.map((name) => ({ name, path: `/hooks/${name}`, secret: webhookSecret })) },
    },
  };

  const now = () => {
    if (!running) throw new Error('the story has not begun');
    return running;
  };
  const rest = () => connectOverRest({ ...now(), signal: gone.signal });
  return {
    url: `http://127.0.0.1:${port}`,
    rest,
    async startAt(at: string) {
      await running?.stop();
      running = await startProduct({
        from: 'bundle',
        dataDir,
        config,
        args: ['--port', String(port)],
        nodeArgs: ['--import', join(import.meta.dirname, 'slow-clock.ts')],
        env: { CLAWDBOT_PICTURES_AT_MS: String(Date.parse(at)), CLAWDBOT_PICTURES_BEGUN_MS: String(Date.now()) },
      });
      return { url: running.url, token: running.token, rest: rest() };
    },
    async [Symbol.asyncDispose]() {
      gone.abort();
      await running?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
