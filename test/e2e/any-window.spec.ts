import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { expectFits, lengthenTexts } from './support/layout.ts';
import { type House, untilWorked } from './support/product.ts';
import { card, column, inspector, open, type Screen, screens } from './support/screens.ts';

const names = Object.keys(screens) as Screen[];

test.beforeEach(async ({ house }) => fill(house));

async function fill(house: House): Promise<void> {
  await house.rest.tasks.create({
    title: 'Renew the certificate',
    status: 'todo',
    due: '2026-01-05',
    priority: 'high',
  });
  await house.rest.tasks.create({ title: `Averyveryverylongwordwithout${'end'.repeat(20)}`, status: 'doing' });
  await house.post({ sender_id: 'ana', content: 'Please send the numbers to finance by Friday' });
  await house.post({ sender_id: '老王', content: '明天下午三点前把报告发给老王' });
  await house.post({ sender_id: 'ana', content: `See https://example.com/${'long/'.repeat(40)} for the rest` });
  await untilWorked(house.rest);
}

const sizes = {
  'a phone held upright': { width: 320, height: 640 },
  'the smallest window': { width: 400, height: 600 },
  'a small window': { width: 880, height: 560 },
  'a large screen': { width: 1920, height: 1080 },
  'a laptop at 200 %': { width: 640, height: 400, scale: 2 },
} as const;

for (const [name, size] of Object.entries(sizes)) {
  test.describe(`${name}, ${size.width} × ${size.height}`, () => {
    test.use({
      viewport: { width: size.width, height: size.height },
      deviceScaleFactor: 'scale' in size ? size.scale : 1,
    });

    test('every screen fits, no action is cut off or covered, longer words included', async ({ page }) => {
      test.setTimeout(120_000);
      for (const screen of names) {
        await open(page, screen);
        await expectFits(page, screen);
        await lengthenTexts(page);
        await expectFits(page, `${screen} with longer words`);
        await page.reload();
      }
      await open(page, 'board');
      await openInspector(page);
      await expectFits(page, 'the todo', 'aside');
      await page.keyboard.press('Escape');
      await expect(inspector(page)).toHaveCount(0);
      await page.goto('/#/todos?add=1');
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectFits(page, 'adding a todo', '[role="dialog"]');
      await lengthenTexts(page);
      await expectFits(page, 'adding a todo with longer words', '[role="dialog"]');
    });

    test('the side bar is as wide as there is room, and leads to every screen', async ({ page }) => {
      await open(page, 'chat');
      const bar = page.getByRole('navigation', { name: 'Main' });
      const { width = 0, height = 0, y = 0 } = (await bar.boundingBox()) ?? {};
      if (size.width < 768) {
        expect(width).toBe(size.width);
        expect(y + height / 2).toBeGreaterThan(size.height / 2);
      } else expect(width).toBe(size.width < 992 ? 52 : 220);
      for (const target of ['Todos', 'Memory', 'Status', 'Chat']) {
        await bar.getByRole('link', { name: target }).click();
        await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toHaveText(
          target === 'Chat' ? 'Chat with Clawdbot' : target,
        );
      }
      await bar.getByRole('button', { name: 'Settings' }).click();
      await expectFits(page, 'settings', '[role="dialog"]');
    });

    test('the board scrolls sideways in itself where its columns do not fit, and shows that there is more', async ({
      page,
    }) => {
      await open(page, 'board');
      const last = column(page, 'Done');
      const board = page.locator('[data-board]');
      const hidden = await board.evaluate((box) => box.scrollWidth - box.clientWidth);
      if (hidden > 0) {
        const edges = await page.locator('[data-column]').evaluateAll((columns) =>
          columns.map((each) => {
            const { left, right } = each.getBoundingClientRect();
            return { left, right };
          }),
        );
        expect(
          edges.some(({ left, right }) => left < size.width - 8 && right > size.width),
          'a column looks in from the edge',
        ).toBe(true);
      }
      await last.scrollIntoViewIfNeeded();
      await expect(last).toBeInViewport({ ratio: 0.9 });
    });
  });
}

const wishes = {
  'high contrast colours of the system': { forcedColors: 'active' },
  'more contrast': { contrast: 'more' },
  'no motion': { reducedMotion: 'reduce' },
} as const;

for (const [name, wish] of Object.entries(wishes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${name}, ${colorScheme}`, () => {
      test.use({ colorScheme });

      test('axe finds nothing on any screen', async ({ page }) => {
        test.setTimeout(120_000);
        await page.emulateMedia({ ...wish, colorScheme });
        for (const screen of names) {
          await open(page, screen);
          await expectAccessible(page, screen);
        }
        await open(page, 'board');
        await openInspector(page);
        await expectAccessible(page, 'the todo');
        await page.keyboard.press('ControlOrMeta+k');
        await expect(page.getByRole('dialog')).toBeVisible();
        await expectAccessible(page, 'the command palette');
      });
    });
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`what a person asked of the system, ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('quiet text becomes plain with more contrast', async ({ page }) => {
      await page.emulateMedia({ contrast: 'more', colorScheme });
      await open(page, 'memory');
      expect(await token(page, '--text-3')).toBe(await token(page, '--text'));
      expect(await token(page, '--divider')).toBe(await token(page, '--border'));
    });

    test('the colours are those of the system where it forces its own, and the focus is seen', async ({ page }) => {
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await open(page, 'board');
      expect(await token(page, '--surface')).toBe('Canvas');
      for (const filled of [
        page.getByRole('button', { name: 'Add a todo' }),
        page.getByRole('link', { name: /suggested/ }).locator('.bg-accent'),
      ])
        await expect(filled).toHaveCSS('forced-color-adjust', 'none');
      const first = card(page, /Renew/);
      await first.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await expect(page.locator('[data-card]:focus')).toHaveCSS('outline-style', 'solid');
    });

    test('nothing moves where motion is not wanted', async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
      await open(page, 'board');
      await openInspector(page);
      expect(await movingThings(page)).toEqual([]);
      await page.keyboard.press('ControlOrMeta+k');
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await movingThings(page)).toEqual([]);
    });
  });
}

async function openInspector(page: Page): Promise<void> {
  const first = card(page, /Renew/);
  await first.focus();
  await page.keyboard.press('o');
  await expect(inspector(page)).toBeVisible();
}

const token = (page: Page, name: string) =>
  page.evaluate((property) => getComputedStyle(document.documentElement).getPropertyValue(property).trim(), name);

const movingThings = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
        return (animationName !== 'none' && animationDuration !== '0s') || !/^0s(, 0s)*$/.test(transitionDuration);
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
