import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { untilWorked } from './support/product.ts';
import { card, column, columnNames, composer, open, type Screen, say, screens } from './support/screens.ts';

const names = Object.keys(screens) as Screen[];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const locale of ['en-US', 'zh-CN'] as const) {
    test.describe(`${colorScheme}, ${locale}`, () => {
      test.use({ colorScheme, locale });

      test('axe finds nothing on any screen, empty or full, nor in what opens over it', async ({ page, house }) => {
        test.setTimeout(120_000);
        for (const name of names) {
          await open(page, name);
          await expectAccessible(page, `${name}, empty`);
        }

        await house.post({ sender_id: '老王', content: '明天下午三点前把报告发给老王' });
        await house.post({ sender_id: 'ana', content: 'Please send the numbers to finance by Friday' });
        await house.post({ sender_id: 'ana', content: 'The spare key is in the blue box' });
        await untilWorked(house.rest);
        await open(page, 'chat');
        await say(page, 'Remind me to renew the certificate tomorrow at 9am');
        await expect(page.getByRole('article')).toHaveCount(2);
        await expectAccessible(page, 'chat, full');
        await page.goto('/#/tray');
        await expect(composer(page)).toBeVisible();
        await expectAccessible(page, 'tray chat, full');

        for (const name of ['board', 'memory', 'status'] as const) {
          await open(page, name);
          await expect(page.getByRole('main')).toBeVisible();
          await expectAccessible(page, `${name}, full`);
        }

        await open(page, 'board');
        const suggested = column(page, columnNames[locale === 'en-US' ? 'en' : 'zh'][0]);
        await card(suggested, /numbers/).focus();
        await page.keyboard.press('Enter');
        await page.keyboard.press('m');
        await expectAccessible(page, 'board, menu open');
        await page.keyboard.press('Escape');
        await page.keyboard.press('ControlOrMeta+k');
        await expect(page.getByRole('dialog')).toBeVisible();
        await expectAccessible(page, 'command palette');
      });
    });
  }

  test.describe(`${colorScheme}, signed out`, () => {
    test.use({ colorScheme, signedIn: false });

    test('axe finds nothing on the sign-in screen', async ({ page }) => {
      await page.goto('/');
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectAccessible(page, 'sign-in');
      await expect(composer(page)).toHaveCount(0);
    });
  });
}
