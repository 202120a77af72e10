import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type Page, test } from '@playwright/test';
import { startForPeople } from '../e2e/support/product.ts';
import { composer, say } from '../e2e/support/screens.ts';
import { missingForDisplay, openDisplay } from './display.ts';

// The packed product on a display, as a person would see it. The window is one of Chromium in application mode and not
// Electron's: what a frame, a tray or a notice of the desktop looks like, these pictures do not show.

// Two browsers, a display and a product to start, on a machine that may be busy.
test.setTimeout(180_000);

const size = { width: 1100, height: 760 };
const results = join(import.meta.dirname, '../../test-results/display');
const committed = join(import.meta.dirname, '../../docs/pictures');
/** As for every picture in the repository: a page with pictures should open at once. */
const largestBytes = 150_000;

const stories = {
  en: {
    locale: 'en-US',
    theme: 'light',
    said: [
      '/remember Ana wants her reports as PDF',
      'How does Ana want her reports?',
      'Please send the report to Ana by Friday 3pm',
    ],
    card: 'Send the report to Ana',
  },
  zh: {
    locale: 'zh-CN',
    theme: 'dark',
    said: ['/remember 安娜要 PDF 格式的报告', '安娜要什么格式的报告？', '请在周五下午三点前把报告发给安娜'],
    card: '把报告发给安娜',
  },
} as const;

for (const [name, { locale, theme, said, card }] of Object.entries(stories)) {
  test(`packed and on a display, the product takes a person from the pairing code to the board (${locale})`, async ({
    launchOptions,
  }, testInfo) => {
    const missing = missingForDisplay();
    if (process.env['CLAWDBOT_REQUIRE_SERVICES'] === '1') expect(missing).toBeNull();
    test.skip(missing !== null, missing ?? '');

    await using stack = new AsyncDisposableStack();
    const display = await openDisplay(size);
    stack.defer(() => display.close());
    const product = await startForPeople();
    stack.defer(() => product.close());
    expect(readFileSync(`/proc/${product.pid}/cmdline`, 'utf8')).toContain('/linux-unpacked/stand-in-start.mjs');
    const profile = mkdtempSync(join(tmpdir(), 'clawdbot-window-'));
    stack.defer(() => rmSync(profile, { recursive: true, force: true }));
    const context = await chromium.launchPersistentContext(profile, {
      ...launchOptions,
      headless: false,
      // Without --test-type the window wears a bar that warns of flags, which are the test's and not the product's.
      args: [
        '--test-type',
        `--app=${product.url}/`,
        '--window-position=0,0',
        `--window-size=${size.width},${size.height}`,
      ],
      env: { ...process.env, DISPLAY: display.name },
      viewport: null,
      locale,
      colorScheme: theme,
    });
    stack.defer(() => context.close());
    const page = await windowOf(context.pages(), product.url);
    /** `isShown`: whether it stands in the repository, too. */
    const take = async (what: string, { isShown = true } = {}) => {
      await settled(page);
      const file = `packed-${what}-${name}-${theme}.png`;
      mkdirSync(results, { recursive: true });
      await display.takePicture(join(results, file));
      expectPicture(join(results, file));
      if (isShown && ['all', 'changed'].includes(testInfo.config.updateSnapshots))
        copyFileSync(join(results, file), join(committed, file));
    };

    await expect(page.getByRole('textbox', { name: /^(Pairing code|配对码)$/ })).toBeFocused();
    await take('sign-in', { isShown: false });
    await page.keyboard.type(product.code);
    await page.keyboard.press('Enter');
    for (const text of said) await sayAndWait(page, text);
    await expect(page.getByRole('group', { name: new RegExp(card) })).toBeVisible();
    await expect(composer(page)).toHaveAccessibleDescription(/^(Enter adds|回车添加)/);
    await take('chat');
    await composer(page).press('Enter');
    // Over a link Chromium would draw its address into the picture.
    await page.evaluate(() => (location.hash = '#/todos'));
    await expect(page.getByRole('row', { name: card })).toBeVisible();
    await take('board');
  });
}

/** The one window that shows the product; Playwright's own may be open beside it. */
async function windowOf(pages: readonly Page[], url: string): Promise<Page> {
  const shown = pages.find((page) => page.url().startsWith(url));
  if (!shown) throw new Error(`no window shows ${url}, but ${pages.map((page) => page.url()).join(', ')}`);
  await shown.bringToFront();
  return shown;
}

/** Says something and waits for the answer, so that each stands under its question. */
async function sayAndWait(page: Page, text: string): Promise<void> {
  await say(page, text);
  const own = page.getByRole('article', { name: /^(You|你|您)$/ }).filter({ hasText: text });
  await expect(own.locator('xpath=following::article')).not.toHaveCount(0);
}

const settled = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );

/** A PNG of the whole display on which more is drawn than one colour, and small enough to be kept. */
function expectPicture(file: string): void {
  const header = readFileSync(file).subarray(0, 24);
  expect([header.readUInt32BE(16), header.readUInt32BE(20)]).toEqual([size.width, size.height]);
  const { size: bytes } = statSync(file);
  expect(bytes, file).toBeGreaterThan(10_000);
  expect(bytes, file).toBeLessThan(largestBytes);
}
