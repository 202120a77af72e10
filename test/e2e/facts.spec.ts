import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { type House, untilWorked } from './support/product.ts';
import { announced, inspector, open } from './support/screens.ts';

const dialog = (page: Page): Locator => page.getByRole('dialog');
const fact = (page: Page, text: string): Locator => dialog(page).getByRole('listitem').filter({ hasText: text });

async function tell({ post, rest }: House): Promise<void> {
  const day = Date.UTC(2026, 0, 5) / 1000;
  await post({ sender_id: 'ana', content: 'I live in Porto, near the river', timestamp: day, external_id: 'a' });
  await post({ sender_id: 'ana', content: 'We moved to Lyon', timestamp: day + 900_000, external_id: 'b' });
  await post({ sender_id: '李雷', content: '我对花生过敏', timestamp: day + 900_100, external_id: 'c' });
  await untilWorked(rest);
  await expect.poll(async () => (await rest.facts.list({})).items.length).toBe(3);
}

test('what people said of themselves stands there with what changed, can be opened, forgotten and brought back', async ({
  page,
  house,
}) => {
  await tell(house);
  await open(page, 'memory');
  await page.getByRole('button', { name: 'What people said of themselves' }).click();

  await expect(fact(page, 'Porto')).toContainText('since then Lyon');
  await expect(fact(page, '花生')).toContainText('Allergy');
  await dialog(page).getByText('Only what has changed').click();
  await expect(dialog(page).getByRole('listitem')).toHaveCount(1);
  await dialog(page).getByText('Everything').click();

  await page.getByRole('button', { name: 'Forget: 花生' }).click();
  await expect(fact(page, '花生')).toHaveCount(0);
  await expect(announced(page)).toContainText('Forgotten: 花生');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(fact(page, '花生')).toBeVisible();

  await page.getByRole('button', { name: 'Open the memory: Porto' }).click();
  await expect(inspector(page)).toContainText('I live in Porto, near the river');
});

test('a memory leads to what the same person said later instead, and back; a search marks the older one', async ({
  page,
  house,
}) => {
  await tell(house);
  await open(page, 'memory');
  await page.getByText('I live in Porto, near the river').click();
  const otherwise = inspector(page).getByRole('region', { name: 'Said otherwise by the same person' });
  await expect(otherwise).toContainText('Lives in: said later, and this counts');
  await otherwise.getByRole('button', { name: /Lyon/ }).click();
  await expect(inspector(page)).toContainText('We moved to Lyon');
  await expect(otherwise).toContainText('Lives in: said before, this memory counts');
  await expectAccessible(page, 'conflicts');

  await page.getByPlaceholder('What was said about').fill('Where does ana live, Porto?');
  await expect(page.getByRole('listitem').filter({ hasText: 'said otherwise later' })).toContainText('Porto');
});

for (const [colorScheme, locale] of [
  ['light', 'en-US'],
  ['dark', 'zh-CN'],
] as const) {
  test.describe(`${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('the list of facts is accessible, empty and full', async ({ page, house }) => {
      await open(page, 'memory');
      await page.goto('/#/memory?panel=facts');
      await expect(dialog(page)).toBeVisible();
      await expect(dialog(page).getByText(/Nothing yet|还没有。/)).toBeVisible();
      await expectAccessible(page, 'facts', '[role="dialog"]');
      await tell(house);
      await page.reload();
      await expect(fact(page, 'Porto')).toBeVisible();
      await expectAccessible(page, 'facts', '[role="dialog"]');
      await page.setViewportSize({ width: 360, height: 640 });
      await expect(fact(page, 'Porto')).toBeVisible();
      await expectAccessible(page, 'facts', '[role="dialog"]');
    });
  });
}
