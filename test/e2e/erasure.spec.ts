import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { ErasureCertificate } from '../../src-shared/schema/erasure.ts';
import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/fixtures.ts';
import { type House, untilWorked } from './support/product.ts';
import { announced, inspector, open } from './support/screens.ts';

const dialog = (page: Page): Locator => page.getByRole('dialog');

async function tell({ post, rest }: House): Promise<void> {
  const room = { conversation_id: 'team' };
  await post({ ...room, sender_id: 'ana', content: 'Please send the lantern list by Friday', external_id: 'a' });
  await post({ ...room, sender_id: 'ana', content: 'My lanterns are in the cellar', external_id: 'b' });
  await post({ ...room, sender_id: 'ben', content: 'The kettle is broken', external_id: 'c' });
  await untilWorked(rest);
}

test('a person is erased after a look at what goes, and after their name was typed again', async ({ page, house }) => {
  await tell(house);
  await open(page, 'memory');
  await page.goto('/#/memory?person=ana');
  await page.getByRole('button', { name: 'Erase this person…' }).click();

  await expect(dialog(page)).toContainText('Memories: 2 · messages, with the answers to them: 2');
  const erase = dialog(page).getByRole('button', { name: 'Erase for good' });
  await expect(erase).toBeDisabled();
  const again = dialog(page).getByLabel('Type ana once more to go on');
  await expect(again).toBeFocused();
  await again.fill('anna');
  await expect(erase).toBeDisabled();
  await again.fill('ana');
  await again.press('Enter');

  await expect(dialog(page)).toContainText('Erased. Memories: 2 · messages: 2');
  await expect(announced(page)).toContainText('Erased. Memories: 2');
  await expect(dialog(page)).toContainText('backups and exports that you made before');
  await expect(dialog(page)).toContainText('its copies were replaced', { timeout: 60_000 });
  const saving = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Save the certificate' }).click();
  const certificate = JSON.parse(await readFile(await (await saving).path(), 'utf8')) as ErasureCertificate;
  expect(certificate).toMatchObject({ person: 'ana', erased: { memories: 2, messages: 2, todos_removed: 1 } });
  await expect(dialog(page).getByRole('list', { name: 'Erased before, without names' })).toContainText('Memories: 2');
  await page.keyboard.press('Escape');

  await page.goto('/#/memory');
  await expect(page.getByRole('main')).toContainText('The kettle is broken');
  await expect(page.getByRole('main')).not.toContainText('lantern');
  await page.goto('/#/chat?conversation=webhook:team');
  await expect(page.getByText('The kettle is broken', { exact: true })).toBeVisible();
  await expect(page.getByText('This message was erased.').first()).toBeVisible();
  await expect(page.getByText('Erased person')).toBeVisible();
  await expect(page.getByText('lantern')).toHaveCount(0);
});

test('a name that nobody has erases nothing, and says so', async ({ page, house }) => {
  await tell(house);
  await open(page, 'memory');
  await page.goto('/#/memory?panel=erase');
  await dialog(page).getByLabel('Person').fill('nobody');
  await expect(dialog(page)).toContainText('There is nothing of “nobody”.');
  await expect(dialog(page).getByRole('button', { name: 'Erase for good' })).toBeDisabled();
});

test('one memory is erased for good after it was asked once more', async ({ page, house }) => {
  await tell(house);
  await open(page, 'memory');
  await page.getByText('My lanterns are in the cellar').click();
  await inspector(page).getByRole('button', { name: 'Erase for good…' }).click();
  await expect(inspector(page).getByRole('button', { name: 'Keep it' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(inspector(page).getByRole('button', { name: 'Erase for good…' })).toBeFocused();
  await page.keyboard.press('Enter');
  await inspector(page).getByRole('button', { name: 'Erase for good', exact: true }).click();
  await expect(announced(page)).toContainText('Erased for good.');
  await expect(inspector(page)).toHaveCount(0);
  await expect(page.getByRole('main')).not.toContainText('My lanterns');
  await expect(page.getByRole('main')).toContainText('The kettle is broken');
});

for (const [colorScheme, locale] of [
  ['light', 'en-US'],
  ['dark', 'zh-CN'],
] as const) {
  test.describe(`${colorScheme}, ${locale}`, () => {
    test.use({ colorScheme, locale });

    test('the window for erasing is accessible, before and after', async ({ page, house }) => {
      await tell(house);
      await open(page, 'memory');
      await page.goto('/#/memory?panel=erase&person=ana');
      await expect(dialog(page).getByLabel(/Type ana once more|再输入一次 ana/)).toBeVisible();
      await expectAccessible(page, 'erase', '[role="dialog"]');
      await page.setViewportSize({ width: 360, height: 640 });
      await expectAccessible(page, 'erase', '[role="dialog"]');
      await dialog(page)
        .getByLabel(/Type ana once more|再输入一次 ana/)
        .fill('ana');
      await page.keyboard.press('Enter');
      await expect(dialog(page).getByRole('button', { name: /Save the certificate|保存证明/ })).toBeVisible();
      await expectAccessible(page, 'erased', '[role="dialog"]');
    });
  });
}
